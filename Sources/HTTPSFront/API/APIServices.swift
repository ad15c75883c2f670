package import Engine
package import Payments
package import Ports
package import Primitives

/// What the `/v1` resources work with. Put together by the runtime.
///
/// A class, because each request hands it on several times: as a struct its copies were a twentieth of a transfer.
package final class APIServices: Sendable {
    package let store: any Store
    package let vault: any Vault
    package let useCases: UseCases
    package let renderer: Renderer
    package let rates: RateLimiter
    package let clock: any WallClock
    package let options: APIOptions

    package init(
        store: any Store, vault: any Vault, useCases: UseCases, renderer: Renderer, rates: RateLimiter,
        clock: any WallClock, options: APIOptions = APIOptions()
    ) {
        self.store = store
        self.vault = vault
        self.useCases = useCases
        self.renderer = renderer
        self.rates = rates
        self.clock = clock
        self.options = options
    }
}

extension APIServices {
    package var access: AccessControl { useCases.access }
    var payments: PaymentCommands { useCases.payments }
    var refunds: RefundCommands { useCases.refunds }
    var disputes: DisputeCommands { useCases.disputes }
    var setups: SetupCommands { useCases.setups }
    var checkouts: CheckoutCommands { useCases.checkouts }
    var cards: CardCommands { useCases.cards }
    var parties: PartyCommands { useCases.parties }
    var transfers: TransferCommands { useCases.transfers }
    var wallets: WalletCommands { useCases.wallets }
    var webhooks: WebhookCommands { useCases.webhooks }
    var sessions: PersonSessions { useCases.sessions }
}

/// What differs between installations.
package struct APIOptions: Sendable {
    /// In dev only: webhook addresses may be plain HTTP on loopback.
    package var allowsLoopbackWebhooks = false
    /// What makes the buttons of chat platforms.
    package var buttons: [any SurfaceButtonMaking] = []
    /// What makes the receipts of chat platforms.
    package var receipts: [any SurfaceReceiptMaking] = []
    /// What is served to everybody: docs/openapi.yaml, and the reference that is made of it.
    package var documents: [ServedDocument] = []
    /// Tells the embedded sandbox what a cardholder answered (`sbx_…`, approved); false when nothing waits under that
    /// name. Nil when there is no embedded sandbox: then there is no such page.
    package var completeAuthentication: (@Sendable (String, Bool) async -> Bool)?
    /// Takes what processors post to `/webhooks/processors/{connection}`; nil when nothing is served there.
    package var receiveNotice: (@Sendable (InboundWebhook, ConnectionID) async -> ProcessorNotices.Reception)?
    /// Answers processors that ask whose such an address is: the query of the request, and the connection.
    package var answerChallenge: @Sendable (String, ConnectionID) async -> String? = { _, _ in nil }
    /// Opens cards that pages sealed.
    package var cardIntake: any CardIntake = NoCardIntake()
    /// Counts the changes being worked on; give the same one to the ``FrontResponder``.
    package var limiter = LoadLimiter()
    package var observer: any EngineObserver = NoObserver()
    /// Told of defects, in words that hold no personal data.
    package var report: @Sendable (Report) -> Void = { _ in }

    package init() {}
}
