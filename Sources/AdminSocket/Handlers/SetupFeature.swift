import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `platforms list/create`, `bots create`, `connections create`: what makes an empty installation usable.
struct SetupFeature: AdminFeature {
    let store: any Store
    let installation: InstallationCommands
    let connect: @Sendable (Connection) -> Bool

    var handlers: [AdminRoute: AdminHandler] {
        [
            .platforms: json(platforms), .createPlatform: json(createPlatform), .createBot: json(createBot),
            .createConnection: json(createConnection),
        ]
    }

    private func platforms(_ request: AdminRequest) async throws -> ListView<PlatformView> {
        try request.allow()
        return ListView(items: try await store.read { try $0.platforms() }.map { PlatformView($0) })
    }

    private func createPlatform(_ request: AdminRequest) async throws -> PlatformView {
        try request.allow()
        let wanted = try request.decoded(CreatePlatformRequest.self)
        return try await Self.refusing { PlatformView(try await installation.createPlatform(name: wanted.name)) }
    }

    private func createBot(_ request: AdminRequest) async throws -> BotView {
        try request.allow()
        let wanted = try request.decoded(CreateBotRequest.self)
        guard let platform = PlatformID(wanted.platform) else {
            throw AdminError(.invalid, "“platform” is the id of a platform: it begins with plat_.")
        }
        return try await Self.refusing {
            BotView(
                try await installation.createBot(
                    platform: platform, name: wanted.name, legalName: wanted.legalName,
                    category: wanted.merchantCategory, country: wanted.country,
                    statementDescriptor: wanted.statementDescriptor))
        }
    }

    private func createConnection(_ request: AdminRequest) async throws -> ConnectionView {
        try request.allow()
        let wanted = try request.decoded(CreateConnectionRequest.self)
        guard let owner = Owner(text: wanted.owner) else {
            throw AdminError(.invalid, "“owner” is the id of a platform (plat_…) or a bot (bot_…).")
        }
        guard let mode = Names.mode(wanted.mode) else { throw AdminError(.invalid, "“mode” is “test” or “live”.") }
        return try await Self.refusing {
            let made = try await installation.createConnection(owner: owner, processor: wanted.processor, mode: mode)
            return ConnectionView(made, isLive: connect(made))
        }
    }

    private static func refusing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let refusal as SetupRefusal {
            throw AdminError(refusal.isMissing ? .notFound : .invalid, refusal.message)
        }
    }
}

extension PlatformView {
    init(_ platform: Platform) {
        self.init(id: platform.id.text, created: platform.created.description, name: platform.name)
    }
}

extension ConnectionView {
    init(_ connection: Connection, isLive: Bool) {
        self.init(
            id: connection.id.text, processor: connection.processor, mode: Names.of(connection.mode),
            owner: connection.owner.text, isEnabled: connection.isEnabled, isLive: isLive)
    }
}
