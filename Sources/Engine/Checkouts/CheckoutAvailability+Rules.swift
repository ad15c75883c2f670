import Payments
import Ports
import Primitives

// To whom a bot's checkouts are open: what the configuration says of the installation, what the platform and the bot say of this
// bot, and what an account at a chat platform says of its testers. All of it holds at once. Asked when something is made, when the
// page is shown, and in the commit that starts a charge.
extension SettlementTools {
    /// Whether something may be made at all: of its buyer nothing is known yet.
    func checkMaking(
        _ features: Set<AvailabilityFeature>, _ currency: Currency, of bot: Bot, _ mode: Mode,
        _ reader: any StoreReader
    ) throws {
        let feature: CheckoutAvailability.Feature = features.contains(.paymentLinks) ? .links : .sessions
        let rules = try reader.availability(of: bot.id, mode: mode)
        if let reason = configuration.checkout.reason(against: bot, currency, feature)
            ?? rules.reason(against: AvailabilityQuestion(features, currency))
        {
            throw Refusal.checkoutNotAvailable(reason)
        }
    }

    /// Why this visitor cannot pay this checkout; nil when they can.
    /// - Parameter card: what is paid with, once that is known.
    func unavailability(
        of opened: OpenedCheckout, _ bot: Bot, to visitor: CheckoutVisitor, with card: PaymentMethod? = nil,
        _ reader: any StoreReader
    ) throws -> Unavailability? {
        let (checkout, currency) = (opened.checkout, opened.checkout.amount.currency)
        if let reason = configuration.checkout.reason(against: bot, currency, .sessions)
            ?? configuration.checkout.reason(against: visitor)
        {
            return reason
        }
        var question = AvailabilityQuestion(opened.features, currency)
        (question.visitor, question.asksVisitor) = (visitor.name, true)
        if let name = opened.texts[DetailFields.ofSurface] {
            // Nobody is left who could be asked, or told.
            guard let account = try SurfaceAccountID(name).flatMap(reader.surfaceAccount) else { return .accountIsOff }
            let surface = try sealing.open(account)
            // Whom the platform proved here may be somebody else than who looks now.
            let isProved = visitor.isSurfaceCustomer(of: opened)
            question.isTesterOfSurface =
                isProved && opened.surfacePerson.map { surface.testers.contains($0.id) } ?? false
            if let reason = surface.unavailability(isTester: question.isTesterOfSurface) { return reason }
        }
        let rules = try reader.availability(of: checkout.bot, mode: checkout.mode)
        guard !rules.isEmpty else { return nil }
        if rules.contains(where: { !$0.countries.isEmpty }) {
            question.countries = try countries(of: opened, visitor, card, reader)
        }
        return rules.reason(against: question)
    }

    /// Where the visitor lives, where it is sent to, and who issued the card, as far as that is known.
    private func countries(
        of opened: OpenedCheckout, _ visitor: CheckoutVisitor, _ card: PaymentMethod?, _ reader: any StoreReader
    ) throws -> Set<String> {
        var known: Set<String> = []
        func note(_ country: String?) { if let country, !country.isEmpty { known.insert(country) } }
        note(opened.buyer["address.country"])
        switch visitor {
        case .guest: break
        case .person(let id): note(try reader.person(id).map { try sealing.fields(of: $0) }?["address.country"])
        case .customer(let id): note(try reader.customer(id).map { try sealing.fields(of: $0) }?["address.country"])
        }
        if let card, card.instrument == .card, let table = configuration.issuerCountries?.countries {
            note(table[try builder.card(card).number.issuerPrefix])
        }
        return known
    }
}

extension OpenedCheckout {
    /// What an availability rule may be about.
    var features: Set<AvailabilityFeature> {
        DetailFields.features(of: texts, isLink: checkout.link != nil)
    }
}

extension DetailFields {
    static func features(of texts: DetailFields, isLink: Bool) -> Set<AvailabilityFeature> {
        let callback = texts[DetailFields.callbackURL] ?? ""
        if callback.hasPrefix(SurfaceAsker.scheme),
            let surface = SurfaceName(text: String(callback.dropFirst(SurfaceAsker.scheme.count)))
        {
            return [.checkout, AvailabilityFeature(surface)]
        }
        return isLink ? [.checkout, .web, .paymentLinks] : [.checkout, .web]
    }
}

extension OpenedSurface {
    /// Why nothing that was offered with this account can be paid, or not by this visitor.
    func unavailability(isTester: Bool) -> Unavailability? {
        if account.isOff { return .accountIsOff }
        // As on that platform, where test payments were for those whom the page had named.
        if account.surface == .messenger, account.mode == .test, !testers.isEmpty, !isTester { return .onlyTesters }
        return nil
    }
}

extension Unavailability {
    static let accountIsOff = Unavailability(.seller, "This seller does not sell here at the moment.")
}
