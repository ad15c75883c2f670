import Engine
import Payments
import Ports
import Primitives

/// Measures how long the engine's objects take to make. What `GET` requests read is not in it.
struct MeasuredRenderer: ObjectRendering {
    let renderer: any ObjectRendering
    let observer: any EngineObserver

    private func measured(_ render: () throws -> [UInt8]) rethrows -> [UInt8] {
        let began = observer.moment()
        defer { observer.ended(.rendering, since: began) }
        return try render()
    }

    func payment(_ payment: Payment, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.payment(payment, expand: expand, reader) }
    }

    func charge(_ charge: Charge, of payment: Payment, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.charge(charge, of: payment, expand: expand, reader) }
    }

    func setupIntent(_ intent: SetupIntent, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.setupIntent(intent, expand: expand, reader) }
    }

    func mandate(_ mandate: Mandate, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.mandate(mandate, reader) }
    }

    func declined(
        _ decline: Decline, setup intent: SetupIntent, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8] {
        try measured { try renderer.declined(decline, setup: intent, expand: expand, reader) }
    }

    func refund(_ refund: Refund, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.refund(refund, expand: expand, reader) }
    }

    func dispute(_ dispute: Dispute, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.dispute(dispute, expand: expand, reader) }
    }

    func refused(code: StaticString, message: StaticString) -> [UInt8] {
        measured { renderer.refused(code: code, message: message) }
    }

    func friendTransfer(_ transfer: FriendTransfer, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.friendTransfer(transfer, reader) }
    }

    func payout(_ payout: Payout, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.payout(payout, expand: expand, reader) }
    }

    func payoutDestination(_ destination: PayoutDestination, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.payoutDestination(destination, reader) }
    }

    func walletMovement(_ movement: WalletMovement, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.walletMovement(movement, reader) }
    }

    func paymentMethod(_ method: PaymentMethod, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.paymentMethod(method, reader) }
    }

    func token(_ token: CardToken, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.token(token, reader) }
    }

    func checkout(
        _ checkout: Checkout, expand: [String], forOwner: Bool, _ reader: any StoreReader
    ) throws -> [UInt8] {
        try measured { try renderer.checkout(checkout, expand: expand, forOwner: forOwner, reader) }
    }

    func paymentLink(_ link: PaymentLink, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.paymentLink(link, reader) }
    }

    func customer(_ customer: Customer, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.customer(customer, reader) }
    }

    func person(_ person: Person, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.person(person, reader) }
    }

    func bot(_ bot: Bot, _ reader: any StoreReader) throws -> [UInt8] {
        try measured { try renderer.bot(bot, reader) }
    }

    func webhookEndpoint(_ endpoint: WebhookEndpoint, secret: String?) throws -> [UInt8] {
        try measured { try renderer.webhookEndpoint(endpoint, secret: secret) }
    }

    func testClock(_ clock: TestClock) throws -> [UInt8] { try measured { try renderer.testClock(clock) } }

    func pin(_ pin: PersonPIN?, of person: PersonID, at now: Timestamp) -> [UInt8] {
        measured { renderer.pin(pin, of: person, at: now) }
    }

    func personSession(_ session: PersonSession, secret: SessionSecret?, at now: Timestamp) -> [UInt8] {
        measured { renderer.personSession(session, secret: secret, at: now) }
    }

    func event(_ event: Event, object: [UInt8], pendingDeliveries: Int64) -> [UInt8] {
        measured { renderer.event(event, object: object, pendingDeliveries: pendingDeliveries) }
    }

    func declined(
        _ decline: Decline, payment: Payment, charge: ChargeID?, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8] {
        try measured {
            try renderer.declined(decline, payment: payment, charge: charge, expand: expand, reader)
        }
    }

    func declined(_ decline: Decline) -> [UInt8] { measured { renderer.declined(decline) } }
}
