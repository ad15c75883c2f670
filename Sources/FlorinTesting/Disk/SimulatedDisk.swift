import GRDBSQLite
import Synchronization

/// A disk for SQLite that remembers what has been synced, loses the rest on a power cut, and fails on demand.
///
/// It is a VFS of its own in front of the system's: files, locks and shared memory are real, and next to each file it
/// keeps the content as of the last sync and the writes since. Nothing is really synced, so tests are quick. Made for
/// tests; a disk stays registered until the process ends.
package final class SimulatedDisk: Sendable {
    package enum Operation: Hashable, Sendable { case write, sync }
    package enum Part: Hashable, Sendable { case database, log }

    /// What a power cut leaves of the writes that were not synced.
    package enum Unsynced: Sendable {
        /// All are lost.
        case lost
        /// Each is lost, kept or torn, as the seed has it: a disk may write in any order.
        case scattered(seed: UInt64)
        /// All are kept: only the process died, the system wrote everything later.
        case kept
    }

    struct State {
        var files: [String: FileImage] = [:]
        var writesUntilCut: Int?
        var isCut = false
        var failures: [Failure] = []
        var counts: [Operation: Int] = [:]
    }

    struct Failure {
        let operation: Operation
        let part: Part
        let code: CInt
        /// nil: until `heal()`.
        var times: Int?
    }

    let directory: String
    let state = Mutex(State())
    let hasSharedMemory: Bool
    private let vfsName: String

    private static let registered = Atomic(0)

    /// - Parameters:
    ///   - directory: Exists, and belongs to this disk alone.
    ///   - hasSharedMemory: False plays a file system on which SQLite cannot use a write-ahead log.
    package init(directory: String, hasSharedMemory: Bool = true) throws {
        self.directory = directory
        self.hasSharedMemory = hasSharedMemory
        vfsName = "florin-disk-\(Self.registered.add(1, ordering: .relaxed).newValue)"
        try registerVFS(named: vfsName)
    }

    /// What to open a database with: a URI that names this disk.
    package func path(_ name: String) -> String { "file:\(directory)/\(name)?vfs=\(vfsName)" }

    /// How often SQLite has asked for this since the disk was made.
    package func count(_ operation: Operation) -> Int { state.withLock { $0.counts[operation, default: 0] } }

    /// Everything written so far counts as synced.
    package func settle() {
        state.withLock { state in
            for path in state.files.keys { state.files[path]?.sync() }
        }
    }

    /// Cuts the power in the middle of the write with this number, counted from now.
    package func cutPower(afterWrites count: Int) {
        state.withLock { $0.writesUntilCut = count }
    }

    /// Cuts the power now: from here on nothing is written, and what was not synced may be lost.
    package func cutPower() {
        state.withLock { $0.isCut = true }
    }

    package var isCut: Bool { state.withLock { $0.isCut } }

    /// Lets an operation fail with a code of SQLite (`SQLITE_FULL`, `SQLITE_IOERR_WRITE`…), a number of times or until
    /// `heal()`. A write that fails writes nothing; a sync that fails has synced nothing.
    package func fail(_ operation: Operation, of part: Part, with code: Int32, times: Int? = nil) {
        state.withLock {
            $0.failures.append(Failure(operation: operation, part: part, code: code, times: times))
        }
    }

    /// Ends all failures.
    package func heal() {
        state.withLock { $0.failures.removeAll() }
    }

    /// The files as they are found after the cut, by name.
    package func survivors(_ unsynced: Unsynced) -> [String: [UInt8]] {
        state.withLock { state in
            var seed: UInt64 = 0
            if case .scattered(let given) = unsynced { seed = given }
            let random = SeededRandomness(seed: seed)
            var found: [String: [UInt8]] = [:]
            for (path, image) in state.files.sorted(by: { $0.key < $1.key }) {
                let name = String(path.split(separator: "/").last ?? "")
                found[name] = image.content(unsynced, random)
            }
            return found
        }
    }
}

/// One file: what is certainly on the platters, and what has been written since.
struct FileImage {
    private enum Change {
        case write(Int, [UInt8])
        case truncate(Int)
    }

    private var synced: [UInt8]
    private var pending: [Change] = []

    init(_ content: [UInt8]) { synced = content }

    mutating func write(_ bytes: [UInt8], at offset: Int) { pending.append(.write(offset, bytes)) }
    mutating func truncate(to size: Int) { pending.append(.truncate(size)) }

    mutating func sync() {
        for change in pending { Self.apply(change, to: &synced) }
        pending.removeAll(keepingCapacity: true)
    }

    func content(_ unsynced: SimulatedDisk.Unsynced, _ random: SeededRandomness) -> [UInt8] {
        var content = synced
        switch unsynced {
        case .lost: break
        case .kept:
            for change in pending { Self.apply(change, to: &content) }
        case .scattered:
            for change in pending {
                let choice: UInt64 = random.next()
                switch choice % 4 {
                case 0: break
                case 1: Self.apply(Self.torn(change, random), to: &content)
                default: Self.apply(change, to: &content)
                }
            }
        }
        return content
    }

    /// The first part of a write only.
    private static func torn(_ change: Change, _ random: SeededRandomness) -> Change {
        guard case .write(let offset, let bytes) = change, !bytes.isEmpty else { return change }
        let word: UInt64 = random.next()
        return .write(offset, Array(bytes.prefix(Int(word % UInt64(bytes.count)))))
    }

    private static func apply(_ change: Change, to content: inout [UInt8]) {
        switch change {
        case .truncate(let size):
            if size < content.count { content.removeLast(content.count - size) }
        case .write(let offset, let bytes):
            let end = offset + bytes.count
            if content.count < end { content.append(contentsOf: repeatElement(0, count: end - content.count)) }
            content.replaceSubrange(offset..<end, with: bytes)
        }
    }
}
