import CLibSSL
import Glibc

/// One keep-alive connection of the load generator: at most one request on its way.
final class TLSConnection {
    let descriptor: CInt
    private let session: OpaquePointer
    private var received = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1_024, alignment: 16)
    private var count = 0
    /// When the request that is on its way was sent.
    private(set) var sentAt: UInt64 = 0
    var isWaiting = false
    /// Whether the last answer had a Retry-After. Looked for only where it was not 200.
    private(set) var saysWhenToRetry = false

    /// Connects and shakes hands, blocking; reads do not block afterwards.
    init(port: UInt16, context: OpaquePointer, host: String) throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
        guard code == 0 else {
            Glibc.close(descriptor)
            throw BenchFailure("nothing listens on port \(port): \(String(cString: strerror(errno)))")
        }
        var yes: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
        guard let session = florin_connect(context, descriptor, host) else {
            Glibc.close(descriptor)
            throw BenchFailure("the TLS handshake with \(host):\(port) failed")
        }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        self.descriptor = descriptor
        self.session = session
    }

    deinit {
        SSL_free(session)
        Glibc.close(descriptor)
        received.deallocate()
    }

    /// - Returns: false when the connection is of no more use.
    func send(_ request: UnsafeBufferPointer<UInt8>) -> Bool {
        sentAt = monotonicNanoseconds()
        count = 0
        isWaiting = true
        // A request is far smaller than the socket's buffer, which is empty here: it is taken as a whole or not at all.
        return SSL_write(session, request.baseAddress, CInt(request.count)) == CInt(request.count)
    }

    enum Progress {
        case partial
        case lost
        /// Status and body; valid until the next call.
        case answer(status: Int, body: UnsafeRawBufferPointer)
    }

    /// Reads what is there.
    func receive() -> Progress {
        while true {
            guard count < received.count, let base = received.baseAddress else { return .lost }
            let read = SSL_read(session, base + count, CInt(received.count - count))
            guard read > 0 else {
                return SSL_get_error(session, read) == SSL_ERROR_WANT_READ ? .partial : .lost
            }
            count += Int(read)
            if let answer = parsed() {
                isWaiting = false
                return answer
            }
        }
    }

    /// Status line, head, and a body with Content-Length: all that our own daemon sends.
    private func parsed() -> Progress? {
        let bytes = UnsafeRawBufferPointer(rebasing: received[..<count])
        guard count > 16, let end = headEnd(bytes) else { return nil }
        let status = Int(bytes[9] &- 48) * 100 + Int(bytes[10] &- 48) * 10 + Int(bytes[11] &- 48)
        guard let length = contentLength(bytes[..<end]) else { return .lost }
        guard count >= end + length else { return nil }
        saysWhenToRetry =
            status != 200 && String(decoding: bytes[..<end], as: UTF8.self).lowercased().contains("retry-after: ")
        return .answer(status: status, body: UnsafeRawBufferPointer(rebasing: bytes[end..<(end + length)]))
    }

    private func headEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let end = florin_head_end(bytes.baseAddress, bytes.count)
        return end == 0 ? nil : end
    }

    private func contentLength(_ head: Slice<UnsafeRawBufferPointer>) -> Int? {
        var line = head.startIndex
        while line < head.endIndex {
            guard let stop = head[line...].firstIndex(of: 10) else { return nil }
            if stop - line > 15, head[line] | 0x20 == 0x63, head[line + 8] | 0x20 == 0x6c, head[line + 14] == 0x3a {
                var value = 0
                for byte in head[(line + 15)..<stop] where byte >= 48 && byte <= 57 {
                    value = value * 10 + Int(byte - 48)
                }
                return value
            }
            line = stop + 1
        }
        return nil
    }
}
