import Payments
import Ports
import Primitives

/// Asks a bot about its checkout in its platform's words. Whoever gets no clear answer in time has got none.
struct SurfaceAsker: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let notices: SurfaceNotices
    let answers: SurfaceAnswers
    let transport: any CallbackTransport
    let report: @Sendable (Report) -> Void

    private static let longestAnswer = 64 * 1_024

    /// How long a bot has, in whatever words it is asked.
    var deadline: Duration { tools.configuration.answerDeadline }

    /// What a checkout's `callback_url` says when its bot is asked here: no address that anybody could post to.
    static let scheme = "surface:"

    /// - Parameter checkout: as it would be.
    /// - Returns: nil for silence, an error, or nonsense.
    func ask(_ question: CheckoutQuestion, _ checkout: OpenedCheckout) async -> CheckoutReply? {
        do {
            guard let id = checkout.texts[DetailFields.ofSurface].flatMap({ SurfaceAccountID($0) }),
                let account = try await store.read({ try $0.surfaceAccount(id) })
            else { return nil }
            let opened = try tools.sealing.open(account)
            switch question {
            case .reprice: return try await reprice(checkout, opened)
            case .approve: return try await approve(checkout, opened)
            }
        } catch {
            report("a bot could not be asked about \(checkout.checkout.id): \(error)")
            return nil
        }
    }

    /// The dialects ask about the way to deliver, once there is an address, and about nothing else.
    private func reprice(_ checkout: OpenedCheckout, _ opened: OpenedSurface) async throws -> CheckoutReply? {
        guard checkout.texts[DetailFields.surfaceIsFlexible] != nil, checkout.buyer["address.country"] != nil,
            let address = SurfaceDetails(checkout.buyer).address
        else { return .agreed(CheckoutRepricing()) }
        guard opened.account.kinds.contains(.shipping) else { return nil }
        let currency = checkout.checkout.amount.currency
        let question = newQuestion()
        let update = SurfaceUpdate.shipping(
            question: question, payload: checkout.texts[DetailFields.surfacePayload] ?? "", address: address)
        let answer = try await answer(update, question, checkout, opened) { dialect, body in
            dialect.shippingAnswer(body, currency: currency).map { .shipping($0) }
        }
        guard case .shipping(let said)? = answer else { return nil }
        return CheckoutReply(said)
    }

    private func approve(_ checkout: OpenedCheckout, _ opened: OpenedSurface) async throws -> CheckoutReply? {
        guard opened.account.kinds.contains(.verdict) else {
            // Messenger asked only those who had subscribed; Telegram refuses for those who do not listen.
            return opened.account.surface == .messenger ? .agreed(CheckoutRepricing()) : nil
        }
        let question = newQuestion()
        let update = SurfaceUpdate.verdict(question: question, purchase: SurfacePurchase(checkout))
        let answer = try await answer(update, question, checkout, opened) { dialect, body in
            dialect.verdict(body).map { .verdict($0) }
        }
        switch answer {
        case .verdict(.accepted): return .agreed(CheckoutRepricing())
        case .verdict(.refused(let words)): return .refused(words.map { String($0.prefix(200)) })
        case .shipping, nil: return nil
        }
    }

    private func newQuestion() -> String {
        let id: RequestID = tools.randomness.identifier(at: clock.now())
        return id.text
    }

    private func answer(
        _ update: SurfaceUpdate, _ question: String, _ checkout: OpenedCheckout, _ opened: OpenedSurface,
        reading: (any AnsweredDialect, [UInt8]) -> SurfaceAnswers.Answer?
    ) async throws -> SurfaceAnswers.Answer? {
        let deadline = clock.now().advanced(by: self.deadline)
        guard let dialect = notices.dialects[opened.account.surface] as? any AnsweredDialect else {
            return try await answers.answer(to: question, of: opened.account.id, until: deadline, clock) {
                try await tell(update, checkout, opened, until: deadline)
            }
        }
        guard let url = opened.webhook, let body = try await post(update, checkout, opened, url) else { return nil }
        return reading(dialect, body)
    }

    private func tell(
        _ update: SurfaceUpdate, _ checkout: OpenedCheckout, _ opened: OpenedSurface, until deadline: Timestamp
    ) async throws {
        let now = clock.now()
        try await store.writeRetryingConflicts { transaction in
            guard let account = try transaction.surfaceAccount(opened.account.id) else { return }
            try notices.store(
                update, for: OpenedSurface(account: account, texts: opened.texts), checkout.surfacePerson,
                chat: checkout.texts[DetailFields.surfaceChat], until: deadline, transaction, now)
        }
        notices.tell(opened.account.id)
    }

    /// - Returns: the body of a success.
    private func post(
        _ update: SurfaceUpdate, _ checkout: OpenedCheckout, _ opened: OpenedSurface, _ url: String
    ) async throws -> [UInt8]? {
        guard let dialect = notices.dialects[opened.account.surface],
            let number = try await store.write({ try $0.nextSurfaceNumber(of: opened.account.id) })
        else { return nil }
        let notice = SurfaceNotice(
            number: number, update: update, person: checkout.surfacePerson,
            chat: checkout.texts[DetailFields.surfaceChat], at: clock.now())
        let body = dialect.body(of: notice, for: opened.credentials)
        guard let headers = dialect.headers(for: body, of: opened.credentials) else { return nil }
        let result = await transport.ask(
            url: url, headers: headers, body: body, deadline: deadline, maximumBytes: Self.longestAnswer)
        guard case .answered(let status, let answer) = result, (200..<300).contains(status) else { return nil }
        return answer
    }
}

extension CheckoutReply {
    /// - Returns: nil for options that do not add up.
    fileprivate init?(_ answer: SurfaceShippingAnswer) {
        switch answer {
        case .refused(let words): self = .refused(String(words.prefix(200)))
        case .options(let options):
            guard options.count <= CheckoutTerms.mostOptions else { return nil }
            var repricing = CheckoutRepricing()
            var shipping: [ShippingOption] = []
            for option in options {
                guard let amount = SurfaceLine.sum(option.lines), amount >= 0,
                    !CardNumberScan.containsCardNumber(option.title), !CardNumberScan.containsCardNumber(option.id)
                else { return nil }
                shipping.append(ShippingOption(id: option.id, label: option.title, amount: amount))
            }
            repricing.shipping = shipping
            self = .agreed(repricing)
        }
    }
}
