import AdminContract
import Payments
import Ports
import Primitives

/// `timeline`: everything that is stored about one payment, transfer or wallet movement.
struct TimelineFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] { [.timeline: json(timeline)] }

    private func timeline(_ request: AdminRequest) async throws -> TimelineView {
        try request.allow()
        let text = request.parameters.first ?? ""
        let found = try await store.read { reader in
            let timelines = Timelines(reader: reader)
            if Timelines.isSubject(text) { return try timelines.subject(named: text) }
            if let id = OperationID(text) {
                return try reader.openOperation(id).flatMap { try timelines.subject(of: $0) }
            }
            if let id = RequestID(text) { return try timelines.subject(ofRequest: id) }
            throw AdminError(
                .invalid,
                "“\(text)” has no timeline: name a pi_, ch_, re_, ft_, wm_, po_, the op_ of an open operation, or the req_ of a "
                    + "request.")
        }
        if found == nil, RequestID(text) != nil {
            throw AdminError(
                .notFound,
                "Nothing that money moves by is known of \(text): it only read, was refused, or began more than a minute "
                    + "before the first thing it did. Look for its line in the log.")
        }
        guard let found else { throw AdminError.noSuch("object", text) }
        return found
    }
}
