import NIOHTTP1

/// What a client does as a bot.
extension Client {
    private static let currencies: [(weight: UInt64, choice: String)] = [(6, "usd"), (3, "eur"), (1, "jpy")]

    private mutating func paymentForm(
        _ digits: String, captureMethod: String? = nil
    ) async -> [(String, String)]? {
        guard let method = await savedCard(digits), let customer,
            let currency = dice.pick(weighted: Self.currencies)
        else { return nil }
        var form = [
            ("amount", "\(dice.number(50...20_000))"), ("currency", currency), ("customer", customer),
            ("payment_method", method), ("confirm", "true"), ("metadata[client]", "\(number)"),
        ]
        if let captureMethod { form.append(("capture_method", captureMethod)) }
        return form
    }

    /// Sends a change of a payment and notes the answer.
    @discardableResult
    private mutating func change(
        _ payment: String, _ what: String, _ form: [(String, String)] = [], card: String = ""
    ) async -> Answer? {
        book.note(payment, asked: what)
        let answer = await ask("/v1/payment_intents/\(payment)/\(what)", form, cast.botKey)
        note(answer, card: card)
        return answer
    }

    mutating func charge() async {
        guard let digits = dice.pick(weighted: TestCards.charging), let form = await paymentForm(digits) else { return }
        let answer = await ask("/v1/payment_intents", form, cast.botKey)
        note(answer, card: digits)
        guard let json = answer?.json, json["status"].text == "processing", dice.chance(30) else { return }
        if let id = json["id"].text { await change(id, "cancel") }
    }

    /// Holds money, then takes all or part of it, lets it go, does both at once, or leaves it.
    mutating func hold() async {
        guard let digits = dice.pick(weighted: TestCards.charging),
            let form = await paymentForm(digits, captureMethod: "manual")
        else { return }
        let answer = await ask("/v1/payment_intents", form, cast.botKey)
        note(answer, card: digits)
        guard let json = answer?.json, let id = json["id"].text else { return }
        guard json["status"].text == "requires_capture" else {
            if json["status"].text == "processing", dice.chance(40) { await change(id, "cancel") }
            return
        }
        let held = json["amount_capturable"].integer ?? 0
        switch dice.number(0...9) {
        case 0...3: await change(id, "capture")
        case 4...5: await change(id, "capture", [("amount_to_capture", "\(dice.number(1...max(held, 1)))")])
        case 6...7: await change(id, "cancel")
        case 8: await captureAndCancel(id)
        default: return
        }
    }

    private mutating func captureAndCancel(_ id: String) async {
        book.note(id, asked: "capture")
        book.note(id, asked: "cancel")
        let capture = command("/v1/payment_intents/\(id)/capture", [], cast.botKey)
        let cancel = command("/v1/payment_intents/\(id)/cancel", [], cast.botKey)
        async let first = cast.gateway.insist(capture)
        async let second = cast.gateway.insist(cancel)
        for (command, answer) in [(capture, await first), (cancel, await second)] {
            guard let answer else { continue }
            remember(command, answer)
            note(answer)
        }
    }

    private mutating func refundable() -> Known? {
        let taken = book.known.values.filter { known in
            known.kind == .payment && known.told.contains { $0.status == "succeeded" }
        }
        return dice.pick(taken.sorted { $0.id < $1.id }.suffix(40))
    }

    mutating func refund() async {
        guard let payment = refundable() else { return }
        var form = [("payment_intent", payment.id)]
        if dice.chance(70) { form.append(("amount", "\(dice.number(1...max(payment.amount / 2, 1)))")) }
        note(await ask("/v1/refunds", form, cast.botKey), card: payment.card)
    }

    /// Two at once that do not both fit: at most one may succeed.
    mutating func competeForRefunds() async {
        guard let payment = refundable(), let taken = payment.told.first(where: { $0.status == "succeeded" })?.amount,
            taken > 1
        else { return }
        let form = [("payment_intent", payment.id), ("amount", "\(taken / 2 + 1)")]
        let commands = [command("/v1/refunds", form, cast.botKey), command("/v1/refunds", form, cast.botKey)]
        async let first = cast.gateway.insist(commands[0])
        async let second = cast.gateway.insist(commands[1])
        let answers = await [first, second]
        // A refund that failed gives its share back, so that the other one may succeed after it.
        let granted = answers.filter { $0?.status == 200 && $0?.json["status"].text != "failed" }.count
        if granted > 1 { cast.findings.report("both of two refunds of more than half were granted on \(payment.id)") }
        for (command, answer) in zip(commands, answers) {
            guard let answer else { continue }
            remember(command, answer)
            note(answer, card: payment.card)
        }
    }

    /// A card that is used once, with a security code that lives in the daemon's memory only.
    mutating func chargeFreshCard() async {
        guard let digits = dice.pick(weighted: TestCards.charging) else { return }
        let code = digits.hasPrefix("3") ? "7391" : "739"
        guard
            let method = await ask("/v1/payment_methods", card(digits, securityCode: code), cast.botKey)?.json["id"]
                .text
        else { return }
        let form = [("amount", "\(dice.number(50...9_000))"), ("currency", "usd")]
        let created = await ask("/v1/payment_intents", form, cast.botKey)
        note(created, card: digits)
        guard let id = created?.json["id"].text else { return }
        await change(id, "confirm", [("payment_method", method)], card: digits)
    }

    /// The same request several times at once: one effect, one answer.
    mutating func duplicate() async {
        guard let digits = dice.pick(weighted: TestCards.charging), let form = await paymentForm(digits) else { return }
        let command = command("/v1/payment_intents", form, cast.botKey)
        let (gateway, count) = (cast.gateway, Int(dice.number(2...5)))
        let answers = await withTaskGroup(of: Answer?.self) { group in
            for _ in 0..<count { group.addTask { await gateway.insist(command) } }
            var answers: [Answer] = []
            for await answer in group { if let answer { answers.append(answer) } }
            return answers
        }
        cast.findings.count("requests sent several times at once")
        guard let first = answers.first else { return }
        for answer in answers.dropFirst() where answer.status != first.status || answer.body != first.body {
            cast.findings.report("one Idempotency-Key, two answers: \(command.idempotencyKey)")
        }
        remember(command, first)
        note(first, card: digits)
    }

    /// A charge that the cardholder must approve on the sandbox's page.
    mutating func authenticate() async {
        guard let digits = dice.pick(TestCards.authenticating), let form = await paymentForm(digits) else { return }
        let answer = await ask("/v1/payment_intents", form, cast.botKey)
        note(answer, card: digits)
        guard let json = answer?.json, let id = json["id"].text,
            let page = json["next_action"]["redirect_to_url"]["url"].text
        else { return }
        let result = dice.chance(75) ? "pass" : "fail"
        for _ in 0..<20 {
            if let shown = try? await cast.gateway.once(.POST, page, form: [("result", result)]), shown.status == 200 {
                cast.findings.count("charges the cardholder authenticated")
                break
            }
            try? await Task.sleep(for: .milliseconds(200))
        }
        await change(id, dice.chance(90) ? "confirm" : "cancel", card: digits)
    }
}
