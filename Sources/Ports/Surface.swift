package import Primitives

/// One line of a price: minor units by ISO 4217, negative for a discount.
package struct SurfaceLine: Hashable, Sendable {
    package let label: String
    package let minorUnits: Int64

    package init(label: String, minorUnits: Int64) {
        self.label = label
        self.minorUnits = minorUnits
    }
}

/// What a bot asks the buyer for.
package struct SurfaceCollection: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let name = SurfaceCollection(rawValue: 1)
    package static let phone = SurfaceCollection(rawValue: 2)
    package static let email = SurfaceCollection(rawValue: 4)
    package static let shippingAddress = SurfaceCollection(rawValue: 8)
}

/// What a bot wants to sell, read from its platform's own form and checked against that platform's limits.
package struct SurfaceOffer: Hashable, Sendable {
    package var title: String
    package var description: String?
    /// The bot's own text, given back in every question and every piece of news; the buyer never sees it.
    package var payload: String
    package var currency: Currency
    package var lines: [SurfaceLine]
    /// The bot has to name shipping options once the address is known.
    package var isFlexible = false
    package var collects: SurfaceCollection = []
    /// The most the buyer may add; 0 where no tip is asked for.
    package var maximumTip: Int64 = 0
    package var suggestedTips: [Int64] = []
    package var merchantName: String?
    package var isTest = false
    /// The `ref` that led here, carried to the payment.
    package var ref: String?

    package init(title: String, payload: String, currency: Currency, lines: [SurfaceLine]) {
        self.title = title
        self.payload = payload
        self.currency = currency
        self.lines = lines
    }

    /// The sum of the lines.
    /// - Returns: nil when it does not fit.
    package var total: Int64? { SurfaceLine.sum(lines) }
}

extension SurfaceLine {
    /// - Returns: nil when the sum does not fit in 64 bits.
    package static func sum(_ lines: [SurfaceLine]) -> Int64? {
        var total: Int64 = 0
        for line in lines {
            let (sum, overflow) = total.addingReportingOverflow(line.minorUnits)
            guard !overflow else { return nil }
            total = sum
        }
        return total
    }
}

/// Where something is to be sent.
package struct SurfaceAddress: Hashable, Sendable {
    package var name: String?
    package var street1: String
    package var street2: String
    package var city: String
    package var state: String
    package var postalCode: String
    /// Two letters, ISO 3166-1.
    package var country: String

    package init(
        name: String? = nil, street1: String = "", street2: String = "", city: String = "", state: String = "",
        postalCode: String = "", country: String = ""
    ) {
        self.name = name
        self.street1 = street1
        self.street2 = street2
        self.city = city
        self.state = state
        self.postalCode = postalCode
        self.country = country
    }
}

/// What a buyer told the bot. Only what was asked for is there.
package struct SurfaceDetails: Hashable, Sendable {
    package var name: String?
    package var phone: String?
    package var email: String?
    package var address: SurfaceAddress?

    package init(
        name: String? = nil, phone: String? = nil, email: String? = nil, address: SurfaceAddress? = nil
    ) {
        self.name = name
        self.phone = phone
        self.email = email
        self.address = address
    }

    package var isEmpty: Bool { self == SurfaceDetails() }
}

/// A way to deliver, with what it adds to the price.
package struct SurfaceShippingOption: Hashable, Sendable {
    package let id: String
    package let title: String
    package let lines: [SurfaceLine]

    package init(id: String, title: String, lines: [SurfaceLine]) {
        self.id = id
        self.title = title
        self.lines = lines
    }
}

/// The bot's answer to a question about shipping.
package enum SurfaceShippingAnswer: Hashable, Sendable {
    case options([SurfaceShippingOption])
    /// Nothing is sent there; the text is for the buyer.
    case refused(String)
}

/// The bot's last word before a charge.
package enum SurfaceVerdict: Hashable, Sendable {
    case accepted
    /// The text, where the dialect has one, is for the buyer.
    case refused(String?)
}

/// Who buys, by the platform's name for the person.
package struct SurfacePerson: Hashable, Sendable {
    /// The platform's identifier: a number on Telegram, scoped to the page on Messenger. Personal data.
    package let id: String
    package var firstName: String?
    package var language: String?

    package init(id: String, firstName: String? = nil, language: String? = nil) {
        self.id = id
        self.firstName = firstName
        self.language = language
    }
}

/// A purchase as the dialects speak of it.
package struct SurfacePurchase: Hashable, Sendable {
    package var payload: String
    package var total: Money
    package var details = SurfaceDetails()
    package var shippingOption: String?
    /// The payment, by Florin's own name; empty before there is one.
    package var payment = ""
    /// The charge at Florin, which refunds name.
    package var charge = ""
    package var isTest = false

    package init(payload: String, total: Money) {
        self.payload = payload
        self.total = total
    }
}

/// A Florin token in the place of a charge: one bot, one amount, one use, until it is over. Never a card number.
package struct SurfaceToken: Hashable, Sendable {
    package let text: String
    /// Of the card, as buyers' cards are shown to bots.
    package let expiryMonth: Int
    package let expiryYear: Int

    package init(text: String, expiryMonth: Int, expiryYear: Int) {
        self.text = text
        self.expiryMonth = expiryMonth
        self.expiryYear = expiryYear
    }
}

/// Who a signed context of a chat platform says is there. It is a proof among the bot and its platform only: it opens nothing
/// that was not saved with that bot.
package struct SurfaceContext: Hashable, Sendable {
    package let person: SurfacePerson
    package let issued: Timestamp
    /// The link, code or message that opened the webview, where the platform says so.
    package let ref: String?
    /// The conversation, where the platform says so.
    package let thread: String?

    package init(person: SurfacePerson, issued: Timestamp, ref: String? = nil, thread: String? = nil) {
        self.person = person
        self.issued = issued
        self.ref = ref
        self.thread = thread
    }
}

/// Why a signed context was not believed. All of them look the same to whoever sent it.
package enum SurfaceContextRefusal: Error, Hashable, Sendable {
    /// It is not of the documented form.
    case malformed
    /// Other bytes, or another secret.
    case wrongSignature
    /// Issued longer ago than is accepted, or in the future.
    case tooOld
    /// Signed for another page than this bot's.
    case wrongAudience
}
