/// One client: draws what to do, does it until it is answered, and keeps its own book.
struct Client: Sendable {
    let number: Int
    let cast: Cast
    var dice: Dice
    var book = ClientBook()
    private var nextKey = 0
    var customer: String?
    /// Saved cards by holder and digits.
    private var cards: [String: String] = [:]
    var people: [String] = []

    init(number: Int, cast: Cast) {
        (self.number, self.cast) = (number, cast)
        dice = Dice(seed: cast.seed, stream: UInt64(number) + 1)
    }

    private enum Action: CaseIterable {
        case charge, hold, refund, competingRefunds, freshCard, duplicate, authenticate
        case sendFromWallet, sendFromCard, topUp, cashOut, readAgain
    }

    private static let actions: [(weight: UInt64, choice: Action)] = [
        (20, .charge), (14, .hold), (14, .refund), (3, .competingRefunds), (5, .freshCard), (5, .duplicate),
        (3, .authenticate), (16, .sendFromWallet), (6, .sendFromCard), (8, .topUp), (5, .cashOut), (5, .readAgain),
    ]

    /// Works until the run is over.
    mutating func run() async -> ClientBook {
        await join()
        while !cast.isOver {
            switch dice.pick(weighted: Self.actions) {
            case .charge: await charge()
            case .hold: await hold()
            case .refund: await refund()
            case .competingRefunds: await competeForRefunds()
            case .freshCard: await chargeFreshCard()
            case .duplicate: await duplicate()
            case .authenticate: await authenticate()
            case .sendFromWallet: await sendFromWallet()
            case .sendFromCard: await sendFromCard()
            case .topUp: await move("top_ups")
            case .cashOut: await move("cash_outs")
            case .readAgain: await readAgain()
            case nil: return book
            }
        }
        book.people = people
        return book
    }

    /// Two people of its own, with cards and some money.
    private mutating func join() async {
        for index in 0..<2 {
            let form = [("name", "Person \(number).\(index)"), ("reference", "\(cast.seed)-\(number)-\(index)")]
            guard let id = await ask("/v1/people", form, cast.platformKey)?.json["id"].text else { continue }
            people.append(id)
            let card = index == 0 ? TestCards.sending : TestCards.receiving
            guard let method = await savedCard(card, of: id) else { continue }
            if index == 1 { cast.join(receiver: id) }
            let form2 = [("amount", "50000"), ("currency", "usd"), ("payment_method", method)]
            note(await ask("/v1/people/\(id)/wallet/top_ups", form2, cast.platformKey))
        }
    }

    // MARK: Asking

    mutating func command(_ path: String, _ form: [(String, String)], _ apiKey: String) -> Command {
        nextKey += 1
        return Command(
            path: path, form: form, apiKey: apiKey, idempotencyKey: "\(cast.seed)-\(number)-\(nextKey)")
    }

    /// Asks until it is answered, and remembers answers that were promised to stay.
    mutating func ask(_ path: String, _ form: [(String, String)], _ apiKey: String) async -> Answer? {
        let command = command(path, form, apiKey)
        guard let answer = await cast.gateway.insist(command) else { return nil }
        remember(command, answer)
        return answer
    }

    mutating func remember(_ command: Command, _ answer: Answer) {
        let json = answer.json
        cast.findings.count(answer.status == 200 ? "answered with success" : "answered with a refusal")
        // A refusal before anything was stored promises nothing; a card's "no" does.
        let isPromise = answer.status == 200 || (answer.status == 402 && json["error"]["decline_code"].text != nil)
        if isPromise {
            book.acknowledged.append(.init(command: command, status: answer.status, body: answer.body))
        } else {
            let code = answer.errorCode ?? json["error"]["message"].text ?? "?"
            cast.findings.count("  refused \(answer.status) \(code)")
            if !Self.expected.contains(code) {
                cast.findings.report(
                    "POST \(command.path) \(FormText.encode(command.form.filter { !$0.0.hasPrefix("card[") })) was refused "
                        + String(decoding: answer.body, as: UTF8.self))
            }
        }
    }

    /// What the clients' own races and guesses bring about.
    private static let expected: Set<String> = [
        "payment_outcome_unknown", "balance_insufficient", "charge_already_refunded", "charge_disputed",
        "amount_too_large",
        "payment_intent_unexpected_state", "transfer_already_accepted", "transfer_already_returned", "transfer_failed",
        "charge_not_refundable",
    ]

    /// Notes the object in an answer, or the payment in a card's "no".
    mutating func note(_ answer: Answer?, card: String = "") {
        guard let answer else { return }
        let json = answer.json
        book.note(answer.status == 200 ? json : json["error"]["payment_intent"], card: card)
    }

    /// A saved card of a person, or of this client's customer when none is named.
    mutating func savedCard(_ digits: String, of person: String? = nil) async -> String? {
        let slot = "\(person ?? "") \(digits)"
        if let method = cards[slot] { return method }
        let apiKey = person == nil ? cast.botKey : cast.platformKey
        if person == nil, customer == nil {
            customer = await ask("/v1/customers", [("name", "Customer \(number)")], apiKey)?.json["id"].text
        }
        guard let holder = person ?? customer,
            let method = await ask("/v1/payment_methods", card(digits), apiKey)?.json["id"].text
        else { return nil }
        let form = [(person == nil ? "customer" : "person", holder)]
        guard await ask("/v1/payment_methods/\(method)/attach", form, apiKey)?.status == 200 else { return nil }
        cards[slot] = method
        return method
    }

    func card(_ digits: String, securityCode: String? = nil) -> [(String, String)] {
        var form = [
            ("type", "card"), ("card[number]", digits), ("card[exp_month]", "11"), ("card[exp_year]", "2034"),
        ]
        if let securityCode { form.append(("card[cvc]", securityCode)) }
        return form
    }

    /// Reads an object it knows: what it was told must still be true.
    private mutating func readAgain() async {
        guard let known = dice.pick(Array(book.known.values.sorted { $0.id < $1.id }.suffix(200))) else { return }
        let apiKey = [.payment, .refund].contains(known.kind) ? cast.botKey : cast.platformKey
        guard let answer = await cast.gateway.read(known.path, apiKey: apiKey) else { return }
        cast.findings.count("answers checked again during the run")
        if answer.status != 200 {
            cast.findings.report("\(known.path) is answered \(answer.status) although it was acknowledged")
        } else if let contradiction = known.contradiction(with: answer.json, isFinal: false) {
            cast.findings.report(contradiction)
        }
    }
}
