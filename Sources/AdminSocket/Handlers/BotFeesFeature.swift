import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `bots fees`.
struct BotFeesFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] { [.botFees: json(show), .setBotFee: json(set)] }

    private func show(_ request: AdminRequest) async throws -> ListView<BotFeeView> {
        try request.allow()
        let id: BotID = try request.identifier("bot")
        return try await store.read { try Self.fees(of: id, $0) }
    }

    /// Holds for charges whose money is taken from now on.
    private func set(_ request: AdminRequest) async throws -> ListView<BotFeeView> {
        try request.allow()
        let id: BotID = try request.identifier("bot")
        let wanted = try request.decoded(SetBotFeeRequest.self)
        guard let currency = Currency(code: wanted.currency) else {
            throw AdminError(.invalid, "“\(wanted.currency)” is not a currency's code in ISO 4217.")
        }
        var fee: PlatformFee?
        if wanted.basisPoints != nil || wanted.fixed != nil {
            fee = PlatformFee(
                currency: currency, basisPoints: wanted.basisPoints ?? 0, fixed: wanted.fixed ?? 0)
            guard fee != nil else {
                throw AdminError(
                    .invalid,
                    "“basis_points” is 0 to 10000, “fixed” 0 to \(PlatformFee.mostFixed) minor units.")
            }
        }
        let hook = request.trail.hook
        return try await store.write { [fee] transaction in
            let found = try Self.fees(of: id, transaction)
            if let fee {
                try transaction.set(fee, of: id)
            } else if found.items.contains(where: { $0.currency == currency.lowercaseCode }) {
                try transaction.removePlatformFee(of: id, currency: currency)
            }
            try hook(transaction)
            return try Self.fees(of: id, transaction)
        }
    }

    private static func fees(of id: BotID, _ reader: any StoreReader) throws -> ListView<BotFeeView> {
        guard try reader.bot(id) != nil else { throw AdminError.noSuch("bot", id.text) }
        return ListView(
            items: try reader.platformFees(of: id).map {
                BotFeeView(
                    currency: $0.currency.lowercaseCode, basisPoints: $0.basisPoints,
                    fixed: MoneyView($0.fixed, $0.currency))
            })
    }
}
