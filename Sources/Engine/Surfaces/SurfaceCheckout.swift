package import Payments
import Ports
import Primitives

// What a checkout that was offered through a chat platform's dialect keeps among its own texts.
extension DetailFields {
    /// The account it was offered with.
    static let ofSurface = "surface.account"
    static let surfacePayload = "surface.payload"
    static let surfaceChat = "surface.chat"
    static let surfaceIsFlexible = "surface.flexible"
    /// What is sold, as the bot calls and describes it, and what the bot calls itself.
    package static let offerTitle = "offer.title"
    package static let offerDescription = "offer.description"
    package static let offerMerchant = "offer.merchant"
    // Who the platform says is there lies with what the buyer said, and is forgotten with it.
    static let surfacePersonID = "surface.person"
    static let surfacePersonName = "surface.person_name"
    static let surfaceLanguage = "surface.language"
    static let surfaceCustomer = "surface.customer"

    /// What the buyer said of themself, without what a chat platform said of them and what a friend calls themself.
    package var ofBuyer: DetailFields {
        var said = self
        for name in [
            Self.surfacePersonID, Self.surfacePersonName, Self.surfaceLanguage, Self.surfaceCustomer, Self.friendName,
            Self.saidBy,
        ] { said[name] = nil }
        return said
    }
}

extension OpenedCheckout {
    /// Who buys, as the platform proved; nil for a guest.
    var surfacePerson: SurfacePerson? {
        buyer[DetailFields.surfacePersonID].map {
            SurfacePerson(
                id: $0, firstName: buyer[DetailFields.surfacePersonName],
                language: buyer[DetailFields.surfaceLanguage])
        }
    }
}

extension SurfaceDetails {
    /// What a buyer said, by the names under which checkouts keep it.
    init(_ buyer: DetailFields) {
        self.init(name: buyer["name"], phone: buyer["phone"], email: buyer["email"])
        guard buyer.allNames.contains(where: { $0.hasPrefix("address.") }) else { return }
        address = SurfaceAddress(
            name: buyer["name"], street1: buyer["address.line1"] ?? "", street2: buyer["address.line2"] ?? "",
            city: buyer["address.city"] ?? "", state: buyer["address.state"] ?? "",
            postalCode: buyer["address.postal_code"] ?? "", country: buyer["address.country"] ?? "")
    }
}

extension SurfacePurchase {
    /// Only what was asked for is told.
    init(_ opened: OpenedCheckout) {
        self.init(payload: opened.texts[DetailFields.surfacePayload] ?? "", total: opened.checkout.amount)
        let (all, asked) = (SurfaceDetails(opened.buyer), opened.terms.collection)
        details = SurfaceDetails(
            name: asked.name ? all.name : nil, phone: asked.phone ? all.phone : nil,
            email: asked.email ? all.email : nil, address: asked.shippingAddress ? all.address : nil)
        shippingOption = opened.terms.chosenShipping
        isTest = opened.checkout.mode == .test
    }
}

extension CheckoutTerms {
    /// What an offer sells. Negative lines become discounts.
    init(_ offer: SurfaceOffer, newLine: () -> LineItemID) {
        let priced = offer.lines.filter { $0.minorUnits >= 0 }
        self.init(
            lines: priced.map { CheckoutLine(id: newLine(), label: $0.label, unitAmount: $0.minorUnits, quantity: 1) },
            discounts: offer.lines.filter { $0.minorUnits < 0 }.map {
                CheckoutPart(label: $0.label, amount: -$0.minorUnits)
            },
            tip: offer.maximumTip > 0 ? TipOffer(maximum: offer.maximumTip, suggested: offer.suggestedTips) : nil,
            collection: CheckoutCollection(
                name: offer.collects.contains(.name), email: offer.collects.contains(.email),
                phone: offer.collects.contains(.phone),
                shippingCountries: offer.collects.contains(.shippingAddress) ? [] : nil))
    }
}

extension DetailFields {
    /// What the checkouts of an offer keep.
    init(_ offer: SurfaceOffer, chat: String?, _ account: OpenedSurface) {
        self.init()
        self[DetailFields.ofSurface] = account.account.id.text
        self[DetailFields.surfacePayload] = offer.payload
        self[DetailFields.surfaceChat] = chat
        self[DetailFields.surfaceIsFlexible] = offer.isFlexible ? "yes" : nil
        self[DetailFields.ref] = offer.ref
        self[DetailFields.offerTitle] = offer.title
        self[DetailFields.offerDescription] = offer.description
        self[DetailFields.offerMerchant] = offer.merchantName.map { String($0.prefix(100)) }
        self[DetailFields.privacyURL] = account.privacyURL
        self[DetailFields.callbackURL] = SurfaceAsker.scheme + account.account.surface.text
        setOfPayment("description", offer.title)
        // So that a refund finds its way without a look at the checkout.
        for name in [DetailFields.ofSurface, DetailFields.surfacePayload, DetailFields.surfaceChat] {
            setOfPayment(name, self[name])
        }
    }
}
