package import Payments
package import Ports
package import Primitives
package import ProcessorKit

/// The adapter of Braintree, for one gateway account.
///
/// One effect per reference, although Braintree has no idempotency key: each reference is sent by one process and once
/// (``BraintreeSent``); a repetition is answered from memory or by a look-up. Only captures and voids are ever sent a second
/// time, for a transaction is captured or voided once whatever is asked. What a process that is gone may have sent is only
/// looked up. Absence: see ``Braintree/lookUp(_:)`` and docs/processors/braintree.md.
package struct Braintree: CardProcessor, ProbingProcessor {
    let account: BraintreeAccount
    let codec: BraintreeCodec
    let wire: any Wire
    let clock: any WallClock
    private let sent: BraintreeSent
    let news = BraintreeNews()
    private let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - wire: carries requests to the account's address with its keys: ``Braintree/wire(to:through:)``.
    ///   - memory: what this process has sent to the account so far. Adapters that follow one another, as when keys are
    ///     replaced, share one: what the earlier one has underway is not sent by the later one.
    ///   - report: is told when an operator must look, without secrets.
    package init(
        account: BraintreeAccount, wire: any Wire, clock: any WallClock, memory: BraintreeSent? = nil,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.account = account
        codec = BraintreeCodec(account: account)
        self.wire = wire
        self.clock = clock
        sent = memory ?? BraintreeSent(began: clock.now())
        self.report = report
    }

    /// The account's API over HTTP: keys, and the version that this adapter speaks.
    package static func wire(to account: BraintreeAccount, through executor: HTTPExecutor) -> HTTPWire {
        let pair = Base64.encode(Array("\(account.keys.publicKey):\(account.keys.privateKey.exposed())".utf8))
        return HTTPWire(
            base: account.base,
            headers: [
                (name: "authorization", value: Redacted("Basic \(pair)")),
                (name: "braintree-version", value: Redacted(BraintreeAccount.apiVersion)),
                (name: "accept", value: Redacted("application/json")),
                (name: "user-agent", value: Redacted("Florin/1 (+processor)")),
            ], executor: executor)
    }

    package var name: String { "braintree" }
    package var adapterVersion: Int64 { 1 }

    package func probe() async -> ProbeAnswer { await ask(codec.probe()) }
}

// MARK: - Operations

extension Braintree {
    package func authorize(_ request: AuthorizeRequest) async -> Outcome {
        let inquiry = Inquiry(reference: request.reference, kind: .charge, amount: request.amount)
        return await once(inquiry, isCaptured: request.capture) {
            switch await token(for: request) {
            case .token(let token): return await perform(codec.authorize(request, token: token))
            case .declined(let decline): return .declined(decline)
            case .notProcessed(let reason): return .notProcessed(reason)
            }
        }
    }

    package func capture(_ request: CaptureRequest) async -> Outcome {
        let inquiry = Inquiry(
            reference: request.reference, kind: .capture, amount: request.amount, original: request.original)
        return await once(inquiry) {
            let outcome = await perform(codec.capture(request))
            guard outcome == .notProcessed(.refusedInvalid) else { return outcome }
            // It may have been captured already, on Braintree's own pages.
            return await standing(of: request.original, request.reference) { $0.capture(request.amount) } ?? outcome
        }
    }

    /// Braintree's `reverseTransaction` gives captured money back as well: a transaction that is no mere hold any more is not
    /// reversed.
    package func void(_ request: VoidRequest) async -> Outcome {
        let inquiry = Inquiry(reference: request.reference, kind: .void, original: request.original)
        return await once(inquiry) {
            guard BraintreeCodec.isName(request.original) else { return .notProcessed(.refusedInvalid) }
            switch await read(request.original, request.reference) {
            case .transaction(let transaction):
                switch transaction.void {
                case .notYet: break
                // Nothing is held any more: voided by somebody else, or expired.
                case .done(let outcome): return outcome
                case .never, .unavailable: return .notProcessed(.refusedInvalid)
                }
            case .nothing, .duplicate: return .notProcessed(.refusedInvalid)
            case .unavailable: return .notProcessed(.refusedBusy)
            }
            switch await ask(codec.reverse(request.original, request.reference)) {
            case .voided(let transaction):
                return .approved(Approval(processorReference: transaction.id, amount: transaction.authorized))
            case .refunded:
                report("A hold at Braintree had been captured and settled by somebody else while it was being voided.")
                return .unknown(.contractViolation)
            case .outcome(let outcome): return outcome
            }
        }
    }

    package func refund(_ request: RefundRequest) async -> Outcome {
        let inquiry = Inquiry(
            reference: request.reference, kind: .refund, amount: request.amount, original: request.original)
        return await once(inquiry) {
            guard let exchange = codec.refund(request) else { return .notProcessed(.refusedInvalid) }
            switch await ask(exchange) {
            case .outcome(let outcome): return outcome
            case .notSettled: return await refundUnsettled(request)
            }
        }
    }

