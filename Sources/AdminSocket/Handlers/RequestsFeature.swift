package import AdminContract
package import Payments
package import Primitives

/// `logs tail`: the requests of the daemon as they come.
struct RequestsFeature: AdminFeature {
    /// See ``AdminServices/requests``.
    let look: @Sendable (Int64?) -> RequestsView

    var handlers: [AdminRoute: AdminHandler] { [.requests: json(newest)] }

    private func newest(_ request: AdminRequest) async throws -> RequestsView {
        try request.allow("behind")
        guard let text = request.text("behind") else { return look(nil) }
        guard let number = Int64(text), number >= 0 else {
            throw AdminError(.invalid, "“behind” is the number that an earlier answer called last.")
        }
        return look(number)
    }
}

extension RequestView {
    /// A request as whoever answered it knows it.
    package init(
        _ id: RequestID, received: Timestamp, _ method: String, _ path: String, status: Int, microseconds: Int64,
        key: String?, error: String?
    ) {
        self.init(
            id: id.text, received: received.precise, method: method, path: path, status: status,
            microseconds: microseconds, key: key, error: error)
    }
}
