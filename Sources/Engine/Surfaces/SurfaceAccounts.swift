package import Payments
package import Ports
package import Primitives

/// What a bot says of its account at a chat platform.
package struct NewSurfaceAccount: Sendable {
    package var surface: SurfaceName
    /// The page's identifier; on Telegram the token says who the bot is.
    package var account: String?
    /// Nil for one that Florin makes.
    package var token: Redacted<String>?
    package var secret: Redacted<String>?
    package var webhook: String?
    /// Nil for what the platform sent to everybody.
    package var kinds: Set<SurfaceUpdateKind>?
    /// The bot charges by itself, with tokens.
    package var givesTokens = false
    /// With what the webhook's address is checked before it is used; nil uses it as it is.
    package var verifyToken: Redacted<String>?
    /// With what the platform will ask whether Florin's address is the right one; nil for a token that Florin makes.
    package var eventsToken: Redacted<String>?
    /// Calls have to prove that the caller holds the secret too.
    package var needsProof = false

    package init(surface: SurfaceName) { self.surface = surface }
}

/// What is to change; nil leaves a thing as it is.
package struct SurfaceAccountChange: Sendable {
    package var token: Redacted<String>?
    package var secret: Redacted<String>?
    package var webhook: String?
    package var kinds: Set<SurfaceUpdateKind>?
    package var givesTokens: Bool?
    /// With what ``webhook`` is checked before it is used.
    package var verifyToken: Redacted<String>?
    package var eventsToken: Redacted<String>?
    package var needsProof: Bool?

    package init() {}
}

