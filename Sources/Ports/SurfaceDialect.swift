package import Payments
package import Primitives

/// What Florin says to a bot in its platform's words.
package enum SurfaceUpdate: Hashable, Sendable {
    /// Where to send it, with what the bot has to name options for.
    case shipping(question: String, payload: String, address: SurfaceAddress)
    /// May the charge be made?
    case verdict(question: String, purchase: SurfacePurchase)
    /// It was paid.
    case paid(SurfacePurchase)
    /// The buyer tapped Pay: the bot charges by itself, with this token.
    case payable(SurfacePurchase, SurfaceToken)
    /// All of it, or a part, went back.
    case refunded(SurfacePurchase)
}

/// One update with everything around it.
package struct SurfaceNotice: Hashable, Sendable {
    /// Grows with every notice of one account.
    package let number: Int64
    package let update: SurfaceUpdate
    /// Who buys; nil for a guest who came without a proof.
    package let person: SurfacePerson?
    /// Where the offer was made: a chat or a person, by the platform's identifier.
    package let chat: String?
    package let at: Timestamp

    package init(number: Int64, update: SurfaceUpdate, person: SurfacePerson?, chat: String?, at: Timestamp) {
        self.number = number
        self.update = update
        self.person = person
        self.chat = chat
        self.at = at
    }
}

/// A bot's own account at a chat platform, as far as the dialect needs it to sign and to prove.
package struct SurfaceCredentials: Sendable {
    /// The page's identifier, or the bot's number.
    package let account: String
    /// What signs notices and contexts: the app secret, or the bot's token.
    package let secret: Redacted<[UInt8]>
    /// A text the bot wants to see with every notice, where the dialect has one.
    package let echo: Redacted<String>?

    package init(account: String, secret: Redacted<[UInt8]>, echo: Redacted<String>? = nil) {
        self.account = account
        self.secret = secret
        self.echo = echo
    }
}

/// A call as it came over HTTP, behind whatever proves who calls.
package struct SurfaceCall: Sendable {
    /// The methods that dialects use.
    package enum Verb: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }
    package let verb: Verb
    /// What follows the version or the token in the path, such as `sendInvoice` or `me/messages`.
    package let path: String
    /// Without the question mark.
    package let query: [UInt8]
    package let contentType: String?
    package let body: [UInt8]

    package init(verb: Verb, path: String, query: [UInt8] = [], contentType: String?, body: [UInt8]) {
        self.verb = verb
        self.path = path
        self.query = query
        self.contentType = contentType
        self.body = body
    }
}

/// What a bot asks of Florin in its platform's words.
package enum SurfaceDemand: Hashable, Sendable {
    /// A link that anybody may pay through.
    case link(SurfaceOffer)
    /// Buy buttons for a conversation; Florin answers with the link for each.
    case message(chat: String, offers: [SurfaceOffer])
    case shippingAnswer(question: String, SurfaceShippingAnswer)
    case verdict(question: String, SurfaceVerdict)
    /// Updates from this number on; all before it are done with.
    case updates(from: Int64?, limit: Int, wait: Duration, kinds: Set<SurfaceUpdateKind>?)
    case setWebhook(url: String, secret: Redacted<String>?, kinds: Set<SurfaceUpdateKind>?, dropsPending: Bool)
    case webhookInformation
    /// Replaces what is given.
    case changeSettings(privacyURL: String?, testers: SurfaceTesters?)
    case settings
    case clearSettings
    /// Who the account is.
    case identity
    /// What is known of somebody, by the platform's identifier.
    case profile(of: String, SurfaceProfileFields)
}

/// Who may try a bot's checkouts before they are open to everybody; identifiers of the platform.
package enum SurfaceTesters: Hashable, Sendable {
    case exactly([String])
    case adding([String])
    case removing([String])
}

extension SurfaceUpdate {
    /// By which bots choose what they want to see.
    package var kind: SurfaceUpdateKind {
        switch self {
        case .shipping: .shipping
        case .verdict: .verdict
        case .paid, .payable: .paid
        case .refunded: .refunded
        }
    }
}