    /// Braintree refunds only what has settled, usually the next day. All of it can be called back before that; a part has to
    /// wait: the engine sends it again, at growing intervals, and the refund is pending meanwhile.
    private func refundUnsettled(_ request: RefundRequest) async -> Outcome {
        guard case .transaction(let transaction) = await read(request.original, request.reference) else {
            return .notProcessed(.refusedBusy)
        }
        guard transaction.canBeVoided(request.amount) else {
            // It may have settled between the two questions.
            let comes = transaction.isSettling || transaction.status == "SETTLED"
            return .notProcessed(comes ? .refusedBusy : .refusedInvalid)
        }
        switch await ask(codec.reverse(request.original, request.reference)) {
        case .voided(let transaction):
            return .approved(Approval(processorReference: transaction.id, amount: request.amount))
        case .refunded(let refund):
            return refund.outcome(
                BraintreeExpectation(
                    transaction: request.original.processorReference, amount: request.amount))
        // It begins to settle: refunded once it has.
        case .outcome(.notProcessed): return .notProcessed(.refusedBusy)
        case .outcome(let outcome): return outcome
        }
    }

    /// What the transaction's own state says of a change that was refused; nil when that is not "done".
    private func standing(
        of original: OriginalOperation, _ reference: WireReference, _ state: (BraintreeTransaction) -> BraintreeState
    ) async -> Outcome? {
        guard case .transaction(let transaction) = await read(original, reference),
            case .done(.approved(let approval)) = state(transaction)
        else { return nil }
        return .approved(approval)
    }

    func read(_ original: OriginalOperation, _ reference: WireReference) async -> BraintreeFinding {
        await ask(codec.transaction(original.processorReference, reference))
    }

    private func token(for request: AuthorizeRequest) async -> TokenizeOutcome {
        if let token = request.token { return .token(token) }
        return await ask(codec.tokenize(request.card, as: request.reference))
    }
}

// MARK: - One effect

extension Braintree {
    func maySend(_ reference: WireReference) -> Bool {
        reference.mode == account.mode && clock.now() < reference.validUntil
    }

    private func once(
        _ inquiry: Inquiry, isCaptured: Bool = false, _ send: () async -> Outcome
    ) async -> Outcome {
        let reference = inquiry.reference
        guard maySend(reference) else { return .notProcessed(.notSent) }
        let content = BraintreeSent.Content(
            kind: inquiry.kind, amount: inquiry.amount, original: inquiry.original?.processorReference,
            isCaptured: isCaptured)
        switch await sent.begin(reference, content, now: clock.now()) {
        case .known(let outcome): return outcome
        case .otherContent: return .unknown(.contractViolation)
        case .full: return .notProcessed(.notSent)
        case .send:
            let outcome = await send()
            sent.end(reference.operation, outcome)
            return outcome
        case .read:
            let outcome = await again(inquiry, send)
            sent.end(reference.operation, outcome)
            return outcome
        }
    }

    /// The message was sent before, or may have been: first it is asked what came of it.
    private func again(_ inquiry: Inquiry, _ send: () async -> Outcome) async -> Outcome {
        switch await lookUp(inquiry) {
        case .found(let outcome): return outcome
        case .absent: return .notProcessed(.provenAbsent)
        case .unavailable: return .unknown(.processorUncertain)
        case .notFoundYet: break
        }
        switch inquiry.kind {
        case .capture, .void:
            // Braintree does either of them once. That it refuses now may mean that the first message has just won.
            let outcome = await send()
            if case .notProcessed = outcome { return .unknown(.processorUncertain) }
            return outcome
        case .charge, .refund, .push, .disputeEvidence, .disputeAcceptance, .verification, .increment:
            return .unknown(.processorUncertain)
        }
    }

    /// - Parameter exchange: nil when the operation cannot be put into Braintree's words.
    private func perform(_ exchange: consuming WireExchange<Outcome>?) async -> Outcome {
        guard let exchange = exchange.take() else { return .notProcessed(.refusedInvalid) }
        return await ask(exchange)
    }

    /// Sends the request of `exchange`, wipes it, and reads the result. Refused keys are told to the operator.
    func ask<Reading: Sendable>(_ exchange: consuming WireExchange<Reading>) async -> Reading {
        let read = exchange.read
        let result = await wire.send(exchange.request)
        exchange.request.wipe()
        if BraintreeAnswer.refusesCredentials(result) {
            report(
                "Braintree refused the keys of a \(account.mode) connection: check them with `florinctl connections test`."
            )
        }
        return read(result)
    }
}
