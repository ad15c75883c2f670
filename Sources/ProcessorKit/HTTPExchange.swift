/// One HTTP request, as the executor takes it.
package struct HTTPExchange: Sendable {
    package var method: String
    /// Absolute, with scheme and host.
    package var url: String
    package var headers: [(name: String, value: String)]
    /// May hold card data: the executor overwrites its own copy when the exchange is over.
    package var body: [UInt8]

    package init(
        method: String = "POST", url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}
