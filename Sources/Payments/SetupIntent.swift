package import Primitives

/// Where the keeping of a card stands. Each case's comment says what may follow.
package enum SetupState: Hashable, Sendable {
    /// No card, or the last one was declined. → `requiresConfirmation`, `processing`, `canceled`
    case requiresPaymentMethod
    /// A card is chosen. → `processing`, `canceled`
    case requiresConfirmation
    /// The processor wants the cardholder to do something. → `processing` (another attempt), `requiresConfirmation`, `canceled`
    case requiresAction(SetupAttemptID)
    /// A verification was sent, or is about to be; its outcome is open. → any state, by an explicit answer only
    case processing(SetupAttemptID)
    /// The card was verified and may be charged as agreed. Final.
    case succeeded(SetupAttemptID)
    /// Given up. Final.
    case canceled
}

/// A card that is verified, without being charged, so that it can be charged later.
package struct SetupIntent: Hashable, Sendable {
    package let id: SetupIntentID
    package let bot: BotID
    package let mode: Mode
    package let created: Timestamp
    package var customer: CustomerID?
    package var paymentMethod: PaymentMethodID?
    package let usage: FutureUsage
    package var state: SetupState
    package var latestAttempt: SetupAttemptID?
    /// The last attempt's "no", until another one starts.
    package var lastDecline: Decline?
    package var cancellation: CancellationReason?
    package var mandate: MandateID?
    /// Description, metadata, return address and how the cardholder agreed, sealed.
    package var details: SealedDetails?
    /// Raised by every change; a change names the version it read.
    package var version: Int64

    /// One that nobody has confirmed yet.
    package init(
        id: SetupIntentID, bot: BotID, mode: Mode, created: Timestamp, customer: CustomerID?,
        paymentMethod: PaymentMethodID?, usage: FutureUsage, details: SealedDetails?
    ) {
        self.id = id
        self.bot = bot
        self.mode = mode
        self.created = created
        self.customer = customer
        self.paymentMethod = paymentMethod
        self.usage = usage
        self.details = details
        state = paymentMethod == nil ? .requiresPaymentMethod : .requiresConfirmation
        version = 0
    }
}

/// One verification of a card at one processor. Its identifier is also the reference the processor was given. Its states are
/// those of a charge; what is approved is the card.
package struct SetupAttempt: Hashable, Sendable {
    package let id: SetupAttemptID
    package let setupIntent: SetupIntentID
    package let bot: BotID
    package let mode: Mode
    package let connection: ConnectionID
    /// Adapter and wire version that built the message.
    package let adapterVersion: Int64
    package let paymentMethod: PaymentMethodID
    package let usage: FutureUsage
    package let created: Timestamp
    package var state: ChargeState
    /// The processor's own name for an approved verification.
    package var processorReference: String?
    package var networkTransactionID: String?

    /// One that is about to be sent.
    package init(
        id: SetupAttemptID, setupIntent: SetupIntentID, bot: BotID, mode: Mode, connection: ConnectionID,
        adapterVersion: Int64, paymentMethod: PaymentMethodID, usage: FutureUsage, created: Timestamp,
        state: ChargeState = .pending
    ) {
        self.id = id
        self.setupIntent = setupIntent
        self.bot = bot
        self.mode = mode
        self.connection = connection
        self.adapterVersion = adapterVersion
        self.paymentMethod = paymentMethod
        self.usage = usage
        self.created = created
        self.state = state
    }
}

/// What can happen to a setup intent.
package enum SetupEvent: Hashable, Sendable {
    case choosePaymentMethod(PaymentMethodID)
    /// The owner wants the card verified; the attempt is about to be sent.
    case confirm(SetupAttemptID)
    case attemptResolved(SetupAttemptID, Outcome)
    case cancel(CancellationReason)
}

/// News that become events for the owner.
package enum SetupNews: Hashable, Sendable {
    case requiresAction, succeeded, failed, canceled
}

/// The answer of a setup intent's machine.
package enum SetupStep: Hashable, Sendable {
    /// Store the changed intent, and tell the news if there are any.
    case moved(SetupIntent, SetupNews?)
    /// The outcome is not known: keep the operation open and ask the processor.
    case askProcessor
    /// A duplicate or late event. No money is in it, so a late answer contradicts nothing.
    case ignored
    case refused(PaymentRefusal)
}

extension SetupIntent {
    /// The whole behaviour of a setup intent: pure and total.
    package func step(_ event: SetupEvent) -> SetupStep {
        switch (state, event) {
        case (.requiresPaymentMethod, .choosePaymentMethod(let method)),
            (.requiresConfirmation, .choosePaymentMethod(let method)),
            (.requiresAction, .choosePaymentMethod(let method)):
            return choosing(method)
        case (.requiresPaymentMethod, .confirm(let attempt)), (.requiresConfirmation, .confirm(let attempt)),
            (.requiresAction, .confirm(let attempt)):
            return starting(attempt)
        case (.requiresPaymentMethod, .cancel(let reason)), (.requiresConfirmation, .cancel(let reason)),
            (.requiresAction, .cancel(let reason)):
            return canceling(reason)
        case (.processing, .choosePaymentMethod), (.processing, .confirm), (.processing, .cancel):
            return .refused(.outcomeUnknown)
        case (.processing(let current), .attemptResolved(let attempt, let outcome)),
            (.requiresAction(let current), .attemptResolved(let attempt, let outcome)):
            return attempt == current ? resolving(attempt, outcome) : .ignored
        case (.succeeded, .choosePaymentMethod), (.succeeded, .confirm), (.succeeded, .cancel),
            (.canceled, .choosePaymentMethod), (.canceled, .confirm), (.canceled, .cancel):
            return .refused(.unexpectedState)
        case (.requiresPaymentMethod, .attemptResolved), (.requiresConfirmation, .attemptResolved),
            (.succeeded, .attemptResolved), (.canceled, .attemptResolved):
            return .ignored
        }
    }

    private func choosing(_ method: PaymentMethodID) -> SetupStep {
        var next = self
        next.paymentMethod = method
        next.state = .requiresConfirmation
        return .moved(next, nil)
    }

    private func starting(_ attempt: SetupAttemptID) -> SetupStep {
        guard paymentMethod != nil else { return .refused(.noPaymentMethod) }
        var next = self
        next.state = .processing(attempt)
        next.latestAttempt = attempt
        next.lastDecline = nil
        return .moved(next, nil)
    }

    private func canceling(_ reason: CancellationReason) -> SetupStep {
        var next = self
        next.state = .canceled
        next.cancellation = reason
        return .moved(next, .canceled)
    }

    private func resolving(_ attempt: SetupAttemptID, _ outcome: Outcome) -> SetupStep {
        var next = self
        switch outcome {
        case .approved, .approvedPartial:
            next.state = .succeeded(attempt)
            return .moved(next, .succeeded)
        case .declined(let decline): return declined(decline)
        case .notProcessed(let reason): return declined(reason.decline)
        case .requiresAction:
            next.state = .requiresAction(attempt)
            return next.state == state ? .ignored : .moved(next, .requiresAction)
        case .pending, .unknown:
            next.state = .processing(attempt)
            return next.state == state ? .askProcessor : .moved(next, nil)
        }
    }

    private func declined(_ decline: Decline) -> SetupStep {
        var next = self
        next.lastDecline = decline
        next.paymentMethod = nil
        next.state = .requiresPaymentMethod
        return .moved(next, .failed)
    }
}
