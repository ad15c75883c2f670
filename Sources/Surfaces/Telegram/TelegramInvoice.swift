import Ports
import Primitives
import WireKit

/// `createInvoiceLink` and `sendInvoice`: what is sold, within the documented limits (Bot API 10.1, read in June 2026).
struct TelegramInvoice {
    let parameters: TelegramParameters
    let mode: Mode

    private static let common: Set<String> = [
        "title", "description", "payload", "provider_token", "currency", "prices", "max_tip_amount",
        "suggested_tip_amounts", "need_name", "need_phone_number", "need_email", "need_shipping_address",
        "is_flexible",
    ]
    /// They say how the platform shows an invoice in its own window, and Florin shows none there. Taken without effect.
    private static let shownByThePlatform: Set<String> = [
        "photo_url", "photo_size", "photo_width", "photo_height", "send_phone_number_to_provider",
        "send_email_to_provider", "disable_notification", "protect_content", "message_thread_id",
        "allow_paid_broadcast", "reply_parameters", "allow_sending_without_reply", "reply_to_message_id",
    ]
    private static let sendOnly: Set<String> = ["chat_id", "start_parameter", "reply_markup"]

    func link() throws(SurfaceRefusal) -> SurfaceDemand {
        .link(try offer(known: Self.common))
    }

    func message() throws(SurfaceRefusal) -> SurfaceDemand {
        guard let chat = parameters.text("chat_id"), (1...64).contains(chat.utf8.count) else {
            throw .bad("chat_id is empty")
        }
        var offer = try offer(known: Self.common.union(Self.sendOnly))
        if let markup = try parameters.object("reply_markup") { try checkFirstButton(markup) }
        if let start = parameters.text("start_parameter"), !start.isEmpty { offer.ref = try ref(start) }
        return .message(chat: chat, offers: [offer])
    }

    /// A keyboard must begin with the Pay button.
    private func checkFirstButton(_ markup: JSONValue) throws(SurfaceRefusal) {
        let first = markup["inline_keyboard"]?.elements.first?.elements.first
        guard first?["pay"]?.lenientFlag == true else {
            throw .bad("the first button of reply_markup must be a Pay button")
        }
    }

    /// A deep link's parameter: at most 64 of `A-Z a-z 0-9 _ -`.
    private func ref(_ text: String) throws(SurfaceRefusal) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
            default: false
            }
        }
        guard isPlain, text.utf8.count <= 64 else { throw .bad("START_PARAM_INVALID") }
        return text
    }

    private func offer(known: Set<String>) throws(SurfaceRefusal) -> SurfaceOffer {
        if parameters.has("subscription_period") {
            throw .token("SUBSCRIPTION_PERIOD_INVALID", "subscriptions are not offered here")
        }
        try parameters.refuseOthers(than: known, unused: Self.shownByThePlatform)
        try checkProvider()
        let currency = try currency()
        let lines = try prices(in: parameters.elements("prices"), name: "prices")
        guard let total = SurfaceLine.sum(lines), total > 0 else { throw .token("CURRENCY_TOTAL_AMOUNT_INVALID") }
        var offer = SurfaceOffer(
            title: try text("title", 1...32), payload: try payload(), currency: currency, lines: lines)
        offer.description = try text("description", 1...255)
        offer.isTest = mode == .test
        offer.isFlexible = try parameters.flag("is_flexible")
        if try parameters.flag("need_name") { offer.collects.insert(.name) }
        if try parameters.flag("need_phone_number") { offer.collects.insert(.phone) }
        if try parameters.flag("need_email") { offer.collects.insert(.email) }
        if try parameters.flag("need_shipping_address") || offer.isFlexible { offer.collects.insert(.shippingAddress) }
        try readTips(into: &offer)
        return offer
    }

    /// Characters, not bytes.
    private func text(_ name: String, _ length: ClosedRange<Int>) throws(SurfaceRefusal) -> String {
        let text = parameters.text(name) ?? ""
        guard length.contains(text.count), text.utf8.count <= 4 * length.upperBound else {
            throw .bad("\(name) must have \(length.lowerBound) to \(length.upperBound) characters")
        }
        return text
    }

    private func payload() throws(SurfaceRefusal) -> String {
        let payload = parameters.text("payload") ?? ""
        guard (1...128).contains(payload.utf8.count) else {
            throw .token("INVOICE_PAYLOAD_INVALID", "1 to 128 bytes")
        }
        return payload
    }

    /// `<number>:TEST:<text>` sells in test mode and `<number>:LIVE:<text>` in live mode. An empty one means the platform's own
    /// Stars, which are not money.
    private func checkProvider() throws(SurfaceRefusal) {
        let parts = (parameters.text("provider_token") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            throw .token(
                "PAYMENT_PROVIDER_INVALID",
                "expected <number>:TEST:<text> or <number>:LIVE:<text>; Stars are not offered")
        }
        guard parts[1] == (mode == .test ? "TEST" : "LIVE") else {
            throw .token("PAYMENT_PROVIDER_INVALID", "this token is of the other mode")
        }
    }

    private func currency() throws(SurfaceRefusal) -> Currency {
        guard let code = parameters.text("currency"), let currency = TelegramCurrencies.currency(code) else {
            throw .token("CURRENCY_INVALID")
        }
        return currency
    }

    private func readTips(into offer: inout SurfaceOffer) throws(SurfaceRefusal) {
        offer.maximumTip = try parameters.integer("max_tip_amount") ?? 0
        guard offer.maximumTip >= 0 else { throw .bad("max_tip_amount must not be negative") }
        for element in try parameters.elements("suggested_tip_amounts") {
            guard let amount = element.lenientInteger, amount > (offer.suggestedTips.last ?? 0) else {
                throw .bad("suggested_tip_amounts must be positive and strictly increasing")
            }
            offer.suggestedTips.append(amount)
        }
        guard offer.suggestedTips.count <= 4 else { throw .bad("at most 4 suggested_tip_amounts") }
        guard (offer.suggestedTips.last ?? 0) <= offer.maximumTip else {
            throw .bad("suggested_tip_amounts must not exceed max_tip_amount")
        }
    }
}

/// Price lines, as invoices and shipping options have them.
func prices(in elements: [JSONValue], name: String) throws(SurfaceRefusal) -> [SurfaceLine] {
    guard (1...100).contains(elements.count) else { throw .bad("\(name) must have 1 to 100 elements") }
    var lines: [SurfaceLine] = []
    for element in elements {
        guard let label = element["label"]?.text, (1...128).contains(label.count), label.utf8.count <= 512 else {
            throw .bad("every element of \(name) needs a label")
        }
        guard let amount = element["amount"]?.lenientInteger else {
            throw .bad("every amount of \(name) must be an integer in the smallest unit of the currency")
        }
        lines.append(SurfaceLine(label: label, minorUnits: amount))
    }
    return lines
}

/// The dialect counts in the smallest unit of each currency by a table of its own. Where that table and ISO 4217 could differ,
/// the currency is not taken.
enum TelegramCurrencies {
    private static let doubtful: Set<String> = ["ISK", "UGX", "MGA", "MRU"]

    static func currency(_ code: String) -> Currency? {
        guard code.utf8.allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }), !doubtful.contains(code) else { return nil }
        return Currency(code: code)
    }
}
