import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/checkout/refs`: what each ad, link or code that led to checkouts has brought.
struct CheckoutRefs: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [Endpoint(.get, "/v1/checkout/refs", .bot(.read(.checkoutSessions)), list)]
    }

    /// More than that nobody reads.
    private static let most = 1_000

    private func list(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let created = try call.createdRange()
        try call.finish()
        let (bot, mode, sealing) = (call.bot, call.mode, services.renderer.sealing)
        return try await call.read { reader in
            let sums = try reader.refSums(
                of: bot, mode: mode, from: created.from ?? Timestamp(seconds: 0),
                to: created.before ?? Timestamp(seconds: 253_402_300_799), limit: Self.most)
            return try JSONWriter.object(capacity: 200 + sums.count * 150) { json in
                json.field("object", "list")
                try json.array("data") { json in
                    for sum in sums {
                        let ref = try reader.checkout(sum.example).flatMap {
                            try sealing.texts(of: $0)[DetailFields.ref]
                        }
                        json.object { json in
                            json.field("object", "checkout_ref")
                            json.field("amount", sum.amount)
                            json.field("completed", sum.completed)
                            json.currency(sum.currency)
                            json.field("livemode", mode == .live)
                            json.field("ref", ref)
                            json.field("sessions", sum.sessions)
                        }
                    }
                }
                json.field("has_more", sums.count == Self.most)
                json.field("url", "/v1/checkout/refs")
            }
        }
    }
}
