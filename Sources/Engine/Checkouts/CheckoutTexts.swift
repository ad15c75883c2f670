package import Payments
import Ports
import Primitives

// Under which names the texts of a checkout lie among its sealed fields. Metadata of the checkout itself stands as everywhere;
// what the payment gets stands under names of its own.
extension DetailFields {
    package static let checkoutTerms = "terms"
    package static let successURL = "success_url"
    package static let cancelURL = "cancel_url"
    package static let termsURL = "terms_url"
    package static let privacyURL = "privacy_url"
    package static let callbackURL = "callback_url"
    package static let clientReference = "client_reference_id"
    /// Which ad, link, code or forwarded message led here.
    package static let ref = "ref"
    package static let locale = "locale"
    package static let submitType = "submit_type"
    package static let customerCreation = "customer_creation"
    package static let captureMethod = "capture_method"
    /// `enabled`: the page offers to keep the card.
    package static let offersToSave = "payment_method_save"
    /// How many people may pay it together.
    package static let participants = "participants"
    /// How often that was begun.
    static let rounds = "together.rounds"
    /// What stands in the way of paying, in the words of ``CheckoutProblem``.
    static let problemCode = "problem"
    static let problemMessage = "problem_message"
    /// Before the names of texts that the payment gets.
    private static let ofPayment = "payment."

    /// A text that the checkout's payment gets.
    package mutating func setOfPayment(_ name: String, _ text: String?) { self[Self.ofPayment + name] = text }

    /// Metadata that the checkout's payment gets.
    package mutating func setMetadataOfPayment(_ key: String, _ text: String?) {
        self[Self.ofPayment + Self.metadataName(key)] = text
    }

    /// All texts that the checkout's payment gets.
    package var ofPayment: DetailFields {
        var texts = DetailFields()
        for name in allNames where name.hasPrefix(Self.ofPayment) {
            texts[String(name.dropFirst(Self.ofPayment.count))] = self[name]
        }
        return texts
    }
}

/// Why a buyer cannot pay right now, as the page tells it. The bot is free to say something else; see ``message``.
package struct CheckoutProblem: Hashable, Sendable {
    /// As the page's `error.code` has it.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// The bot said no.
        case refused = "refused_by_seller"
        /// The bot did not answer in time, or not with a success, or what it said means nothing.
        case silent = "seller_unavailable"
        /// The card, or the payment, was declined.
        case declined
        /// The installation cannot make this payment.
        case notPossible = "not_possible"
        /// The payment was given up while its payer was away.
        case canceled = "payment_canceled"
    }
    package let code: Code
    /// For people; from the bot where it said one, at most 200 characters.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// A checkout with its sealed texts opened.
package struct OpenedCheckout: Sendable {
    package var checkout: Checkout
    package var terms: CheckoutTerms
    /// Everything the bot said, without ``terms``.
    package var texts: DetailFields
    package var buyer: DetailFields

    /// What stands in the way of paying, until something changes.
    package var problem: CheckoutProblem? {
        get {
            guard let code = texts[DetailFields.problemCode].flatMap(CheckoutProblem.Code.init(rawValue:)) else {
                return nil
            }
            return CheckoutProblem(code, texts[DetailFields.problemMessage] ?? "")
        }
        set {
            texts[DetailFields.problemCode] = newValue?.code.rawValue
            texts[DetailFields.problemMessage] = newValue?.message
            texts[DetailFields.problemAudience] = nil
        }
    }

    /// What the buyer pays.
    /// - Throws: `StoreError.corrupt` for terms that were never accepted.
    package func totals() throws -> CheckoutTotals {
        do { return try terms.totals() } catch {
            throw StoreError.corrupt("the terms of checkout \(checkout.id) cannot be added up")
        }
    }
}

extension SealedFields {
    /// Opens everything about a checkout.
    package func open(_ checkout: Checkout) throws -> OpenedCheckout {
        var texts = try texts(of: checkout)
        guard let terms = texts[DetailFields.checkoutTerms].flatMap(CheckoutTerms.init(packed:)) else {
            throw StoreError.corrupt("the terms of checkout \(checkout.id) do not decode")
        }
        texts[DetailFields.checkoutTerms] = nil
        return OpenedCheckout(
            checkout: checkout, terms: terms, texts: texts, buyer: try buyer(of: checkout))
    }

    /// Seals the texts again; the buyer's only when they are not what they were.
    func seal(_ opened: OpenedCheckout, buyerChanged: Bool) throws -> Checkout {
        var checkout = opened.checkout
        var texts = opened.texts
        texts[DetailFields.checkoutTerms] = opened.terms.packed
        guard
            let terms = try seal(
                texts, .checkoutTerms, of: checkout.id, mode: checkout.mode, salt: checkout.id.bytes)
        else { throw StoreError.corrupt("checkout \(checkout.id) has no terms") }
        checkout.terms = terms
        if buyerChanged {
            checkout.buyer = try seal(
                opened.buyer, .checkoutBuyer, of: checkout.id, mode: checkout.mode, salt: checkout.id.bytes)
        }
        return checkout
    }

    /// Opens what a link's checkouts sell.
    package func open(_ link: PaymentLink) throws -> (terms: CheckoutTerms, texts: DetailFields) {
        var texts = try texts(of: link)
        guard let terms = texts[DetailFields.checkoutTerms].flatMap(CheckoutTerms.init(packed:)) else {
            throw StoreError.corrupt("the terms of payment link \(link.id) do not decode")
        }
        texts[DetailFields.checkoutTerms] = nil
        return (terms, texts)
    }
}