/// Bots say which accounts they have at chat platforms. Tokens and secrets are kept sealed, and found by keyed hash.
package struct SurfaceAccounts: Sendable {
    /// How an account looks; with its secrets in the one answer that shows them.
    package typealias Rendering = @Sendable (OpenedSurface, _ showsSecrets: Bool) -> [UInt8]

    let commands: Commands
    let tools: SettlementTools
    let vault: any Vault
    let check: WebhookCheck

    /// The most accounts a bot may have in one mode.
    package static let maximumAccounts = 16

    /// Stores an account. Secrets that Florin made are in this answer and never shown again.
    package func create(
        _ new: NewSurfaceAccount, for bot: BotID, _ caller: Caller, _ rendering: @escaping Rendering
    ) async throws -> Answer {
        let randomness = tools.randomness
        let (account, token, secret) = try Self.credentials(new, randomness)
        try Self.check(new.givesTokens, new.surface)
        try Self.check(new.eventsToken, needsProof: new.needsProof, new.surface)
        let events = new.eventsToken?.exposed() ?? (new.surface == .messenger ? Self.random(24, randomness) : nil)
        let isChecked = try await check.passed(new.webhook, new.verifyToken, new.surface)
        return try await commands.once(caller) { transaction, now in
            _ = try transaction.activeBot(bot)
            guard try transaction.surfaceAccounts(of: bot, mode: caller.mode).count < Self.maximumAccounts else {
                throw Refusal.invalid(
                    parameter: nil, code: "resource_limit_exceeded",
                    message: "There may be \(Self.maximumAccounts) surface accounts; delete one first.")
            }
            var texts = DetailFields()
            texts[DetailFields.surfaceToken] = token
            texts[DetailFields.surfaceSecret] = secret
            texts[DetailFields.surfaceWebhook] = new.webhook
            texts[DetailFields.surfaceWebhookIsChecked] = isChecked ? "yes" : nil
            texts[DetailFields.surfaceEventsToken] = events
            texts[DetailFields.surfaceNeedsProof] = new.needsProof ? "yes" : nil
            let id: SurfaceAccountID = randomness.identifier(at: now)
            var opened = OpenedSurface(
                account: SurfaceAccount(
                    id: id, bot: bot, mode: caller.mode, surface: new.surface, created: now,
                    tokenHash: hash(token), account: account,
                    credentials: SealedDetails(dataKey: 0, box: []), kinds: new.kinds ?? new.surface.usualKinds,
                    givesTokens: new.givesTokens),
                texts: texts)
            opened.account = try tools.sealing.seal(opened)
            guard try transaction.insert(opened.account) else { throw Self.tokenInUse }
            return .answeredWithSecret(
                Answer(body: rendering(opened, true)), withoutSecret: rendering(opened, false))
        }
    }

    /// Replaces what is named.
    package func change(
        _ id: SurfaceAccountID, _ change: SurfaceAccountChange, _ caller: Caller, _ rendering: @escaping Rendering
    ) async throws -> Answer {
        let isChecked = try await isChecked(change, of: id, caller)
        return try await commands.once(caller) { transaction, now in
            var opened = try tools.sealing.open(try owned(id, caller, transaction))
            if let token = change.token?.exposed() {
                try Self.check(token: token, opened.account.surface, account: opened.account.account)
                opened.account.tokenHash = hash(token)
                if let other = try transaction.surfaceAccount(tokenHash: opened.account.tokenHash), other.id != id {
                    throw Self.tokenInUse
                }
                opened.texts[DetailFields.surfaceToken] = token
            }
            if let secret = change.secret?.exposed() { opened.texts[DetailFields.surfaceSecret] = secret }
            if let webhook = change.webhook {
                opened.texts[DetailFields.surfaceWebhook] = webhook.isEmpty ? nil : webhook
                opened.texts[DetailFields.surfaceWebhookIsChecked] = isChecked ? "yes" : nil
            }
            if let kinds = change.kinds { opened.account.kinds = kinds }
            try Self.check(change.eventsToken, needsProof: change.needsProof ?? false, opened.account.surface)
            if let token = change.eventsToken?.exposed() { opened.texts[DetailFields.surfaceEventsToken] = token }
            if let needed = change.needsProof { opened.texts[DetailFields.surfaceNeedsProof] = needed ? "yes" : nil }
            if let givesTokens = change.givesTokens {
                try Self.check(givesTokens, opened.account.surface)
                opened.account.givesTokens = givesTokens
            }
            opened.account = try tools.sealing.seal(opened)
            try transaction.update(opened.account)
            if let webhook = change.webhook {
                try transaction.setSurfaceDue(webhook.isEmpty ? nil : now, failures: 0, of: id)
            }
            return .answered(Answer(body: rendering(opened, false)))
        }
    }

    private func isChecked(
        _ change: SurfaceAccountChange, of id: SurfaceAccountID, _ caller: Caller
    ) async throws -> Bool {
        guard change.verifyToken != nil else { return false }
        guard let webhook = change.webhook, !webhook.isEmpty else {
            throw Refusal.invalid(
                parameter: "verify_token", code: "parameter_invalid",
                message: "Send webhook_url with verify_token: that address is checked, and used once it has answered.")
        }
        let surface = try await commands.store.read { try owned(id, caller, $0).surface }
        return try await check.passed(webhook, change.verifyToken, surface)
    }

    private static func check(_ givesTokens: Bool, _ surface: SurfaceName) throws(Refusal) {
        guard givesTokens, surface != .messenger else { return }
        throw .invalid(
            parameter: "credential", code: "parameter_invalid",
            message: "Only Messenger had tokens that a bot charges by itself; leave credential out.")
    }

    private static func check(
        _ eventsToken: Redacted<String>?, needsProof: Bool, _ surface: SurfaceName
    ) throws(Refusal) {
        guard surface != .messenger else { return }
        if eventsToken != nil {
            throw .invalid(
                parameter: "events_verify_token", code: "parameter_invalid",
                message:
                    "Only Messenger posts its events to an address that it asks first; leave events_verify_token out.")
        }
        if needsProof {
            throw .invalid(
                parameter: "require_appsecret_proof", code: "parameter_invalid",
                message: "Only Messenger has an app secret beside the token; leave require_appsecret_proof out.")
        }
    }

    /// Closes an account, or opens it again, for an operator.
    /// - Parameter also: done in the same commit.
    /// - Returns: nil when there is no such account.
    package func set(
        off isOff: Bool, _ id: SurfaceAccountID, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> SurfaceAccount? {
        try await commands.store.writeRetryingConflicts { transaction in
            guard var account = try transaction.surfaceAccount(id) else { return nil }
            if account.isOff != isOff {
                account.isOff = isOff
                try transaction.update(account)
                account.version += 1
            }
            try also(transaction)
            return account
        }
    }

    /// Deletes an account with what it has not been told yet. What it offered cannot be paid any more.
    /// - Parameter body: what to answer.
    package func delete(_ id: SurfaceAccountID, answering body: [UInt8], _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            _ = try owned(id, caller, transaction)
            try transaction.deleteSurfaceAccount(id)
            return .answered(Answer(body: body))
        }
    }

    /// Whose token it is.
    /// - Returns: nil when nobody has that token at this platform, or an operator has closed the account.
    package func account(token: String, _ surface: SurfaceName) async throws -> OpenedSurface? {
        let hash = hash(token)
        let found = try await commands.store.read { try $0.surfaceAccount(tokenHash: hash) }
        guard let found, found.surface == surface, !found.isOff else { return nil }
        return try tools.sealing.open(found)
    }

    /// The account with its sealed texts opened.
    package func opened(_ account: SurfaceAccount) throws -> OpenedSurface { try tools.sealing.open(account) }

    private func owned(
        _ id: SurfaceAccountID, _ caller: Caller, _ reader: any StoreReader
    ) throws -> SurfaceAccount {
        guard let account = try reader.surfaceAccount(id), .bot(account.bot) == caller.owner,
            account.mode == caller.mode
        else { throw Refusal.notFound(kind: "surface_account", id: id.text, parameter: nil) }
        return account
    }

    private func hash(_ token: String) -> [UInt8] {
        vault.hash(Array("surface token ".utf8) + token.utf8, .apiKey).bytes
    }

    private static let tokenInUse = Refusal.invalid(
        parameter: "token", code: "parameter_invalid", message: "Another surface account has this token.")
}

