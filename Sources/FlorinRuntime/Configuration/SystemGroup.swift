import Glibc

/// Groups of the machine.
enum SystemGroup {
    /// Whether a text can be the name or the number of a group.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256
            && !text.utf8.contains { $0 <= 0x20 || $0 == UInt8(ascii: ":") || $0 == 0x7f }
    }

    /// - Returns: nil when there is no such group.
    static func number(of name: String) -> UInt32? {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var group = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        guard getgrnam_r(name, &group, &buffer, buffer.count, &found) == 0, found != nil else { return UInt32(name) }
        return group.gr_gid
    }
}

/// Texts as IP addresses.
enum IPAddress {
    static func isValid(_ text: String) -> Bool {
        var four = in_addr()
        var six = in6_addr()
        return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }
}
