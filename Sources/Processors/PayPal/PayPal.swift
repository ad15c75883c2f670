package import Payments
package import Ports
package import Primitives
package import ProcessorKit

/// The adapter of PayPal, for one REST application.
///
/// One effect per reference: every message that moves money carries the operation as its `PayPal-Request-Id`, whose first
/// answer PayPal gives again for 6 hours (orders) or 45 days (payments). The engine repeats within
/// ``WireReference/validUntil`` only, and this adapter sends nothing after that moment.
/// Absence: see ``PayPal/lookUp(_:)`` and docs/processors/paypal.md.
package struct PayPal: CardProcessor, ProbingProcessor {
    let account: PayPalAccount
    let codec: PayPalCodec
    let wire: any Wire
    let clock: any WallClock
    /// Shared by all copies of this adapter.
    let pace = PayPalPace()
    let refundPace = PayPalPace()
    private let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - wire: carries requests to the account's address with its token: ``PayPal/wire(to:through:clock:)``.
    ///   - report: is told when an operator must look, without secrets.
    package init(
        account: PayPalAccount, wire: any Wire, clock: any WallClock,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.account = account
        codec = PayPalCodec(mode: account.mode, returnURL: account.returnURL)
        self.wire = wire
        self.clock = clock
        self.report = report
    }

    /// The account's API over HTTP.
    package static func wire(
        to account: PayPalAccount, through executor: HTTPExecutor, clock: any WallClock
    ) -> PayPalWire {
        let plain = HTTPWire(
            base: account.base, headers: [(name: "user-agent", value: Redacted("Florin/1 (+processor)"))],
            executor: executor)
        return PayPalWire(wire: plain, tokens: PayPalTokens(account: account, wire: plain, clock: clock))
    }

    package var name: String { "paypal" }
    package var adapterVersion: Int64 { 1 }

    // MARK: - Operations

    package func authorize(_ request: AuthorizeRequest) async -> Outcome {
        guard maySend(request.reference) else { return .notProcessed(.notSent) }
        if let order = request.authenticatedReference {
            guard let exchange = codec.complete(order, request) else { return .notProcessed(.refusedInvalid) }
            let inquiry = Inquiry(
                reference: request.reference, kind: .charge, amount: request.amount, authenticatedReference: order)
            return await orAsItStands(await paid(exchange, order, request), inquiry)
        }
        switch await order(for: request) {
        case .failure(let end): return end.outcome
        case .success(let order):
            guard let exchange = codec.pay(order.id, request) else { return .notProcessed(.refusedInvalid) }
            return await paid(exchange, order.id, request)
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
        let inquiry = Inquiry(
            reference: request.reference, kind: .refund, amount: request.amount, original: request.original)
        return await orAsItStands(await perform(codec.refund(request)), inquiry)
    }

    package func probe() async -> ProbeAnswer { await wire.perform(codec.probe()) }

    func maySend(_ reference: WireReference) -> Bool {
        reference.mode == account.mode && clock.now() < reference.validUntil
    }

    // MARK: - Steps

    /// What PayPal refuses may be so already: an earlier copy of the message won, the hold was voided on PayPal's own pages, or it
    /// has expired. Then that is the answer.
    func orAsItStands(_ outcome: Outcome, _ inquiry: Inquiry) async -> Outcome {
        switch outcome {
        case .notProcessed(.refusedInvalid): break
        case .declined where inquiry.kind == .void: break
        default: return outcome
        }
        guard case .found(let standing) = await lookUp(inquiry) else { return outcome }
        return standing
    }

    /// An outcome that ended a charge before it was paid.
    struct Ended: Error {
        let outcome: Outcome
    }

    /// The order of a charge. Whatever happens here, no money has moved by it.
    func order(for request: AuthorizeRequest) async -> Result<PayPalOrder, Ended> {
        let purpose = PayPalPurpose(takesMoney: request.capture)
        let exchange = codec.order(
            request.reference, request.amount, purpose, descriptor: request.statementDescriptor)
        guard let exchange else { return .failure(Ended(outcome: .notProcessed(.refusedInvalid))) }
        switch await repeating(exchange) {
        case .refused(let outcome): return .failure(Ended(outcome: outcome))
        case .taken: return .failure(Ended(outcome: .unknown(.contractViolation)))
        case .order(let order):
            // A look-up was first: this charge was given up before it was sent, and nothing has been paid under its name.
            guard order.purpose != .lookUp else { return .failure(Ended(outcome: .notProcessed(.notSent))) }
            // The order of an earlier message with that name, and another content: it may have been paid.
            guard order.purpose == purpose, order.intent == purpose.intent, order.amount == request.amount else {
                return .failure(Ended(outcome: .unknown(.contractViolation)))
            }
            return .success(order)
        }
    }

    func paid(
        _ exchange: consuming WireExchange<PayPalPaymentAnswer>, _ order: String, _ request: AuthorizeRequest
    ) async -> Outcome {
        switch await repeating(exchange) {
        case .outcome(let outcome): return outcome
        case .payerAction:
            // Where the payer goes stands in the order.
            guard let exchange = codec.readOrder(order, request.reference),
                case .order(let order) = await wire.perform(exchange), let url = order.payerAction
            else { return .declined(Decline(reason: .authenticationRequired, isSoft: true)) }
            return .requiresAction(RequiredAction(redirectURL: url, processorReference: order.id))
        }
    }

    /// - Parameter exchange: nil when the operation cannot be put into PayPal's words.
    func perform(_ exchange: consuming WireExchange<Outcome>?) async -> Outcome {
        guard let exchange = exchange.take() else { return .notProcessed(.refusedInvalid) }
        return await repeating(exchange)
    }

    /// Sends the same bytes again, a few times, while PayPal says that it is still executing them: neither copy can then take
    /// effect twice.
    func repeating<Reading: Sendable>(_ exchange: consuming WireExchange<Reading>) async -> Reading {
        await wire.performRepeating(exchange, on: clock) { answer in
            guard let error = PayPalError(answer) else { return false }
            if error.isAboutCredentials { complain(error) }
            return error.isBusyWithTheSame
        }
    }

    private func complain(_ error: PayPalError) {
        report(
            "PayPal refused the credentials of a \(account.mode) connection (status \(error.status)): "
                + "check the application with `florinctl connections test`.")
    }
}

extension PayPalCodec {
    /// Reads an order that cannot be there: it changes nothing, needs a token, and says whether the application may use
    /// orders.
    func probe() -> WireExchange<ProbeAnswer> {
        let mode = mode
        let request = WireRequest(
            method: "GET", path: "/v2/checkout/orders/0000000000FLORIN0", headers: [PayPalCodec.json])
        return WireExchange(request) { result in
            switch result {
            case .notSent(let reason): return .unreachable(reason.rawValue)
            case .unknown: return .unreachable("PayPal did not answer in time")
            case .answered(let answer):
                guard let error = PayPalError(answer) else { return .refused("what answers there is not PayPal") }
                switch (answer.status, error.name) {
                case (404, "RESOURCE_NOT_FOUND"), (404, "INVALID_RESOURCE_ID"):
                    return .usable("the application's credentials work in \(mode) mode")
                case (500..., _), (429, _): return .unreachable("PayPal answered \(answer.status)")
                default: return .refused("PayPal answered \(answer.status) \(error.name ?? "")")
                }
            }
        }
    }
}
