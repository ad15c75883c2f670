import Glibc

/// Listening sockets that the service manager opened for us, by the names it gave them (sd_listen_fds(3)).
package struct ActivatedSockets: Sendable {
    /// For the HTTPS front.
    package private(set) var https: [CInt] = []
    /// For the operators.
    package private(set) var admin: CInt?
    /// For Prometheus.
    package private(set) var metrics: CInt?

    /// None.
    package init() {}

    /// What systemd passed cannot be used as it is.
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    private static let first: CInt = 3

    /// Takes the sockets over and clears the variables, so that no child believes them its own. Call it once, before
    /// descriptors are opened.
    /// - Throws: for a socket without one of our names, or one that does not listen: it would look as if it was served.
    package static func take() throws(Unusable) -> ActivatedSockets {
        func variable(_ name: String) -> String? {
            defer { unsetenv(name) }
            return getenv(name).map { String(cString: $0) }
        }
        let (process, count, names) = (variable("LISTEN_PID"), variable("LISTEN_FDS"), variable("LISTEN_FDNAMES"))
        var sockets = ActivatedSockets()
        guard process.flatMap({ pid_t($0) }) == getpid(), let count = count.flatMap({ CInt($0) }), count > 0 else {
            return sockets
        }
        let given = (names ?? "").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        for (index, descriptor) in (first..<first + count).enumerated() {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            try sockets.add(descriptor, index < given.count ? given[index] : "")
        }
        return sockets
    }

    private mutating func add(_ descriptor: CInt, _ name: String) throws(Unusable) {
        var listens: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0, listens == 1 else {
            throw Unusable(description: "the socket “\(name)” that systemd passed does not listen: use ListenStream=")
        }
        switch name {
        case "https": https.append(descriptor)
        case "admin" where admin == nil: admin = descriptor
        case "metrics" where metrics == nil: metrics = descriptor
        default:
            throw Unusable(
                description:
                    "systemd passed a socket named “\(name)”: FileDescriptorName= is https, admin or metrics, the latter two once"
            )
        }
    }
}
