import AdminContract
import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1

/// One request to the daemon at a time.
struct AdminClient: Sendable {
    static let usual = "/run/florin/admin.sock"

    let socket: String

    /// Asks the daemon.
    /// - Returns: the body of a 200.
    /// - Throws: ``Failure``, in words.
    func ask(
        _ route: AdminRoute, _ path: String, query: [String: String?] = [:], body: [UInt8] = [], timeoutSeconds: Int64
    ) async throws -> [UInt8] {
        try probe()
        var request = HTTPClientRequest(url: url(path, query))
        request.method = route.isChange ? .POST : .GET
        if route.isChange {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let (status, bytes) = try await send(request, timeoutSeconds)
        guard status == 200 else { throw Self.failure(status, bytes) }
        return bytes
    }

    /// Reads an answer that goes on, line by line, until `line` says false or the daemon ends it.
    func follow(
        _ route: AdminRoute, query: [String: String?] = [:], _ line: (ArraySlice<UInt8>) throws -> Bool
    ) async throws {
        try probe()
        let request = HTTPClientRequest(url: url(route.template, query))
        do {
            let response = try await HTTPClient.shared.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                let body = try await response.body.collect(upTo: 1_024 * 1_024)
                throw Self.failure(response.status.code, Array(body.readableBytesView))
            }
            var rest: [UInt8] = []
            for try await chunk in response.body {
                rest += chunk.readableBytesView
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    // An empty line only proves that the connection stands.
                    if end > 0, try !line(rest[..<end]) { return }
                    rest.removeSubrange(...end)
                }
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw broke(error)
        }
    }

    private func send(_ request: HTTPClientRequest, _ timeoutSeconds: Int64) async throws -> (UInt, [UInt8]) {
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(timeoutSeconds))
            let body = try await response.body.collect(upTo: 64 * 1_024 * 1_024)
            return (response.status.code, Array(body.readableBytesView))
        } catch let error as HTTPClientError where error == .deadlineExceeded {
            throw Failure.notReached(
                "No answer from \(socket) within \(timeoutSeconds) s. The daemon may still be working on it.")
        } catch {
            throw broke(error)
        }
    }

    /// Says why a connection broke. The other end may hang up before, while or after the question is written, and each
    /// has an error of its own: none of them is an answer.
    private func broke(_ error: any Error) -> Failure {
        let hungUp =
            switch error {
            case let error as HTTPClientError: error == .remoteConnectionClosed
            case let error as ChannelError: [.ioOnClosedChannel, .alreadyClosed, .eof].contains(error)
            case let error as IOError: [ECONNRESET, EPIPE].contains(error.errnoCode)
            default: false
            }
        guard hungUp else {
            return .notReached("The connection to \(socket) broke: \(error). Is florind still running?")
        }
        return .notReached(
            "The daemon closed the connection to \(socket) without an answer: it is stopping, or the admin socket is full. "
                + "Close other connections to it, or try again in some seconds.")
    }

    private func url(_ path: String, _ query: [String: String?]) -> String {
        let pairs = query.compactMap { name, value in value.map { "\(name)=\(PathText.escape($0))" } }.sorted()
        return "http+unix://\(PathText.escape(socket))\(path)"
            + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    private static func failure(_ status: UInt, _ bytes: [UInt8]) -> Failure {
        guard let body = try? AdminJSON.decode(bytes, as: AdminErrorBody.self) else {
            return .refused("The daemon answered \(status) in a form that this florinctl does not know.")
        }
        return .refused(body.error.message)
    }

    static func decode<Answer: Decodable>(_ bytes: [UInt8], as type: Answer.Type) throws -> Answer {
        do {
            return try AdminJSON.decode(bytes, as: type)
        } catch {
            throw Failure.refused("The daemon's answer is not what this florinctl expects. Are both of one version?")
        }
    }
}

// MARK: - Reaching the socket

extension AdminClient {
    /// Connects once and hangs up, because the HTTP client does not say why it could not connect.
    private func probe() throws(Failure) {
        guard socket.utf8.count <= 107 else { throw .notReached("\(socket) is too long for the path of a socket.") }
        let descriptor = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .notReached("Cannot make a socket: \(String(cString: strerror(errno))).") }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if connected != 0 { throw Self.unreachable(socket, errno) }
    }

    static func unreachable(_ socket: String, _ error: Int32) -> Failure {
        switch error {
        case ENOENT:
            .notReached("There is no socket at \(socket). Is florind running? Name another one with --socket PATH.")
        case ECONNREFUSED:
            .notReached("Nobody listens on \(socket): florind has stopped. Start it again; its log says why it ended.")
        case EACCES, EPERM:
            .notReached(
                "You may not open \(socket). Use sudo, or join the operators' group of the daemon and log in again.")
        case ENOTDIR, ENOTSOCK: .notReached("\(socket) is not a socket.")
        default: .notReached("Cannot reach \(socket): \(String(cString: strerror(error))).")
        }
    }
}
