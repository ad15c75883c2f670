package import Payments
package import Ports
import Primitives

/// Carries out what bots ask for in their platform's words, for an account whose token they have shown.
package struct SurfaceDesk: Sendable {
    package let accounts: SurfaceAccounts
    package let notices: SurfaceNotices
    package let arrivals: SurfaceArrivals
    let sales: SurfaceSelling
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools

    /// The dialect of a platform; nil where it is not spoken.
    package func dialect(_ surface: SurfaceName) -> (any SurfaceDialect)? { notices.dialects[surface] }

    /// - Parameters:
    ///   - checksURL: whether an address may be posted to, in the front's own judgement.
    /// - Throws: ``SurfaceRefusal`` for what the bot can do something about; else what the engine throws.
    package func perform(
        _ demand: SurfaceDemand, for opened: OpenedSurface,
        checksURL: @Sendable (String) throws -> Void
    ) async throws -> SurfaceOutcome {
        let account = opened.account
        switch demand {
        case .link(let offer):
            return .link(try await sales.link(for: offer, chat: nil, opened))
        case .message(let chat, let offers):
            let (arrivals, now) = (arrivals, clock.now())
            let referral = try await store.read { try arrivals.remembered(chat, at: account, $0, now) }
            var links: [String] = []
            for offer in offers {
                links.append(try await sales.link(for: offer, chat: chat, opened, ledBy: referral))
            }
            let number = try await store.write { try $0.nextSurfaceNumber(of: account.id) }
            return .message(chat: chat, offers: offers, links: links, number: number ?? 1, at: clock.now())
        case .shippingAnswer(let question, let answer):
            try sales.answer(shipping: answer, to: question, of: account)
            return .done
        case .verdict(let question, let verdict):
            try sales.answer(verdict, to: question, of: account)
            return .done
        case .updates(let first, let limit, let wait, let kinds):
            return .updates(try await updates(opened, first, limit, wait, kinds))
        case .setWebhook(let url, let secret, let kinds, let dropsPending):
            if !url.isEmpty { try checksURL(url) }
            try await change(opened, dropsPending: dropsPending) { opened in
                opened.texts[DetailFields.surfaceWebhook] = url.isEmpty ? nil : url
                opened.texts[DetailFields.surfaceEcho] = secret?.exposed()
                opened.account.kinds = kinds ?? Set(SurfaceUpdateKind.allCases)
            }
            return .done
        case .webhookInformation:
            return .webhook(url: opened.webhook ?? "", pending: try await notices.pending(account.id))
        case .changeSettings(let privacyURL, let testers):
            try await change(opened) { opened in
                if let privacyURL { opened.texts[DetailFields.surfacePrivacy] = privacyURL }
                if let testers { opened.testers = testers.applied(to: opened.testers) }
            }
            return .done
        case .clearSettings:
            try await change(opened) { opened in
                opened.texts[DetailFields.surfacePrivacy] = nil
                opened.testers = []
            }
            return .done
        case .settings: return .settings(privacyURL: opened.privacyURL, testers: opened.testers)
        case .identity: return .identity(name: try await name(of: account.bot))
        case .profile(let person, let fields): return try await profile(of: person, fields, opened)
        }
    }

    private func profile(
        of person: String, _ fields: SurfaceProfileFields, _ opened: OpenedSurface
    ) async throws -> SurfaceOutcome {
        let (arrivals, now) = (arrivals, clock.now())
        let (tools, account) = (tools, opened.account)
        return try await store.read { reader in
            let led = try arrivals.remembered(person, at: account, reader, now)
            return .profile(
                of: person,
                mayPay: fields.contains(.mayPay) ? try tools.isOpen(opened, to: person, reader) : nil,
                lastAd: fields.contains(.lastAd) && led?.ad != nil ? led : nil)
        }
    }

    private func updates(
        _ opened: OpenedSurface, _ first: Int64?, _ limit: Int, _ wait: Duration, _ kinds: Set<SurfaceUpdateKind>?
    ) async throws -> [[UInt8]] {
        guard opened.webhook == nil else {
            throw SurfaceRefusal(
                status: 409,
                message:
                    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        }
        if let kinds, kinds != opened.account.kinds {
            try await change(opened) { $0.account.kinds = kinds }
        }
        return try await notices.updates(of: opened.account, from: first, limit: limit, wait: wait)
    }

    private func change(
        _ opened: OpenedSurface, dropsPending: Bool = false, _ body: @escaping @Sendable (inout OpenedSurface) -> Void
    ) async throws {
        let now = clock.now()
        let (sealing, id) = (tools.sealing, opened.account.id)
        try await store.writeRetryingConflicts { transaction in
            guard let account = try transaction.surfaceAccount(id) else { return }
            var changed = try sealing.open(account)
            body(&changed)
            guard changed.testers.count <= Self.maximumTesters else {
                throw SurfaceRefusal(message: "There may be \(Self.maximumTesters) testers.")
            }
            try transaction.update(try sealing.seal(changed))
            if dropsPending {
                try transaction.deleteSurfaceNotices(of: id, before: account.nextNumber, at: now)
            }
            let hasWork =
                try changed.webhook != nil && !transaction.surfaceNotices(of: id, from: 1, at: now, limit: 1).isEmpty
            try transaction.setSurfaceDue(hasWork ? now : nil, failures: 0, of: id)
        }
    }

    /// As many as the platform allowed.
    private static let maximumTesters = 500

    private func name(of bot: BotID) async throws -> String {
        try await store.read { try $0.bot(bot)?.name } ?? bot.text
    }
}

extension SettlementTools {
    /// Whether what this account offers can be paid by somebody, as far as that is known before there is a price.
    func isOpen(_ opened: OpenedSurface, to person: String, _ reader: any StoreReader) throws -> Bool {
        let account = opened.account
        let isTester = opened.testers.contains(person)
        guard opened.unavailability(isTester: isTester) == nil, let bot = try reader.bot(account.bot), bot.isActive
        else { return false }
        var question = AvailabilityQuestion([.checkout, AvailabilityFeature(account.surface)], .usd)
        (question.asksVisitor, question.isTesterOfSurface) = (true, isTester)
        let rules = try reader.availability(of: account.bot, mode: account.mode)
        switch rules.reason(against: question)?.reason {
        case .seller, .testers: return false
        // Depends on what is bought, and where it goes.
        case .country, .currency, nil: return true
        }
    }
}

extension SurfaceTesters {
    func applied(to testers: [String]) -> [String] {
        switch self {
        case .exactly(let ids): ids
        case .adding(let ids): testers + ids.filter { !testers.contains($0) }
        case .removing(let ids): testers.filter { !ids.contains($0) }
        }
    }
}
