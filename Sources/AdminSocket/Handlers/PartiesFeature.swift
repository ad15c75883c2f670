import AdminContract
import Payments
import Ports
import Primitives

/// `bots list/show` and `people list/show`. Bots are businesses and shown whole; people stay sealed.
struct PartiesFeature: AdminFeature {
    let store: any Store

    var handlers: [AdminRoute: AdminHandler] {
        [.bots: json(bots), .bot: json(bot), .people: json(people), .person: json(person)]
    }

    private func bots(_ request: AdminRequest) async throws -> ListView<BotView> {
        try request.allow("limit", "after")
        let page = try request.page(of: BotKind.self)
        return ListView(try await store.read { try $0.bots(of: nil, page) }) { BotView($0) }
    }

    private func bot(_ request: AdminRequest) async throws -> BotView {
        try request.allow()
        let id: BotID = try request.identifier("bot")
        let found = try await store.read { reader in
            try reader.bot(id).map { BotView($0, accounts: try Self.accounts(of: id, Mode.allCases, reader)) }
        }
        guard let found else { throw AdminError.noSuch("bot", id.text) }
        return found
    }

    private func people(_ request: AdminRequest) async throws -> ListView<PersonView> {
        try request.allow("limit", "after", "mode")
        let page = try request.page(of: PersonKind.self)
        let mode = try request.mode()
        return ListView(try await store.read { try $0.people(of: nil, mode: mode, page) }) { PersonView($0) }
    }

    private func person(_ request: AdminRequest) async throws -> PersonView {
        try request.allow()
        let id: PersonID = try request.identifier("person")
        let found = try await store.read { reader in
            try reader.person(id).map { PersonView($0, accounts: try Self.accounts(of: id, [$0.mode], reader)) }
        }
        guard let found else { throw AdminError.noSuch("person", id.text) }
        return found
    }

    private static func accounts<Kind>(
        of id: Identifier<Kind>, _ modes: [Mode], _ reader: any StoreReader
    ) throws -> [AccountView] {
        try modes.flatMap { mode in
            try reader.accounts(of: SIMD2(id.high, id.low), mode: mode).map { try AccountView($0, reader) }
        }
    }
}
