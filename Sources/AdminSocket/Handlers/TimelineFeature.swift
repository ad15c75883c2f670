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
            if let id = PaymentID(text) { return try timelines.payment(id) }
            if let id = ChargeID(text) { return try reader.charge(id).flatMap { try timelines.payment($0.payment) } }
            if let id = RefundID(text) { return try reader.refund(id).flatMap { try timelines.payment($0.payment) } }
            if let id = FriendTransferID(text) { return try timelines.transfer(id) }
            if let id = WalletMovementID(text) { return try timelines.movement(id) }
            if let id = PayoutID(text) { return try timelines.payout(id) }
            if let id = OperationID(text) {
                return try reader.openOperation(id).flatMap { try timelines.subject(of: $0) }
            }
            throw AdminError(
                .invalid,
                "“\(text)” has no timeline: name a pi_, ch_, re_, ft_, wm_, po_ or the op_ of an open operation.")
        }
        guard let found else { throw AdminError.noSuch("object", text) }
        return found
    }
}
