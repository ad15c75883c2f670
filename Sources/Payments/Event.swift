package import Primitives

/// Something that happened to an object, told to its owner. The outbox: stored in the commit that made it true.
package struct Event: Hashable, Sendable {
    package let id: EventID
    package let owner: Owner
    package let mode: Mode
    package let type: EventType
    /// The 128 bits of the object's identifier.
    package let subject: SIMD2<UInt64>
    package let created: Timestamp
    /// The object as it was then, as the API shows it (JSON), sealed.
    package let payload: SealedDetails
    /// Whose request caused it; nil for what time or a processor caused.
    package let request: RequestID?

    package init(
        id: EventID, owner: Owner, mode: Mode, type: EventType, subject: SIMD2<UInt64>, created: Timestamp,
        payload: SealedDetails, request: RequestID?
    ) {
        self.id = id
        self.owner = owner
        self.mode = mode
        self.type = type
        self.subject = subject
        self.created = created
        self.payload = payload
        self.request = request
    }
}

/// Every type of event there is. Raw values are stored; ``name`` is what bots see.
package enum EventType: Int64, Hashable, Sendable, CaseIterable {
    case paymentIntentCreated = 1
    case paymentIntentProcessing = 2
    case paymentIntentRequiresAction = 3
    case paymentIntentAmountCapturableUpdated = 4
    case paymentIntentSucceeded = 5
    case paymentIntentPaymentFailed = 6
    case paymentIntentCanceled = 7
    case chargeSucceeded = 10
    case chargeFailed = 11
    case chargeCaptured = 12
    case chargeRefunded = 13
    case chargeDisputeCreated = 14
    case chargeDisputeUpdated = 15
    case chargeDisputeClosed = 16
    case chargeDisputeFundsWithdrawn = 17
    case chargeDisputeFundsReinstated = 18
    case chargeUpdated = 19
    case refundCreated = 20
    case refundUpdated = 21
    case refundFailed = 22
    case customerCreated = 30
    case customerUpdated = 31
    case customerDeleted = 32
    case paymentMethodAttached = 33
    case paymentMethodDetached = 34
    case friendTransferFunding = 40
    case friendTransferInFlight = 41
    case friendTransferAccepted = 42
    case friendTransferReturning = 43
    case friendTransferReturned = 44
    case friendTransferFailed = 45
    case friendTransferHeld = 46
    case walletTopUpSucceeded = 50
    case walletTopUpFailed = 51
    case walletCashOutSucceeded = 52
    case walletCashOutFailed = 53
    case payoutCreated = 60
    case payoutUpdated = 61
    case payoutPaid = 62
    case payoutFailed = 63
    case payoutCanceled = 64
    case externalAccountCreated = 65
    case externalAccountUpdated = 66
    case externalAccountDeleted = 67
    case setupIntentCreated = 80
    case setupIntentRequiresAction = 81
    case setupIntentSucceeded = 82
    case setupIntentSetupFailed = 83
    case setupIntentCanceled = 84
    case mandateUpdated = 85
    case paymentMethodUpdated = 86
    case testClockCreated = 90
    case testClockAdvancing = 91
    case testClockReady = 92
    case testClockDeleted = 93
    case testClockInternalFailure = 94
    /// Three days of failure; the owner is told, at its other endpoints too.
    case webhookEndpointDisabled = 95
    case checkoutSessionCompleted = 100
    case checkoutSessionExpired = 101
    case checkoutSessionAsyncPaymentSucceeded = 102
    case checkoutSessionAsyncPaymentFailed = 103
    case paymentLinkCreated = 104
    case paymentLinkUpdated = 105

    /// As in the `type` field of an event, in the style of the merchant API.
    package var name: StaticString {
        switch self {
        case .paymentIntentCreated: "payment_intent.created"
        case .paymentIntentProcessing: "payment_intent.processing"
        case .paymentIntentRequiresAction: "payment_intent.requires_action"
        case .paymentIntentAmountCapturableUpdated: "payment_intent.amount_capturable_updated"
        case .paymentIntentSucceeded: "payment_intent.succeeded"
        case .paymentIntentPaymentFailed: "payment_intent.payment_failed"
        case .paymentIntentCanceled: "payment_intent.canceled"
        case .chargeSucceeded: "charge.succeeded"
        case .chargeFailed: "charge.failed"
        case .chargeCaptured: "charge.captured"
        case .chargeRefunded: "charge.refunded"
        case .chargeDisputeCreated: "charge.dispute.created"
        case .chargeDisputeUpdated: "charge.dispute.updated"
        case .chargeDisputeClosed: "charge.dispute.closed"
        case .chargeDisputeFundsWithdrawn: "charge.dispute.funds_withdrawn"
        case .chargeDisputeFundsReinstated: "charge.dispute.funds_reinstated"
        case .chargeUpdated: "charge.updated"
        case .refundCreated: "refund.created"
        case .refundUpdated: "refund.updated"
        case .refundFailed: "refund.failed"
        case .customerCreated: "customer.created"
        case .customerUpdated: "customer.updated"
        case .customerDeleted: "customer.deleted"
        case .paymentMethodAttached: "payment_method.attached"
        case .paymentMethodDetached: "payment_method.detached"
        case .friendTransferFunding: "friend_transfer.funding"
        case .friendTransferInFlight: "friend_transfer.in_flight"
        case .friendTransferAccepted: "friend_transfer.accepted"
        case .friendTransferReturning: "friend_transfer.returning"
        case .friendTransferReturned: "friend_transfer.returned"
        case .friendTransferFailed: "friend_transfer.failed"
        case .friendTransferHeld: "friend_transfer.held"
        case .walletTopUpSucceeded: "wallet.top_up.succeeded"
        case .walletTopUpFailed: "wallet.top_up.failed"
        case .walletCashOutSucceeded: "wallet.cash_out.succeeded"
        case .walletCashOutFailed: "wallet.cash_out.failed"
        case .payoutCreated: "payout.created"
        case .payoutUpdated: "payout.updated"
        case .payoutPaid: "payout.paid"
        case .payoutFailed: "payout.failed"
        case .payoutCanceled: "payout.canceled"
        case .externalAccountCreated: "account.external_account.created"
        case .externalAccountUpdated: "account.external_account.updated"
        case .externalAccountDeleted: "account.external_account.deleted"
        case .setupIntentCreated: "setup_intent.created"
        case .setupIntentRequiresAction: "setup_intent.requires_action"
        case .setupIntentSucceeded: "setup_intent.succeeded"
        case .setupIntentSetupFailed: "setup_intent.setup_failed"
        case .setupIntentCanceled: "setup_intent.canceled"
        case .mandateUpdated: "mandate.updated"
        case .paymentMethodUpdated: "payment_method.updated"
        case .testClockCreated: "test_helpers.test_clock.created"
        case .testClockAdvancing: "test_helpers.test_clock.advancing"
        case .testClockReady: "test_helpers.test_clock.ready"
        case .testClockDeleted: "test_helpers.test_clock.deleted"
        case .testClockInternalFailure: "test_helpers.test_clock.internal_failure"
        case .webhookEndpointDisabled: "webhook_endpoint.disabled"
        case .checkoutSessionCompleted: "checkout.session.completed"
        case .checkoutSessionExpired: "checkout.session.expired"
        case .checkoutSessionAsyncPaymentSucceeded: "checkout.session.async_payment_succeeded"
        case .checkoutSessionAsyncPaymentFailed: "checkout.session.async_payment_failed"
        case .paymentLinkCreated: "payment_link.created"
        case .paymentLinkUpdated: "payment_link.updated"
        }
    }

    /// The type whose ``name`` this is; nil when there is none.
    package init?(name: String) {
        guard let found = EventType.allCases.first(where: { $0.name.description == name }) else { return nil }
        self = found
    }
}

