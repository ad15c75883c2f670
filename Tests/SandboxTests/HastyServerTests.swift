import Foundation
import Glibc
import Payments
import ProcessorKit
import Synchronization
import Testing

/// A server that answers as soon as it has the body and hangs up at once, without saying so beforehand.
private final class HastyServer: Sendable {
    let port: UInt16
    private let descriptor: CInt
    private let isOver = Mutex(false)

    init() throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && listen(descriptor, 256) == 0
                    && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        for _ in 0..<4 { Thread { self.serve() }.start() }
    }

    func stop() {
        isOver.withLock { $0 = true }
        shutdown(descriptor, CInt(SHUT_RDWR))
        close(descriptor)
    }

    private func serve() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let answer = Array("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".utf8)
        while !isOver.withLock({ $0 }) {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { return }
            var seen: [UInt8] = []
            while !seen.suffix(3).elementsEqual("end".utf8) {
                let count = recv(connection, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                seen += buffer.prefix(count)
            }
            _ = send(connection, answer, answer.count, CInt(MSG_NOSIGNAL))
            close(connection)
        }
    }
}

@Suite struct HastyServerTests {
    /// With channels and callers on different threads, async-http-client 1.37 releases such a connection after it has
    /// forgotten it, and traps.
    @Test("a server that answers and hangs up before the request is quite over does no harm")
    func hasty() async throws {
        let server = try HastyServer()
        defer { server.stop() }
        let executor = HTTPExecutor()
        let url = "http://127.0.0.1:\(server.port)/"
        let answered = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var answered = 0
                    for _ in 0..<400 {
                        let result = await executor.execute(HTTPExchange(url: url, body: Array("body end".utf8)))
                        if case .answered(let answer) = result, answer.status == 200 { answered += 1 }
                    }
                    return answered
                }
            }
            return await group.reduce(0, +)
        }
        await executor.shutdown()
        #expect(answered > 3_000)
    }
}
