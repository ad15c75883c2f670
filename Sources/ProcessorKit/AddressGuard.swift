import Glibc

/// Why an address that a caller gave is not fetched. For the caller to read.
package enum AddressRefusal: Error, Hashable, Sendable {
    case malformed
    case notHTTPS
    case hasCredentials
    /// The name does not resolve.
    case unresolvable
    /// It resolves to an address inside a private, local or reserved range.
    case forbiddenRange

    /// What is wrong and what to do, in one line.
    package var message: String {
        switch self {
        case .malformed: "the URL is not complete: give https://host/path"
        case .notHTTPS: "the URL must begin with https://"
        case .hasCredentials: "the URL must not contain a user name or password"
        case .unresolvable: "the host name does not resolve"
        case .forbiddenRange: "the host resolves to a private, local or reserved address"
        }
    }
}

/// A URL that was checked, with the one address it may be fetched from.
package struct GuardedAddress: Hashable, Sendable {
    package let url: String
    package let host: String
    /// Numeric. Connect here, whatever the name resolves to later.
    package let address: String
}

/// Guards fetches to addresses that callers gave against reaching this machine and its neighbours (SSRF).
///
/// Source of the ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries.
package struct AddressGuard: Sendable {
    /// Plain HTTP and loopback addresses are let through: for `florind dev` only.
    package let allowsLoopback: Bool

    package init(allowsLoopback: Bool = false) {
        self.allowsLoopback = allowsLoopback
    }

    /// Checks the URL's form without resolving its name.
    package func parse(_ url: String) throws(AddressRefusal) -> (host: String, isSecure: Bool) {
        guard url.utf8.count <= 2_048, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .malformed }
        let isSecure = url.hasPrefix("https://")
        guard isSecure || (allowsLoopback && url.hasPrefix("http://")) else { throw .notHTTPS }
        let rest = url.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { throw .hasCredentials }
        guard !authority.contains("\\"), let host = AddressGuard.host(in: authority) else { throw .malformed }
        return (host, isSecure)
    }

    private static func host(in authority: Substring) -> String? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2 else { return nil }
        if parts.count == 2 { guard let port = UInt16(parts[1]), port > 0 else { return nil } }
        return String(host)
    }

    /// Resolves the name, once, and refuses unless every address it has is a public one. Blocks: call from a thread that may.
    package func resolve(_ url: String) throws(AddressRefusal) -> GuardedAddress {
        let (host, isSecure) = try parse(url)
        let addresses = AddressGuard.lookUp(host)
        guard let first = addresses.first else { throw .unresolvable }
        for address in addresses {
            let isLoopback = AddressGuard.isLoopback(address)
            if isLoopback && allowsLoopback { continue }
            guard isSecure else { throw .notHTTPS }
            guard !AddressGuard.isReserved(address) else { throw .forbiddenRange }
        }
        return GuardedAddress(url: url, host: host, address: AddressGuard.text(first))
    }

    /// Four or sixteen bytes for each address of a name.
    private static func lookUp(_ host: String) -> [[UInt8]] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        var addresses: [[UInt8]] = []
        var next = found
        while let entry = next {
            if entry.pointee.ai_family == AF_INET, let raw = entry.pointee.ai_addr {
                raw.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { socket in
                    withUnsafeBytes(of: socket.pointee.sin_addr) { addresses.append(Array($0)) }
                }
            } else if entry.pointee.ai_family == AF_INET6, let raw = entry.pointee.ai_addr {
                raw.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { socket in
                    withUnsafeBytes(of: socket.pointee.sin6_addr) { addresses.append(Array($0)) }
                }
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }

    private static func text(_ address: [UInt8]) -> String {
        if address.count == 4 { return address.map(String.init).joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2)
            .map { String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    static func isLoopback(_ address: [UInt8]) -> Bool {
        if address.count == 4 { return address[0] == 127 }
        if let inner = embedded(address) { return isLoopback(inner) }
        return address == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// Whether an address lies in a range that is not the public Internet.
    static func isReserved(_ address: [UInt8]) -> Bool {
        if address.count == 4 { return isReservedV4(address) }
        guard address.count == 16 else { return true }
        if let inner = embedded(address) { return isReservedV4(inner) }
        // Global unicast is 2000::/3; everything outside it is special.
        guard address[0] & 0xE0 == 0x20 else { return true }
        let prefix = UInt16(address[0]) << 8 | UInt16(address[1])
        let second = UInt16(address[2]) << 8 | UInt16(address[3])
        // 2001::/23 protocol assignments (Teredo among them), 2001:db8::/32 and 3fff::/20 documentation, 2002::/16 6to4.
        if prefix == 0x2001 { return second < 0x0200 || second == 0x0DB8 }
        return prefix == 0x2002 || (prefix == 0x3FFF && second < 0x1000)
    }

    /// The IPv4 address inside ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (translated).
    private static func embedded(_ address: [UInt8]) -> [UInt8]? {
        guard address.count == 16 else { return nil }
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        let translated: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
        guard address.starts(with: mapped) || address.starts(with: translated) else { return nil }
        return Array(address[12...])
    }

    private static func isReservedV4(_ address: [UInt8]) -> Bool {
        let value = address.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return reservedV4.contains { value >> (32 - $0.bits) == $0.network >> (32 - $0.bits) }
    }

    private static let reservedV4: [(network: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15),
        (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]
}
