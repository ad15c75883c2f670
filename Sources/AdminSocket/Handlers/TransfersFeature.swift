import AdminContract
import Payments
import Ports
import Primitives

/// `transfers list` and `transfers show`.
struct TransfersFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] { [.transfers: json(list), .transfer: json(show)] }

    private func list(_ request: AdminRequest) async throws -> ListView<TransferView> {
        try request.allow("limit", "after", "mode", "person")
        let page = try request.page(of: FriendTransferKind.self)
        let person: PersonID? = try request.identifier(query: "person")
        let mode = try request.mode()
        let found = try await store.read {
            try $0.friendTransfers(of: nil, mode: mode, person: person, page)
        }
        return ListView(found) { TransferView($0) }
    }

    private func show(_ request: AdminRequest) async throws -> TransferView {
        try request.allow()
        let id: FriendTransferID = try request.identifier("transfer")
        guard let found = try await store.read({ try $0.friendTransfer(id) }) else {
            throw AdminError.noSuch("transfer", id.text)
        }
        return TransferView(found)
    }
}
