package import Payments
package import Primitives

/// A vendor's API over HTTP for one account: base address and standing headers, credentials among them.
package struct HTTPWire: Wire {
    private let base: String
    private let headers: [(name: String, value: Redacted<String>)]
    private let executor: HTTPExecutor

    /// - Parameters:
    ///   - base: scheme, host and port, without a slash at the end.
    ///   - headers: put before those of each request.
    package init(base: String, headers: [(name: String, value: Redacted<String>)], executor: HTTPExecutor) {
        self.base = base
        self.headers = headers
        self.executor = executor
    }

    package func send(_ request: WireRequest) async -> WireResult {
        var all = headers.map { (name: $0.name, value: $0.value.exposed()) }
        all += request.headers
        if let trace = request.trace { all.append((name: "traceparent", value: HTTPWire.traceparent(trace))) }
        return await executor.execute(
            HTTPExchange(method: request.method, url: base + request.path, headers: all, body: request.body))
    }

    /// W3C Trace Context, version 00: the operation is the trace, its random half the span, and it is sampled. The same
    /// operation always has the same trace, so that what a vendor recorded can be found by the operation.
    package static func traceparent(_ operation: OperationID) -> String {
        let bytes = operation.bytes
        return "00-\(Hex.encode(bytes))-\(Hex.encode(Array(bytes.suffix(8))))-01"
    }
}
