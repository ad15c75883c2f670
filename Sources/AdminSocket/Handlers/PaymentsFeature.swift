import AdminContract
import Payments
import Ports
import Primitives

/// `payments list` and `payments show`.
struct PaymentsFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] { [.payments: json(list), .payment: json(show)] }

    private func list(_ request: AdminRequest) async throws -> ListView<PaymentView> {
        try request.allow("limit", "after", "mode", "bot", "customer")
        let page = try request.page(of: PaymentKind.self)
        let bot: BotID? = try request.identifier(query: "bot")
        let customer: CustomerID? = try request.identifier(query: "customer")
        let mode = try request.mode()
        return try await store.read { reader in
            try ListView(try reader.payments(of: bot, mode: mode, customer: customer, page)) {
                try PaymentView($0, reader)
            }
        }
    }

    private func show(_ request: AdminRequest) async throws -> PaymentView {
        try request.allow()
        let id: PaymentID = try request.identifier("payment")
        let found = try await store.read { reader in try reader.payment(id).map { try PaymentView($0, reader) } }
        guard let found else { throw AdminError.noSuch("payment", id.text) }
        return found
    }
}
