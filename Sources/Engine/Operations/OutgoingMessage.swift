import Payments
import Ports
import Primitives

/// A message to a processor, with the open operation that was stored before it.
struct OutgoingMessage: Sendable {
    let operation: OpenOperation
    let content: Content
    /// Whether another connection can be tried if this one does not take it.
    var hasAlternatives = false

    enum Content: Sendable {
        /// - Parameter takesSecurityCode: the card's first charge: its code must be taken from memory and sent along.
        case authorize(Authorization)
        case verify(Verification)
        /// What is to be held in all.
        case increment(total: Money, original: OriginalOperation)
        case capture(amount: Money, original: OriginalOperation)
        case void(original: OriginalOperation)
        case refund(amount: Money, original: OriginalOperation)
        case push(amount: Money, card: CardCredentials)
        case disputeEvidence(DisputeEvidence, DisputedCharge)
        case disputeAcceptance(DisputedCharge)
        case authorizeWallet(WalletAuthorization)
        case pushWallet(amount: Money, instrument: PaymentInstrument, receiver: Redacted<String>)
        /// The processor has carried it out already: see ``NewReference``. Nothing is sent.
        case lookUp(Inquiry)
    }

    struct Authorization: Sendable {
        let amount: Money
        let card: CardCredentials
        let capture: Bool
        /// The card whose security code must be sent; nil when none is needed.
        let securityCodeOf: PaymentMethodID?
        let authenticatedReference: String?
        let statementDescriptor: String?
        /// Where the cardholder comes back to after authentication.
        var returnURL: String?
        var credential: StoredCredential?
        var requiresAuthentication = false
        var mayIncrement = false
    }

    struct Verification: Sendable {
        let card: CardCredentials
        let usage: FutureUsage
        /// The card whose security code must be sent; nil when none is needed.
        let securityCodeOf: PaymentMethodID?
        let authenticatedReference: String?
        let requiresAuthentication: Bool
        let returnURL: String?
    }

    struct WalletAuthorization: Sendable {
        let amount: Money
        let instrument: PaymentInstrument
        let capture: Bool
        let approvedReference: String?
        let statementDescriptor: String?
        let returnURL: String?
    }

    var reference: WireReference { operation.reference }

    /// Whether it asks for money for the first time: the messages that a broken connection is spared.
    var isNewCharge: Bool {
        switch content {
        case .authorize, .verify: true
        case .increment: false
        case .authorizeWallet(let wallet): wallet.approvedReference == nil
        case .capture, .void, .refund, .push, .pushWallet, .disputeEvidence, .disputeAcceptance, .lookUp: false
        }
    }
}

extension OpenOperation {
    /// What every message of the operation carries.
    var reference: WireReference {
        WireReference(operation: id, mode: mode, created: created, validUntil: validUntil)
    }
}

