import Payments
import Ports
import Primitives

@testable import Engine

/// A chat platform's dialect in words apart by spaces.
struct PlainDialect: AnsweredDialect, ListeningDialect {
    var name: SurfaceName { .messenger }

    func demand(of call: SurfaceCall, mode: Mode) throws(SurfaceRefusal) -> SurfaceDemand { .identity }

    func reply(_ outcome: SurfaceOutcome, for account: String) -> [UInt8] { [] }

    func reply(_ refusal: SurfaceRefusal, trace: String) -> [UInt8] { [] }

    /// The kind, and a token.
    func body(of notice: SurfaceNotice, for account: SurfaceCredentials) -> [UInt8] {
        guard case .payable(_, let token) = notice.update else { return Array("\(notice.update.kind)".utf8) }
        return Array("token \(token.text)".utf8)
    }

    func headers(for body: [UInt8], of account: SurfaceCredentials) -> [(name: String, value: String)]? { [] }

    /// The person's name.
    func context(
        _ text: String, for account: SurfaceCredentials, at now: Timestamp
    ) throws(SurfaceContextRefusal) -> SurfaceContext {
        SurfaceContext(person: SurfacePerson(id: text), issued: now)
    }

    func shippingAnswer(_ body: [UInt8], currency: Currency) -> SurfaceShippingAnswer? { nil }

    func verdict(_ body: [UInt8]) -> SurfaceVerdict? { nil }

    /// `token answer`.
    func challenge(in query: [UInt8]) -> (token: Redacted<String>, answer: String)? {
        let words = String(decoding: query, as: UTF8.self).split(separator: " ").map(String.init)
        return words.count == 2 ? (Redacted(words[0]), words[1]) : nil
    }

    /// By a header that holds the secret itself.
    func isSigned(
        _ body: [UInt8], headers: [(name: String, value: String)], for account: SurfaceCredentials
    ) -> Bool {
        headers.contains { Array($0.value.utf8) == account.secret.exposed() }
    }

    /// Lines of `page person second ref`, a `-` for a ref that is missing and `ad:…` for an ad's.
    func envelope(_ body: [UInt8]) -> SurfaceEnvelope? {
        var arrivals: [SurfaceArrival] = []
        for line in String(decoding: body, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 4, let second = Int64(words[2]) else { return nil }
            var referral = SurfaceReferral(source: "SHORTLINK")
            if words[3].hasPrefix("ad:") {
                referral = SurfaceReferral(source: "ADS", ad: String(words[3].dropFirst(3)))
            } else if words[3] != "-" {
                referral.ref = words[3]
            }
            arrivals.append(
                SurfaceArrival(account: words[0], person: words[1], referral: referral, at: Timestamp(seconds: second)))
        }
        return SurfaceEnvelope(accounts: Set(arrivals.map(\.account)), arrivals: arrivals)
    }
}

extension Florin {
    /// A page's account of the bot.
    func page(
        _ account: String = "98", secret: String = "s3cret", givesTokens: Bool = false, of owner: BotID = bot
    ) async throws -> OpenedSurface {
        var new = NewSurfaceAccount(surface: .messenger)
        new.account = account
        (new.token, new.secret) = (Redacted("EAA-token-of-\(account)-\(secret)"), Redacted(secret))
        new.eventsToken = Redacted("verify-me")
        new.kinds = [.paid]
        new.givesTokens = givesTokens
        let answer = try await now.surfaces.accounts.create(new, for: owner, caller(.bot(owner))) { opened, _ in
            Array("{\"id\":\"\(opened.account.id)\"}".utf8)
        }
        let id = try SurfaceAccountID(required: answer("id"))
        guard let stored = try await now.store.read({ try $0.surfaceAccount(id) }) else {
            throw Missing(what: "an account")
        }
        return try now.surfaces.accounts.opened(stored)
    }

    /// A checkout of a Buy button that was offered to somebody.
    func tapped(
        _ page: OpenedSurface, by person: String = "1254", _ visit: PaymentLinkVisit = PaymentLinkVisit()
    ) async throws -> CheckoutID {
        let offer = SurfaceOffer(
            title: "Soup", payload: "p-1", currency: .usd, lines: [SurfaceLine(label: "Soup", minorUnits: 1_000)])
        let made = try await now.surfaces.perform(.message(chat: person, offers: [offer]), for: page) { _ in }
        guard case .message(_, _, let links, _, _) = made,
            let link = links.first?.split(separator: "/").last.flatMap({ PaymentLinkID(String($0)) })
        else { throw Missing(what: "a link") }
        return try await now.paymentLinks.open(link, visit, request: caller().request)
    }
}