/// Where an owner wants its events delivered.
package struct WebhookEndpoint: Hashable, Sendable {
    package let id: WebhookEndpointID
    package let owner: Owner
    package let mode: Mode
    package var url: String
    /// Which types it wants; empty means all.
    package var types: Set<EventType>
    /// The signing secret, sealed.
    package var secret: SealedDetails
    /// The secret before the last roll, sealed in the same way: messages are signed with both until it ends.
    package var previousSecret: ExpiringSecret?
    package var isEnabled: Bool
    package let created: Timestamp
    /// Description and metadata, sealed.
    package var details: SealedDetails?

    package init(
        id: WebhookEndpointID, owner: Owner, mode: Mode, url: String, types: Set<EventType>, secret: SealedDetails,
        previousSecret: ExpiringSecret? = nil, isEnabled: Bool = true, created: Timestamp,
        details: SealedDetails? = nil
    ) {
        self.details = details
        self.id = id
        self.owner = owner
        self.mode = mode
        self.url = url
        self.types = types
        self.secret = secret
        self.previousSecret = previousSecret
        self.isEnabled = isEnabled
        self.created = created
    }
}

/// A secret that was replaced, and until when it is still used.
package struct ExpiringSecret: Hashable, Sendable {
    package let sealed: SealedDetails
    package let ends: Timestamp

    package init(_ sealed: SealedDetails, ends: Timestamp) {
        self.sealed = sealed
        self.ends = ends
    }
}

/// One event on its way to one endpoint.
package struct WebhookDelivery: Hashable, Sendable {
    /// What became of the delivery so far. Raw values are stored.
    package enum State: Int64, Hashable, Sendable {
        case pending = 1
        case delivered = 2
        /// Three days of failure.
        case givenUp = 3
    }
    package let endpoint: WebhookEndpointID
    /// Gap-free within the endpoint, given after filtering, from 1.
    package let sequence: Int64
    package let event: EventID
    package var state: State
    package var attempts: Int64
    package var nextAttempt: Timestamp
    /// The last answer's HTTP status; nil when there was none.
    package var lastStatus: Int64?
    package let created: Timestamp

    package init(
        endpoint: WebhookEndpointID, sequence: Int64, event: EventID, state: State = .pending, attempts: Int64 = 0,
        nextAttempt: Timestamp, lastStatus: Int64? = nil, created: Timestamp
    ) {
        self.endpoint = endpoint
        self.sequence = sequence
        self.event = event
        self.state = state
        self.attempts = attempts
        self.nextAttempt = nextAttempt
        self.lastStatus = lastStatus
        self.created = created
    }
}
