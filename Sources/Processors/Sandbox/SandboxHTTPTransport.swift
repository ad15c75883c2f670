package import ProcessorKit

/// Carries messages to a `florin-sandbox` process on this machine.
package struct SandboxHTTPTransport: SandboxTransport {
    private let executor: HTTPExecutor
    private let url: String
    private let deadline: Duration

    /// - Parameter baseURL: `http://127.0.0.1:PORT`, as the process prints it.
    /// - Returns: nil for anything that is not plain HTTP to the loopback address: messages carry card numbers in
    ///   clear, and the sandbox is for this machine only.
    package init?(baseURL: String, executor: HTTPExecutor, deadline: Duration = .seconds(10)) {
        guard let base = SandboxHTTPTransport.checked(baseURL) else { return nil }
        self.url = base + "/v1/message"
        self.executor = executor
        self.deadline = deadline
    }

    package func send(_ message: [UInt8]) async -> TransportResult {
        let exchange = HTTPExchange(url: url, headers: [(name: "content-type", value: "text/plain")], body: message)
        switch await executor.execute(exchange, deadline: deadline) {
        case .notSent: return .notSent
        case .unknown(let reason, _): return .silent(reason)
        case .answered(let answer): return .answered(status: answer.status, body: answer.body)
        }
    }

    private static func checked(_ baseURL: String) -> String? {
        for host in ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"] where baseURL.hasPrefix(host) {
            let rest = baseURL.dropFirst(host.count)
            let port = rest.hasSuffix("/") ? rest.dropLast() : rest
            guard (1...5).contains(port.count), let number = Int(port), (1...65_535).contains(number) else {
                return nil
            }
            return host + port
        }
        return nil
    }
}
