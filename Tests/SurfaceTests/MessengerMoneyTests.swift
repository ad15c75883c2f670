import MessengerSurface
import Ports
import Primitives
import Testing
import WireKit

@Suite("Messenger: tokens, receipts and the check of a webhook")
struct MessengerMoneyTests {
    private let usd = Currency(code: "USD")!

    @Test("on the token route the payment event holds a token, and neither a card number nor a code")
    func token() throws {
        var purchase = SurfacePurchase(payload: "p1", total: Money(minorUnits: 2_962, currency: usd))
        purchase.payment = "cs_1"
        let token = SurfaceToken(text: "tok_1", expiryMonth: 3, expiryYear: 2_034)
        let notice = SurfaceNotice(
            number: 5, update: .payable(purchase, token), person: nil, chat: "1254", at: Timestamp(seconds: 1))
        let account = SurfaceCredentials(account: "98", secret: Redacted(Array("app-secret".utf8)))
        let body = MessengerDialect().body(of: notice, for: account)
        let document = try #require(JSONValue(parsing: body))
        let event = document["entry"]?.elements.first?["messaging"]?.elements.first?["payment"]
        #expect(
            event?["payment_credential"] == [
                "provider_type": "token", "tokenized_card": "tok_1", "token_expiry_month": "3",
                "token_expiry_year": "2034", "fb_payment_id": "cs_1",
            ])
        #expect(event?["amount"] == ["currency": "USD", "amount": "29.62"])
    }

    @Test("the check asks as the platform did, whatever the address and the token hold")
    func check() {
        for (url, rest) in [("https://a.example/hook", "?"), ("https://a.example/hook?x=1", "&")] {
            let asked = MessengerDialect().check(of: url, token: Redacted("a b&c"), challenge: "0f")
            #expect(
                asked.url
                    == url + rest + "hub.mode=subscribe&hub.verify_token=a%20b%26c&hub.challenge=0f")
            #expect(asked.answer == "0f")
        }
    }

    @Test("the receipt template has amounts as numbers, the time as a text, and what was taken off as an adjustment")
    func receipt() throws {
        var receipt = SurfaceReceipt(
            recipient: "Zoë", merchant: "Flowers", order: "cs_1", currency: usd, method: "Visa 4242",
            paid: Timestamp(seconds: 1_428_444_852), subtotal: 1_500, shipping: 495, tax: 0, total: 1_695)
        receipt.elements = [.init(title: "Roses", subtitle: "Red", quantity: 3, price: 1_500)]
        receipt.adjustments = [SurfaceLine(label: "Friends", minorUnits: -300)]
        receipt.address = SurfaceAddress(street1: "1 Hacker Way", city: "Menlo Park", country: "US")
        let body = try #require(MessengerReceipt().message(for: receipt))
        #expect(body.allSatisfy { $0 < 0x80 })
        let attachment = try #require(JSONValue(parsing: body)?["attachment"])
        let payload = try #require(attachment["payload"])
        #expect(attachment["type"] == "template" && payload["template_type"] == "receipt")
        #expect(payload["order_number"] == "cs_1" && payload["timestamp"] == "1428444852")
        #expect(payload["payment_method"] == "Visa 4242" && payload["recipient_name"] == "Zoë")
        let element = try #require(payload["elements"]?.elements.first)
        #expect(element["quantity"] == 3 && element["price"] == .number("15.00") && element["currency"] == "USD")
        let summary: JSONValue = .object([
            .init("subtotal", .number("15.00")), .init("shipping_cost", .number("4.95")),
            .init("total_tax", .number("0.00")), .init("total_cost", .number("16.95")),
        ])
        #expect(payload["summary"] == summary)
        #expect(payload["adjustments"]?.elements.first?["amount"] == .number("-3.00"))
        #expect(payload["address"]?["street_1"] == "1 Hacker Way")
    }

    @Test("there is no receipt in a currency that the platform could not write")
    func otherCurrency() throws {
        let dinar = try #require(Currency(code: "KWD"))
        let receipt = SurfaceReceipt(
            recipient: "", merchant: "A", order: "cs_1", currency: dinar, method: "Visa 4242", paid: nil, subtotal: 1,
            shipping: 0, tax: 0, total: 1)
        #expect(MessengerReceipt().message(for: receipt) == nil)
    }
}
