package import Payments
package import Ports
package import Primitives
package import ProcessorKit

/// The adapter of Stripe, for one account.
///
/// One effect per reference: every call that moves money carries the operation as its Idempotency-Key. Stripe answers a
/// repetition with the first answer, for 24 hours at least; the engine repeats within ``WireReference/validUntil`` only, and
/// this adapter sends nothing after that moment.
/// Absence: see ``Stripe/lookUp(_:)`` and docs/processors/stripe.md.
package struct Stripe: CardProcessor, TokenizingProcessor, ProbingProcessor {
    let account: StripeAccount
    let codec: StripeCodec
    let wire: any Wire
    let clock: any WallClock
    let agenda = StripeAgenda()
    private let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - wire: carries requests to the account's address with its key: ``Stripe/wire(to:through:)``.
    ///   - report: is told when an operator must look, without secrets.
    package init(
        account: StripeAccount, wire: any Wire, clock: any WallClock,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.account = account
        codec = StripeCodec(mode: account.mode, returnURL: account.returnURL)
        self.wire = wire
        self.clock = clock
        self.report = report
    }

    /// The account's API over HTTP: key, and the version that this adapter speaks.
    package static func wire(to account: StripeAccount, through executor: HTTPExecutor) -> HTTPWire {
        HTTPWire(
            base: account.base,
            headers: [
                (name: "authorization", value: Redacted("Bearer \(account.key.exposed())")),
                (name: "stripe-version", value: Redacted(StripeAccount.apiVersion)),
                (name: "user-agent", value: Redacted("Florin/1 (+processor)")),
            ], executor: executor)
    }

    package var name: String { "stripe" }
    package var adapterVersion: Int64 { 1 }

    // MARK: - Operations

    package func authorize(_ request: AuthorizeRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        if let intent = request.authenticatedReference {
            return await perform(codec.confirm(request, authenticated: intent))
        }
        switch await self.token(for: request) {
        case .token(let token): return await perform(codec.authorize(request, token: token))
        case .declined(let decline): return .declined(decline)
        case .notProcessed(let reason): return .notProcessed(reason)
        }
    }

    package func capture(_ request: CaptureRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        let inquiry = Inquiry(
            reference: request.reference, kind: .capture, amount: request.amount, original: request.original)
        return await orAsItStands(await perform(codec.capture(request)), inquiry)
    }

    package func void(_ request: VoidRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        let inquiry = Inquiry(reference: request.reference, kind: .void, original: request.original)
        return await orAsItStands(await perform(codec.void(request)), inquiry)
    }

    package func refund(_ request: RefundRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        return await perform(codec.refund(request))
    }

    package func tokenize(_ card: CardCredentials, as reference: WireReference) async -> TokenizeOutcome {
        guard maySend(reference) else { return .notProcessed(.notSent) }
        if account.cards == .testTokens {
            guard let token = StripeTestTokens.name(for: card.number).flatMap({ ProcessorToken($0) }) else {
                return .declined(Decline(reason: .cardNotSupported, isSoft: false, processorCode: "no_test_token"))
            }
            return .token(token)
        }
        return await repeating(codec.tokenize(card, as: reference))
    }

    package func probe() async -> ProbeAnswer { await wire.perform(codec.probe()) }

    private func token(for request: AuthorizeRequest) async -> TokenizeOutcome {
        if let token = request.token { return .token(token) }
        return await tokenize(request.card, as: request.reference)
    }

    func maySend(_ reference: WireReference) -> Bool {
        reference.mode == account.mode && clock.now() < reference.validUntil
    }

    /// What Stripe refuses may be so already: it lets go of a hold by itself after about a week, and people have a page of their
    /// own. Then that is the answer.
    private func orAsItStands(_ outcome: Outcome, _ inquiry: Inquiry) async -> Outcome {
        guard outcome == .notProcessed(.refusedInvalid), let original = inquiry.original,
            let exchange = codec.change(original, inquiry), case .done(let standing) = await wire.perform(exchange)
        else { return outcome }
        return standing
    }

    /// - Parameter exchange: nil when the operation cannot be put into Stripe's words.
    func perform(_ exchange: consuming WireExchange<Outcome>?) async -> Outcome {
        guard let exchange = exchange.take() else { return .notProcessed(.refusedInvalid) }
        return await repeating(exchange)
    }

    /// Sends the same bytes again, a few times, while Stripe says that it is still executing them or has locked the object:
    /// neither copy can then take effect twice.
    private func repeating<Reading: Sendable>(_ exchange: consuming WireExchange<Reading>) async -> Reading {
        await wire.performRepeating(exchange, on: clock) { answer in
            guard let error = StripeError(answer) else { return false }
            if error.isAboutCredentials { complain(error) }
            return error.isBusyWithTheSame
        }
    }

    private func complain(_ error: StripeError) {
        report(
            "Stripe refused the credentials of a \(account.mode) connection (status \(error.status)): "
                + "check the key with `florinctl connections test`.")
    }
}

extension StripeCodec {
    /// Reads the balance: it changes nothing, needs the key, and says which mode the account answers in.
    package func probe() -> WireExchange<ProbeAnswer> {
        let mode = mode
        return WireExchange(WireRequest(method: "GET", path: "/v1/balance")) { result in
            switch result {
            case .notSent(let reason): return .unreachable(reason.rawValue)
            case .unknown: return .unreachable("Stripe did not answer in time")
            case .answered(let answer):
                if let error = StripeError(answer) {
                    guard answer.status < 500, answer.status != 429 else {
                        return .unreachable("Stripe answered \(answer.status)")
                    }
                    return .refused("Stripe answered \(answer.status) \(error.code ?? error.type ?? "")")
                }
                guard let body = JSONValue(parsing: answer.body), body["object"]?.text == "balance" else {
                    return .refused("what answers there is not Stripe")
                }
                guard body["livemode"]?.flag == (mode == .live) else { return .refused("the key is of the other mode") }
                return .usable("the key works in \(mode) mode")
            }
        }
    }
}