// MARK: - What tokens look like

extension SurfaceAccounts {
    private static func credentials(
        _ new: NewSurfaceAccount, _ randomness: any Randomness
    ) throws(Refusal) -> (account: String, token: String, secret: String?) {
        switch new.surface {
        case .telegram:
            let number = String((randomness.next().0 >> 30) + 1_000_000_000)
            let token = new.token?.exposed() ?? "\(new.account ?? number):\(random(27, randomness))"
            let account = String(token.prefix { $0 != ":" })
            try check(token: token, .telegram, account: new.account ?? account)
            return (account, token, nil)
        case .messenger:
            guard let account = new.account else {
                throw .invalid(
                    parameter: "account", code: "parameter_missing", message: "Send the page's id as account.")
            }
            let token = new.token?.exposed() ?? "EAA\(random(48, randomness))"
            try check(token: token, .messenger, account: account)
            return (account, token, new.secret?.exposed() ?? Hex.encode(randomness.bytes(16)))
        case .web:
            throw .invalid(
                parameter: "type", code: "parameter_invalid",
                message: "The web surface needs no account: every checkout session has a link and a QR code.")
        }
    }

    private static func check(token: String, _ surface: SurfaceName, account: String) throws(Refusal) {
        let isPlain = token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
        let isWellFormed: Bool
        switch surface {
        case .telegram:
            let parts = token.split(separator: ":", omittingEmptySubsequences: false)
            isWellFormed =
                parts.count == 2 && parts[0] == account && (3...19).contains(account.utf8.count)
                && account.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && (20...128).contains(parts[1].utf8.count)
        case .messenger, .web: isWellFormed = (16...512).contains(token.utf8.count)
        }
        guard isPlain, isWellFormed else {
            throw .invalid(
                parameter: "token", code: "parameter_invalid",
                message: surface == .telegram
                    ? "A Telegram token is the bot's number, a colon and at least 20 characters; account, if sent, is that number."
                    : "The token must be 16 to 512 printable characters without a slash.")
        }
    }

    private static func random(_ count: Int, _ randomness: any Randomness) -> String {
        Base64.encode(randomness.bytes(count)).replacing("+", with: "-").replacing("/", with: "_")
    }
}

extension SurfaceName {
    /// What a bot is told when it did not say: what its platform told everybody.
    fileprivate var usualKinds: Set<SurfaceUpdateKind> {
        switch self {
        case .telegram: Set(SurfaceUpdateKind.allCases)
        case .messenger, .web: [.shipping, .verdict, .paid]
        }
    }
}
