import Ports
import Primitives
import WireKit

/// Buy buttons in a generic or list template, as bots sent them to `me/messages`.
struct MessengerMessage {
    let parameters: LenientParameters
    let mode: Mode

    func demand() throws(SurfaceRefusal) -> SurfaceDemand {
        if let name = parameters.firstName(
            outside: [
                "recipient", "message", "messaging_type", "notification_type", "tag", "access_token", "appsecret_proof",
            ])
        {
            throw .graph("Unsupported parameter \(LenientParameters.echo(name))")
        }
        let recipient = parameters.structured("recipient")
        guard let chat = recipient?["id"]?.textOrNumber ?? recipient?["user_ref"]?.textOrNumber,
            (1...64).contains(chat.utf8.count)
        else { throw .graph("(#100) Param recipient must be non-empty, with an id") }
        let payload = parameters.structured("message")?["attachment"]?["payload"]
        guard payload?["template_type"]?.text == "generic" || payload?["template_type"]?.text == "list" else {
            throw .onlyPayments
        }
        let elements = payload?["elements"]?.elements ?? []
        guard elements.count <= 10 else { throw .graph("(#100) a template has at most 10 elements") }
        var offers: [SurfaceOffer] = []
        for element in elements {
            let buttons = element["buttons"]?.elements ?? []
            for (index, button) in buttons.enumerated() where button["type"]?.text == "payment" {
                guard index == 0 else { throw .graph("(#100) the Buy button must be the first button") }
                offers.append(try offer(button, of: element))
            }
        }
        guard !offers.isEmpty else { throw .onlyPayments }
        return .message(chat: chat, offers: offers)
    }

    private func offer(_ button: JSONValue, of element: JSONValue) throws(SurfaceRefusal) -> SurfaceOffer {
        guard let title = button["title"]?.text, (1...20).contains(title.count) else {
            throw .graph("(#100) the Buy button needs a title of at most 20 characters")
        }
        guard let payload = button["payload"]?.textOrNumber, (1...1_000).contains(payload.count) else {
            throw .graph("(#100) the Buy button needs a payload of at most 1000 characters")
        }
        guard let summary = button["payment_summary"], let code = summary["currency"]?.text,
            let currency = MessengerAmount.currency(code)
        else { throw .graph("(#100) payment_summary needs a currency that is offered") }
        var offer = SurfaceOffer(
            title: element["title"]?.text ?? title, payload: payload, currency: currency,
            lines: try messengerLines(summary["price_list"], currency))
        guard let total = offer.total, total > 0 else { throw .graph("(#100) price_list must add up to more than 0") }
        offer.description = element["subtitle"]?.text
        offer.merchantName = summary["merchant_name"]?.text
        offer.isFlexible = try isFlexible(summary["payment_type"]?.text)
        offer.isTest = summary["is_test_payment"]?.lenientFlag ?? false
        guard offer.isTest == (mode == .test) else {
            throw .graph(
                offer.isTest
                    ? "is_test_payment is for a page that is set up in test mode"
                    : "this page is set up in test mode: send is_test_payment, or use the live page's token")
        }
        offer.collects = try collected(summary["requested_user_info"])
        if offer.isFlexible { offer.collects.insert(.shippingAddress) }
        return offer
    }

    private func isFlexible(_ type: String?) throws(SurfaceRefusal) -> Bool {
        switch type {
        case "FIXED_AMOUNT": false
        case "FLEXIBLE_AMOUNT": true
        default: throw .graph("(#100) payment_type must be FIXED_AMOUNT or FLEXIBLE_AMOUNT")
        }
    }

    /// Lower case in the button, upper case in the webview's kit; both are taken.
    private func collected(_ value: JSONValue?) throws(SurfaceRefusal) -> SurfaceCollection {
        var collection: SurfaceCollection = []
        for name in value?.elements ?? [] {
            switch name.text?.lowercased() {
            case "shipping_address": collection.insert(.shippingAddress)
            case "contact_name": collection.insert(.name)
            case "contact_phone": collection.insert(.phone)
            case "contact_email": collection.insert(.email)
            default: throw .graph("(#100) requested_user_info has an unknown value")
            }
        }
        return collection
    }
}

/// Lines of a price list, of a button or of a shipping option.
func messengerLines(_ list: JSONValue?, _ currency: Currency) throws(SurfaceRefusal) -> [SurfaceLine] {
    let elements = list?.elements ?? []
    guard (1...100).contains(elements.count) else { throw .graph("(#100) price_list needs 1 to 100 lines") }
    var lines: [SurfaceLine] = []
    for element in elements {
        guard let label = element["label"]?.text, (1...128).contains(label.count) else {
            throw .graph("(#100) every line of price_list needs a label")
        }
        guard let amount = MessengerAmount.minorUnits(element["amount"], currency) else {
            throw .graph("(#100) every amount of price_list is a decimal such as \"29.99\" in major units")
        }
        lines.append(SurfaceLine(label: label, minorUnits: amount))
    }
    return lines
}

extension SurfaceRefusal {
    /// Worded as the platform's Graph interface does.
    static func graph(_ message: String) -> SurfaceRefusal {
        SurfaceRefusal(status: 400, code: "100", message: message)
    }

    static let onlyPayments = SurfaceRefusal(
        status: 400, code: "100",
        message: "Only messages with a Buy button are taken here; send all others to the platform itself")
}
