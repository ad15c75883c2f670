import Glibc
import Synchronization

/// Login names of users, from the system's user database; remembered, since a look-up may go over a network.
final class UserNames: Sendable {
    private let known = Mutex<[UInt32: String]>([:])
    private static let capacity = 1_000

    init() {}

    /// The name, or the number when there is none.
    func name(of uid: UInt32) -> String {
        if let name = known.withLock({ $0[uid] }) { return name }
        let name = Self.lookUp(uid) ?? String(uid)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[uid] = name
        }
        return name
    }

    private static func lookUp(_ uid: UInt32) -> String? {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, let name = found?.pointee.pw_name else {
            return nil
        }
        return String(cString: name)
    }
}