extension CardProcessor {
    /// Sends the message. A security code that is gone means that nothing is sent.
    func send(_ message: OutgoingMessage, securityCodes: any SecurityCodeCache) async -> Outcome {
        switch message.content {
        case .authorize(let authorization):
            return await send(authorization, message.reference, securityCodes)
        case .verify(let verification):
            guard let verifying = self as? any VerifyingProcessor else { return .notProcessed(.refusedInvalid) }
            return await send(verification.card, verification.securityCodeOf, securityCodes) { card in
                await verifying.verify(verification.request(message.reference, card))
            }
        case .increment(let total, let original):
            guard let incrementing = self as? any IncrementingProcessor else { return .notProcessed(.refusedInvalid) }
            return await incrementing.increment(
                IncrementRequest(reference: message.reference, total: total, original: original))
        case .capture(let amount, let original):
            return await capture(CaptureRequest(reference: message.reference, amount: amount, original: original))
        case .void(let original):
            return await void(VoidRequest(reference: message.reference, original: original))
        case .refund(let amount, let original):
            return await refund(RefundRequest(reference: message.reference, amount: amount, original: original))
        case .push(let amount, let card):
            guard let pushing = self as? any PushingProcessor else { return .notProcessed(.refusedInvalid) }
            return await pushing.push(PushRequest(reference: message.reference, amount: amount, card: card))
        case .disputeEvidence(let evidence, let disputed):
            guard let disputing = self as? any DisputingProcessor else { return .notProcessed(.refusedInvalid) }
            return await disputing.submitEvidence(
                EvidenceRequest(reference: message.reference, disputed: disputed, evidence: evidence))
        case .disputeAcceptance(let disputed):
            guard let disputing = self as? any DisputingProcessor else { return .notProcessed(.refusedInvalid) }
            return await disputing.accept(
                DisputeAcceptanceRequest(reference: message.reference, disputed: disputed))
        case .authorizeWallet(let wallet):
            guard let processor = self as? any WalletProcessor else { return .notProcessed(.refusedInvalid) }
            return await processor.authorize(
                WalletRequest(
                    reference: message.reference, amount: wallet.amount, instrument: wallet.instrument,
                    capture: wallet.capture, approvedReference: wallet.approvedReference,
                    statementDescriptor: wallet.statementDescriptor, returnURL: wallet.returnURL))
        case .pushWallet(let amount, let instrument, let receiver):
            guard let pushing = self as? any WalletPushingProcessor else { return .notProcessed(.refusedInvalid) }
            return await pushing.push(
                WalletPushRequest(
                    reference: message.reference, amount: amount, instrument: instrument, receiver: receiver))
        case .lookUp(let inquiry):
            guard case .found(let outcome) = await lookUp(inquiry) else { return .unknown(.interrupted) }
            return outcome
        }
    }

    private func send(
        _ authorization: OutgoingMessage.Authorization, _ reference: WireReference,
        _ securityCodes: any SecurityCodeCache
    ) async -> Outcome {
        await send(authorization.card, authorization.securityCodeOf, securityCodes) { card in
            await authorize(authorization.request(reference, card))
        }
    }

    /// Adds the security code, if one is needed, and takes care of it.
    private func send(
        _ stored: CardCredentials, _ method: PaymentMethodID?, _ securityCodes: any SecurityCodeCache,
        _ body: (CardCredentials) async -> Outcome
    ) async -> Outcome {
        guard let method else { return await body(stored) }
        guard let code = securityCodes.take(for: method) else { return .notProcessed(.securityCodeGone) }
        let outcome = await body(
            CardCredentials(number: stored.number, expiry: stored.expiry, securityCode: code))
        if !Cascade.usesUpSecurityCode(outcome) { securityCodes.giveBack(code, for: method) }
        return outcome
    }
}

extension OutgoingMessage.Verification {
    fileprivate func request(_ reference: WireReference, _ card: CardCredentials) -> VerifyRequest {
        VerifyRequest(
            reference: reference, card: card, usage: usage, authenticatedReference: authenticatedReference,
            requiresAuthentication: requiresAuthentication, returnURL: returnURL)
    }
}

extension OutgoingMessage.Authorization {
    fileprivate func request(_ reference: WireReference, _ card: CardCredentials) -> AuthorizeRequest {
        AuthorizeRequest(
            reference: reference, amount: amount, card: card, capture: capture, credential: credential,
            authenticatedReference: authenticatedReference, statementDescriptor: statementDescriptor,
            returnURL: returnURL, requiresAuthentication: requiresAuthentication, mayIncrement: mayIncrement)
    }
}

/// Builds messages from what is stored: for the first send and, after a crash, for a repetition byte for byte.
struct MessageBuilder: Sendable {
    let vault: any Vault

    func card(_ method: PaymentMethod) throws -> CardCredentials {
        let sealed = SealedBytes(dataKey: method.number.dataKey, box: method.number.box)
        let number = try vault.openCard(sealed, token: method.id, mode: method.mode)
        return CardCredentials(number: number, expiry: method.expiry, securityCode: nil)
    }

    /// The e-mail that an account is paid out to; nil when none was given, or it was erased.
    func receiver(_ method: PaymentMethod) throws -> Redacted<String>? {
        try SealedFields(vault: vault).fields(of: method)["email"].map { Redacted($0) }
    }

