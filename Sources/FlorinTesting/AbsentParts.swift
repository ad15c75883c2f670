package import Engine
package import Payments
package import Ports
package import Primitives

/// Knows no processor besides those that a test registers itself.
package struct NoAdapters: AdapterFactory {
    package init() {}

    package func adapter(
        for _: Connection, settings _: DetailFields
    ) throws(AccountRefusal) -> (any CardProcessor)? { nil }

    package func verifier(for _: Connection, settings _: DetailFields) -> (any InboundWebhookVerifier)? { nil }
    package func proofs(of _: String) -> Set<String> { [] }
    package func accountSettings(of _: String) -> Set<String> { [] }
}

/// Erasures that are noted nowhere.
package struct NoJournal: ErasureJournal {
    package init() {}

    package func append(_: ErasureRecord) async throws {}
    package func records() async throws -> [ErasureRecord] { [] }
}

/// Reaches nobody.
package struct NoTransport: WebhookTransport {
    package init() {}

    package func post(url _: String, headers _: [(name: String, value: String)], body _: [UInt8]) async -> WebhookResult
    {
        .failed("there is no network in this test")
    }
}

/// Every card may be stored, and all are debit cards but those from number 900 on.
package struct AnyCard: CardPolicy {
    package init() {}

    package func isAccepted(_: CardNumber, mode _: Mode) -> Bool { true }
    package func funding(of card: CardNumber) -> CardFunding { card.lastFour.value < 9_000 ? .debit : .credit }
}
