import Engine
import Payments
import Ports
import Primitives

/// Where goods go, and to whom: sealed with the other texts of a customer or payment, under names of their own.
enum ShippingPart: CaseIterable {
    case name, phone, carrier, trackingNumber

    var key: StaticString {
        switch self {
        case .name: "name"
        case .phone: "phone"
        case .carrier: "carrier"
        case .trackingNumber: "tracking_number"
        }
    }

    var stored: String { "\(DetailFields.shipping)\(key)" }
}

extension AddressPart {
    /// As a part of where goods go.
    var storedForShipping: String { "\(DetailFields.shipping)\(name)" }
}

extension TextChanges {
    /// `shipping`: replaces what was there as a whole, as Stripe has it; sent empty it takes it away.
    /// - Parameter isParcel: whether a carrier and its number may be named.
    mutating func noteShipping(_ parameters: Parameters, isParcel: Bool) throws(APIError) {
        guard let shipping = try parameters.changedObject("shipping") else { return }
        removals += ShippingPart.allCases.map(\.stored) + AddressPart.allCases.map(\.storedForShipping)
        guard let shipping else { return }
        texts[ShippingPart.name.stored] = try shipping.string("name", max: 256)
        texts[ShippingPart.phone.stored] = try shipping.optionalString("phone", max: 40)
        if isParcel {
            texts[ShippingPart.carrier.stored] = try shipping.optionalString("carrier", max: 500)
            texts[ShippingPart.trackingNumber.stored] = try shipping.optionalString("tracking_number", max: 500)
        }
        let address = try shipping.requiredObject("address")
        for part in AddressPart.allCases {
            texts[part.storedForShipping] = try address.optionalString(part.key, max: 500)
        }
    }
}

extension Parameters {
    /// `shipping` of what is about to be made.
    func shipping() throws(APIError) -> DetailFields {
        var changes = TextChanges()
        try changes.noteShipping(self, isParcel: true)
        return changes.texts
    }
}

extension JSONWriter {
    /// Null where nothing is known; a name is always known with the rest.
    mutating func shipping(_ texts: DetailFields) {
        guard texts[ShippingPart.name.stored] != nil else { return null("shipping") }
        object("shipping") { json in
            json.object("address") { json in
                for part in AddressPart.allCases { json.field(part.key, texts[part.storedForShipping]) }
            }
            for part in ShippingPart.allCases { json.field(part.key, texts[part.stored]) }
        }
    }
}
