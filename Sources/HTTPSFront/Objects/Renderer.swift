package import Engine
package import Payments
package import Ports
import Primitives

/// How objects look on `/v1`: the merchant ones in Stripe's shape, ours in the same style.
///
/// The objects follow Stripe's API of ``apiVersion``; what Florin has no notion of is null where Stripe's schema allows
/// null, and left out where it does not. One file per object, `Renderer+….swift`.
package struct Renderer: ObjectRendering {
    /// The version of Stripe's API whose objects these are.
    package static let apiVersion: StaticString = "2023-08-16"

    let vault: any Vault
    let sealing: SealedFields
    /// What links to our own pages begin with.
    let address: PublicAddress

    package init(vault: any Vault, address: PublicAddress = PublicAddress()) {
        self.vault = vault
        self.address = address
        sealing = SealedFields(vault: vault)
    }

    package func payment(_ payment: Payment, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try rendered(1_800) { json in try write(payment, Expansion(expand), reader, into: &json) }
    }

    package func charge(
        _ charge: Charge, of payment: Payment, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8] {
        try rendered(2_400) { json in try write(charge, of: payment, Expansion(expand), reader, into: &json) }
    }

    package func refund(_ refund: Refund, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try rendered(600) { json in try write(refund, Expansion(expand), reader, into: &json) }
    }

    package func friendTransfer(_ transfer: FriendTransfer, _ reader: any StoreReader) throws -> [UInt8] {
        try rendered(700) { json in try write(transfer, into: &json) }
    }

    package func walletMovement(_ movement: WalletMovement, _ reader: any StoreReader) throws -> [UInt8] {
        rendered(500) { json in write(movement, into: &json) }
    }

    package func paymentMethod(_ method: PaymentMethod, _ reader: any StoreReader) throws -> [UInt8] {
        try rendered(1_000) { json in try write(method, Expansion([]), reader, into: &json) }
    }

    package func token(_ token: CardToken, _ reader: any StoreReader) throws -> [UInt8] {
        try rendered(900) { json in try write(token, reader, into: &json) }
    }

    package func customer(_ customer: Customer, _ reader: any StoreReader) throws -> [UInt8] {
        try rendered(800) { json in try write(customer, into: &json) }
    }

    package func person(_ person: Person, _ reader: any StoreReader) throws -> [UInt8] {
        try rendered(400) { json in try write(person, into: &json) }
    }

    package func bot(_ bot: Bot, _ reader: any StoreReader) throws -> [UInt8] {
        rendered(400) { json in write(bot, into: &json) }
    }

    package func webhookEndpoint(_ endpoint: WebhookEndpoint, secret: String?) throws -> [UInt8] {
        try rendered(600) { json in try write(endpoint, secret: secret, into: &json) }
    }

    package func testClock(_ clock: TestClock) throws -> [UInt8] {
        rendered(400) { json in write(clock, into: &json) }
    }

    package func event(_ event: Event, object: [UInt8], pendingDeliveries: Int64) -> [UInt8] {
        rendered(object.count + 400) { json in
            write(event, object: object, pendingDeliveries: pendingDeliveries, into: &json)
        }
    }

    private func rendered(_ capacity: Int, _ body: (inout JSONWriter) throws -> Void) rethrows -> [UInt8] {
        var json = JSONWriter(capacity: capacity)
        try body(&json)
        return json.bytes
    }
}

extension JSONWriter {
    /// `amount`-like fields carry the currency beside them.
    mutating func currency(_ currency: Currency) { field("currency", currency.lowercaseCode) }

    mutating func metadata(_ texts: DetailFields) { field("metadata", texts: texts.metadata) }

    /// Fields that Stripe has and Florin does not, where null is allowed.
    mutating func nulls(_ keys: StaticString...) {
        for key in keys { null(key) }
    }

    mutating func address(_ texts: DetailFields) {
        object("address") { json in
            for part in AddressPart.allCases { json.field(part.key, texts[part.name]) }
        }
    }
}

/// The parts of an address and the names they are stored under.
enum AddressPart: CaseIterable {
    case city, country, line1, line2, postalCode, state

    var key: StaticString {
        switch self {
        case .city: "city"
        case .country: "country"
        case .line1: "line1"
        case .line2: "line2"
        case .postalCode: "postal_code"
        case .state: "state"
        }
    }

    /// Under which name the text lies among an object's sealed fields.
    var name: String {
        switch self {
        case .city: "address.city"
        case .country: "address.country"
        case .line1: "address.line1"
        case .line2: "address.line2"
        case .postalCode: "address.postal_code"
        case .state: "address.state"
        }
    }
}
