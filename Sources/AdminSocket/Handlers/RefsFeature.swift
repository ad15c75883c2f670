import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `reports refs`: what led to a bot's checkouts. A ref that might be somebody's name or number is shown as a hash.
struct RefsFeature: AdminFeature {
    let store: any Store
    let sealing: SealedFields

    /// More than that nobody reads.
    private static let most = 1_000

    var handlers: [AdminRoute: AdminHandler] { [.botRefs: json(refs)] }

    private func refs(_ request: AdminRequest) async throws -> ListView<RefSumView> {
        try request.allow("mode", "from", "to")
        let id: BotID = try request.identifier("bot")
        let mode = try request.mode() ?? .live
        let from = try Self.day(request, "from").map { Timestamp(day: $0) } ?? Timestamp(seconds: 0)
        let end = try Self.day(request, "to").map { Timestamp(day: $0 + 1) } ?? Timestamp(seconds: 253_402_300_799)
        let sealing = sealing
        let found = try await store.read { reader -> [RefSumView]? in
            guard try reader.bot(id) != nil else { return nil }
            return try reader.refSums(of: id, mode: mode, from: from, to: end, limit: Self.most + 1).map { sum in
                let texts = try reader.checkout(sum.example).map { try sealing.texts(of: $0) }
                return RefSumView(
                    ref: RefLabel.text(of: texts?[DetailFields.ref], sum.refHash), sessions: sum.sessions,
                    completed: sum.completed, amount: MoneyView(Money(minorUnits: sum.amount, currency: sum.currency)))
            }
        }
        guard let found else { throw AdminError.noSuch("bot", id.text) }
        return ListView(items: Array(found.prefix(Self.most)), hasMore: found.count > Self.most)
    }

    private static func day(_ request: AdminRequest, _ name: String) throws(AdminError) -> Int64? {
        guard let text = request.text(name) else { return nil }
        guard text.utf8.count == 10, let day = Timestamp(text: text)?.day else {
            throw AdminError(.invalid, "“\(name)” is a date such as 2026-11-20, in UTC.")
        }
        return day
    }
}
