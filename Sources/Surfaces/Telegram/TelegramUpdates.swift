package import Ports
import Primitives
package import WireKit

// Updates as bots receive them, from `getUpdates` or by webhook.
extension TelegramDialect {
    /// One `Update`, as bytes.
    package func body(of notice: SurfaceNotice, for account: SurfaceCredentials) -> [UInt8] {
        update(notice).encoded
    }

    /// One `Update`.
    package func update(_ notice: SurfaceNotice) -> JSONValue {
        let from = user(notice.person)
        switch notice.update {
        case .shipping(let question, let payload, let address):
            return wrap(
                notice, "shipping_query",
                [
                    "id": .string(question), "from": from, "invoice_payload": .string(payload),
                    "shipping_address": json(address),
                ])
        case .verdict(let question, let purchase):
            return wrap(
                notice, "pre_checkout_query",
                .withoutNulls([
                    "id": .string(question), "from": from, "currency": .string(purchase.total.currency.code),
                    "total_amount": .integer(purchase.total.minorUnits), "invoice_payload": .string(purchase.payload),
                    "shipping_option_id": purchase.shippingOption.map { .string($0) },
                    "order_info": json(purchase.details),
                ]))
        // There are no tokens on that platform, and no account of it gives any.
        case .paid(let purchase), .payable(let purchase, _):
            return message(
                notice, from, "successful_payment",
                .withoutNulls([
                    "currency": .string(purchase.total.currency.code),
                    "total_amount": .integer(purchase.total.minorUnits), "invoice_payload": .string(purchase.payload),
                    "shipping_option_id": purchase.shippingOption.map { .string($0) },
                    "order_info": json(purchase.details),
                    "telegram_payment_charge_id": .string(purchase.payment),
                    "provider_payment_charge_id": .string(purchase.charge),
                ]))
        case .refunded(let purchase):
            return message(
                notice, from, "refunded_payment",
                [
                    "currency": .string(purchase.total.currency.code),
                    "total_amount": .integer(purchase.total.minorUnits), "invoice_payload": .string(purchase.payload),
                    "telegram_payment_charge_id": .string(purchase.payment),
                    "provider_payment_charge_id": .string(purchase.charge),
                ])
        }
    }

    private func wrap(_ notice: SurfaceNotice, _ name: String, _ value: JSONValue) -> JSONValue {
        .object([.init("update_id", .integer(notice.number)), .init(name, value)])
    }

    private func message(
        _ notice: SurfaceNotice, _ from: JSONValue, _ name: String, _ value: JSONValue
    ) -> JSONValue {
        wrap(
            notice, "message",
            .object([
                .init("message_id", .integer(notice.number)), .init("from", from),
                .init("chat", chat(notice.chat ?? notice.person?.id)), .init("date", .integer(notice.at.seconds)),
                .init(name, value),
            ]))
    }

    /// A buyer who came without a proof is user 0: the dialect has no word for somebody unknown.
    private func user(_ person: SurfacePerson?) -> JSONValue {
        .withoutNulls([
            "id": .integer(person.flatMap { Int64($0.id) } ?? 0), "is_bot": false,
            "first_name": .string(person?.firstName ?? "Guest"),
            "language_code": person?.language.map { .string($0) },
        ])
    }

    /// A chat by its number, or by its `@name`, which has no number here.
    package func chat(_ id: String?) -> JSONValue {
        let number = id.flatMap { Int64($0) }
        if let id, number == nil {
            return ["id": 0, "type": "channel", "username": .string(String(id.drop { $0 == "@" }))]
        }
        return ["id": .integer(number ?? 0), "type": (number ?? 0) < 0 ? "supergroup" : "private"]
    }

    private func json(_ address: SurfaceAddress) -> JSONValue {
        [
            "country_code": .string(address.country), "state": .string(address.state), "city": .string(address.city),
            "street_line1": .string(address.street1), "street_line2": .string(address.street2),
            "post_code": .string(address.postalCode),
        ]
    }

    private func json(_ details: SurfaceDetails) -> JSONValue? {
        guard !details.isEmpty else { return nil }
        return .withoutNulls([
            "name": details.name.map { .string($0) }, "phone_number": details.phone.map { .string($0) },
            "email": details.email.map { .string($0) }, "shipping_address": details.address.map { json($0) },
        ])
    }
}
