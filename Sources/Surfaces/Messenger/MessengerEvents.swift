package import Ports
import Primitives
import WireKit

// The events a page's webhook receives, in the common envelope. Texts are written as texts, and each event spells an address as
// its own published example did.
extension MessengerDialect {
    /// One event in its envelope, in ASCII.
    package func body(of notice: SurfaceNotice, for account: SurfaceCredentials) -> [UInt8] {
        let time = notice.at.microseconds / 1_000
        var messaging: [JSONValue.Member] = [
            .init("sender", ["id": .string(notice.person?.id ?? "0")]),
            .init("recipient", ["id": .string(account.account)]), .init("timestamp", .integer(time)),
            event(notice.update, number: notice.number),
        ]
        // A button may be forwarded: to whom it was offered is not who pays, and must not be told what that one said.
        if notice.person == nil, let chat = notice.chat {
            messaging.append(.init("offered_to", ["id": .string(chat)]))
        }
        let envelope: JSONValue = [
            "object": "page",
            "entry": [["id": .string(account.account), "time": .integer(time), "messaging": [.object(messaging)]]],
        ]
        return envelope.encodedInASCII
    }

    private func event(_ update: SurfaceUpdate, number: Int64) -> JSONValue.Member {
        switch update {
        case .shipping(_, let payload, let address):
            return .init(
                "checkout_update",
                [
                    "payload": .string(payload),
                    "shipping_address": [
                        "id": .integer(number), "country": .string(address.country), "city": .string(address.city),
                        "street1": .string(address.street1), "street2": .string(address.street2),
                        "state": .string(address.state), "postal_code": .string(address.postalCode),
                    ],
                ])
        case .verdict(_, let purchase):
            return .init(
                "pre_checkout",
                [
                    "payload": .string(purchase.payload),
                    "requested_user_info": information(purchase.details, namesAddress: true),
                    "amount": amount(purchase.total),
                ])
        case .paid(let purchase): return .init("payment", payment(purchase, charged(purchase)))
        case .payable(let purchase, let token): return .init("payment", payment(purchase, payable(purchase, token)))
        case .refunded(let purchase):
            // The platform had no such event. It is sent only to those who ask for it.
            return .init("payment_refund", payment(purchase, charged(purchase)))
        }
    }

    /// The charge is named as at the provider whose interface Florin's `/v1` follows, so that a bot's refunds work.
    private func charged(_ purchase: SurfacePurchase) -> JSONValue {
        [
            "provider_type": "stripe", "charge_id": .string(purchase.charge),
            "fb_payment_id": .string(purchase.payment),
        ]
    }

    /// A token stands where the platform had a card for one use, encrypted to the page's key: it is charged with `/v1/charges`. There
    /// is no security code to it, so `tokenized_cvv` is left out.
    private func payable(_ purchase: SurfacePurchase, _ token: SurfaceToken) -> JSONValue {
        [
            "provider_type": "token", "tokenized_card": .string(token.text),
            "token_expiry_month": .string(String(token.expiryMonth)),
            "token_expiry_year": .string(String(token.expiryYear)), "fb_payment_id": .string(purchase.payment),
        ]
    }

    private func payment(_ purchase: SurfacePurchase, _ credential: JSONValue) -> JSONValue {
        .withoutNulls([
            "payload": .string(purchase.payload),
            "requested_user_info": information(purchase.details, namesAddress: false),
            "payment_credential": credential,
            "amount": amount(purchase.total), "shipping_option_id": purchase.shippingOption.map { .string($0) },
        ])
    }

    private func amount(_ money: Money) -> JSONValue {
        ["currency": .string(money.currency.code), "amount": .string(MessengerAmount.text(money))]
    }

    private func information(_ details: SurfaceDetails, namesAddress: Bool) -> JSONValue {
        .withoutNulls([
            "shipping_address": details.address.map { address in
                .withoutNulls([
                    "name": namesAddress ? .string(address.name ?? details.name ?? "") : nil,
                    "street_1": .string(address.street1), "street_2": .string(address.street2),
                    "city": .string(address.city), "state": .string(address.state),
                    "country": .string(address.country), "postal_code": .string(address.postalCode),
                ])
            },
            "contact_name": details.name.map { .string($0) }, "contact_email": details.email.map { .string($0) },
            "contact_phone": details.phone.map { .string($0) },
        ])
    }
}
