package import Payments
package import Ports
import Primitives
import WireKit

/// The receipt template: what a bot sends as `message` to `me/messages` of the platform itself. Amounts are JSON numbers there.
package struct MessengerReceipt: SurfaceReceiptMaking {
    package init() {}

    package var name: SurfaceName { .messenger }

    private static let mostElements = 100

    package func message(for receipt: SurfaceReceipt) -> [UInt8]? {
        guard MessengerAmount.currency(receipt.currency.code) != nil, receipt.elements.count <= Self.mostElements else {
            return nil
        }
        func number(_ minorUnits: Int64) -> JSONValue {
            .number(MessengerAmount.text(Money(minorUnits: minorUnits, currency: receipt.currency)))
        }
        let elements = receipt.elements.map { element in
            JSONValue.withoutNulls([
                "title": .string(element.title), "subtitle": element.subtitle.map { .string($0) },
                "quantity": .integer(element.quantity), "price": number(element.price),
                "currency": .string(receipt.currency.code),
            ])
        }
        let adjustments = receipt.adjustments.map { line in
            JSONValue.object([.init("name", .string(line.label)), .init("amount", number(line.minorUnits))])
        }
        let payload: JSONValue = .withoutNulls([
            "template_type": "receipt", "recipient_name": .string(receipt.recipient),
            "merchant_name": .string(receipt.merchant), "order_number": .string(receipt.order),
            "currency": .string(receipt.currency.code), "payment_method": .string(receipt.method),
            "timestamp": receipt.paid.map { .string(String($0.seconds)) }, "elements": .array(elements),
            "address": receipt.address.map { address in
                [
                    "street_1": .string(address.street1), "street_2": .string(address.street2),
                    "city": .string(address.city), "postal_code": .string(address.postalCode),
                    "state": .string(address.state), "country": .string(address.country),
                ]
            },
            "summary": [
                "subtotal": number(receipt.subtotal), "shipping_cost": number(receipt.shipping),
                "total_tax": number(receipt.tax), "total_cost": number(receipt.total),
            ],
            "adjustments": adjustments.isEmpty ? nil : .array(adjustments),
        ])
        return JSONValue.object([
            .init("attachment", ["type": "template", "payload": payload])
        ]).encodedInASCII
    }
}