    /// The message of an operation that may be repeated: everything except what needs a security code or fresh
    /// authentication. Nil when it may not be repeated.
    func repeatable(_ operation: OpenOperation, _ reader: any StoreReader) throws -> OutgoingMessage? {
        switch operation.purpose {
        case .charge, .transferFunding, .topUp, .verification, .destinationCheck: return nil
        case .capture, .void, .increment: return try held(operation, reader)
        case .refund: return try refund(operation, reader)
        case .transferRefund: return try transferRefund(operation, reader)
        case .cashOut: return try cashOut(operation, reader)
        case .reversal:
            guard let reversal = try reader.reversal(ReversalID(bits: operation.subject)), reversal.state == .pending
            else { return nil }
            return OutgoingMessage(operation: operation, content: reversal.content)
        case .disputeEvidence, .disputeAcceptance: return try dispute(operation, reader)
        case .payout: return try payout(operation, reader)
        }
    }

    private func held(_ operation: OpenOperation, _ reader: any StoreReader) throws -> OutgoingMessage? {
        let id = PaymentID(high: operation.subject[0], low: operation.subject[1])
        guard let payment = try reader.payment(id), let charge = try payment.latestCharge.flatMap(reader.charge),
            let original = charge.original
        else { return nil }
        switch payment.state {
        case .capturing(_, let current, let amount) where current == operation.id:
            let money = Money(minorUnits: amount, currency: payment.amount.currency)
            return OutgoingMessage(operation: operation, content: .capture(amount: money, original: original))
        case .incrementing(_, let current, let amount) where current == operation.id:
            let total = Money(minorUnits: amount, currency: payment.amount.currency)
            return OutgoingMessage(operation: operation, content: .increment(total: total, original: original))
        case .voiding(_, let current) where current == operation.id:
            return OutgoingMessage(operation: operation, content: .void(original: original))
        default: return nil
        }
    }

    private func refund(_ operation: OpenOperation, _ reader: any StoreReader) throws -> OutgoingMessage? {
        let id = RefundID(high: operation.subject[0], low: operation.subject[1])
        guard let refund = try reader.refund(id), refund.state == .pending,
            let original = try reader.charge(refund.charge)?.original
        else { return nil }
        return OutgoingMessage(operation: operation, content: .refund(amount: refund.amount, original: original))
    }

    private func transferRefund(_ operation: OpenOperation, _ reader: any StoreReader) throws -> OutgoingMessage? {
        let id = FriendTransferID(high: operation.subject[0], low: operation.subject[1])
        guard let transfer = try reader.friendTransfer(id), case .returning(_, operation.id) = transfer.state,
            let original = transfer.original
        else { return nil }
        return OutgoingMessage(operation: operation, content: .refund(amount: transfer.amount, original: original))
    }

    private func cashOut(_ operation: OpenOperation, _ reader: any StoreReader) throws -> OutgoingMessage? {
        let id = WalletMovementID(high: operation.subject[0], low: operation.subject[1])
        guard let movement = try reader.walletMovement(id), movement.state == .pending,
            let method = try reader.paymentMethod(movement.card)
        else { return nil }
        guard method.instrument == .card else {
            guard let receiver = try receiver(method) else { return nil }
            return OutgoingMessage(
                operation: operation,
                content: .pushWallet(amount: movement.amount, instrument: method.instrument, receiver: receiver))
        }
        return OutgoingMessage(operation: operation, content: .push(amount: movement.amount, card: try card(method)))
    }
}

extension Charge {
    /// What later operations on this charge refer to; nil before approval.
    var original: OriginalOperation? {
        approval.map {
            OriginalOperation(operation: id.retyped(), processorReference: $0.processorReference, capture: capture)
        }
    }
}

extension FriendTransfer {
    /// What the way back to the card refers to; nil before the card was charged.
    var original: OriginalOperation? {
        processorReference.map { OriginalOperation(operation: id.retyped(), processorReference: $0) }
    }
}
