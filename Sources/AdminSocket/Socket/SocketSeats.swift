import AdminContract
import Glibc
import HTTPListener

/// The places at the admin socket. A user who takes all of theirs keeps nobody else out, least of all root.
enum SocketSeats {
    /// In all.
    static let connections = 80
    /// For each user of the machine.
    static let perUser = 16
    /// For root and the daemon's own user alone.
    static let kept = 16

    static func seats(_ policy: AdminPolicy) -> ConnectionSeats {
        ConnectionSeats(perGuest: perUser, kept: kept, refusal: refusal) { descriptor in
            guard let uid = PeerCredential.uid(of: descriptor) else { return .unknown }
            return policy.isHost(uid) ? .host : .guest(uid)
        }
    }

    private static let refusal: [UInt8] = {
        let error = AdminError(
            .unavailable,
            "The admin socket is full: you have \(perUser) connections open, or all users together too many. Close some, or "
                + "try again in \(retrySeconds) s. Places are kept for root and the daemon's own user.")
        let body = (try? AdminJSON.encode(AdminErrorBody(error))) ?? []
        let head = """
            HTTP/1.1 503 Service Unavailable\r
            Content-Type: application/json\r
            Content-Length: \(body.count)\r
            Retry-After: \(retrySeconds)\r
            Connection: close\r
            \r

            """
        return Array(head.utf8) + body
    }()

    private static let retrySeconds = 10
}