/// What came of a demand.
package enum SurfaceOutcome: Hashable, Sendable {
    /// As asked.
    case done
    case link(String)
    /// - Parameters:
    ///   - links: one for each offer, in their order.
    ///   - number: names the message among the account's.
    case message(chat: String, offers: [SurfaceOffer], links: [String], number: Int64, at: Timestamp)
    /// Bodies as ``SurfaceDialect/body(of:for:)`` made them.
    case updates([[UInt8]])
    case webhook(url: String, pending: Int64)
    case settings(privacyURL: String?, testers: [String])
    /// The account, by its name for people.
    case identity(name: String)
    /// - Parameter mayPay: nil when that was not asked.
    case profile(of: String, mayPay: Bool?, lastAd: SurfaceReferral?)
}

/// Why a call was refused. The dialect writes it in its own envelope.
package struct SurfaceRefusal: Error, Hashable, Sendable {
    /// An HTTP status.
    package let status: Int
    /// The platform's own token where it has one, such as `CURRENCY_INVALID`.
    package let code: String?
    /// What to do; never anything secret, and never text of the caller that could be a card number.
    package let message: String
    /// When to try again, for status 429 and 503.
    package var retryAfterSeconds: Int64?

    package init(status: Int = 400, code: String? = nil, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }
}

/// A chat platform's payments dialect: its way to show a Buy button, to ask a bot before a charge and to tell it of a payment. A
/// dialect is a codec; who may do what, and everything that is stored, is the engine's. Every function is pure: same input, same bytes.
package protocol SurfaceDialect: Sendable {
    var name: SurfaceName { get }

    /// Reads a call.
    /// - Throws: ``SurfaceRefusal`` for what is not of the dialect, breaks its limits, or is not offered here.
    func demand(of call: SurfaceCall, mode: Mode) throws(SurfaceRefusal) -> SurfaceDemand

    /// What is answered to a call that was carried out.
    func reply(_ outcome: SurfaceOutcome, for account: String) -> [UInt8]

    /// What is answered, with the refusal's HTTP status, to one that was not.
    /// - Parameter trace: names the request.
    func reply(_ refusal: SurfaceRefusal, trace: String) -> [UInt8]

    /// The body that carries a notice.
    func body(of notice: SurfaceNotice, for account: SurfaceCredentials) -> [UInt8]

    /// What is sent along with a body, the signature among it.
    /// - Returns: nil when the code could not be computed; nothing is sent then.
    func headers(for body: [UInt8], of account: SurfaceCredentials) -> [(name: String, value: String)]?

    /// Reads the proof of who is in the webview.
    func context(
        _ text: String, for account: SurfaceCredentials, at now: Timestamp
    ) throws(SurfaceContextRefusal) -> SurfaceContext
}

/// A dialect whose platform checks the address of a webhook before it uses it.
package protocol CheckingDialect: SurfaceDialect {
    /// What is fetched, and what has to be answered to it.
    /// - Parameters:
    ///   - url: of the webhook, perhaps with a query.
    ///   - token: what the bot wants to be asked with.
    ///   - challenge: a random text.
    func check(of url: String, token: Redacted<String>, challenge: String) -> (url: String, answer: String)
}

/// A dialect whose bots answer a question in the response to it.
package protocol AnsweredDialect: SurfaceDialect {
    /// Reads what a bot answered to ``SurfaceUpdate/shipping(question:payload:address:)``.
    /// - Returns: nil for anything the dialect has no word for, which refuses.
    func shippingAnswer(_ body: [UInt8], currency: Currency) -> SurfaceShippingAnswer?

    /// Reads what a bot answered to ``SurfaceUpdate/verdict(question:purchase:)``.
    /// - Returns: nil for anything but a plain yes or no, which refuses.
    func verdict(_ body: [UInt8]) -> SurfaceVerdict?
}
