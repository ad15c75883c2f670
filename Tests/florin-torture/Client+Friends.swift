/// What a client does as a platform, for its people.
extension Client {
    private static let currency = "usd"

    mutating func sendFromWallet() async {
        guard let sender = dice.pick(people), let recipient = cast.receiver(&dice), sender != recipient else { return }
        let form = [
            ("sender", sender), ("recipient", recipient), ("amount", "\(dice.number(1...4_000))"),
            ("currency", Self.currency), ("funding", "wallet"), ("auto_accept", dice.chance(40) ? "true" : "false"),
            ("note", "for number \(number)"),
        ]
        await finish(await ask("/v1/friend_transfers", form, cast.platformKey))
    }

    mutating func sendFromCard() async {
        guard let sender = people.first, let recipient = cast.receiver(&dice), sender != recipient,
            let digits = dice.pick(weighted: TestCards.funding), let method = await savedCard(digits, of: sender)
        else { return }
        let form = [
            ("sender", sender), ("recipient", recipient), ("amount", "\(dice.number(1...9_000))"),
            ("currency", Self.currency), ("payment_method", method),
            ("auto_accept", dice.chance(30) ? "true" : "false"),
        ]
        await finish(await ask("/v1/friend_transfers", form, cast.platformKey))
    }

    /// The recipient takes it or not, the sender calls it back, or both at once, or nobody does anything.
    private mutating func finish(_ answer: Answer?) async {
        note(answer)
        guard let json = answer?.json, let id = json["id"].text, let status = json["status"].text else { return }
        guard status == "in_flight" || (status == "pending" && dice.chance(40)) else { return }
        switch dice.number(0...9) {
        case 0...3: await change(id, "accept")
        case 4...5: await change(id, "decline")
        case 6...7: await change(id, "cancel")
        case 8: await acceptAndCancel(id, from: status)
        default: return
        }
    }

    private mutating func change(_ transfer: String, _ what: String) async {
        book.note(transfer, asked: what)
        note(await ask("/v1/friend_transfers/\(transfer)/\(what)", [], cast.platformKey))
    }

    private mutating func acceptAndCancel(_ id: String, from status: String) async {
        book.note(id, asked: "accept")
        book.note(id, asked: "cancel")
        let accept = command("/v1/friend_transfers/\(id)/accept", [], cast.platformKey)
        let cancel = command("/v1/friend_transfers/\(id)/cancel", [], cast.platformKey)
        async let first = cast.gateway.insist(accept)
        async let second = cast.gateway.insist(cancel)
        let answers = await [(accept, first), (cancel, second)]
        if status == "in_flight", answers.filter({ $0.1?.status == 200 }).count != 1 {
            let shown = answers.map { "\($0.1?.status ?? 0)" }.joined(separator: " and ")
            cast.findings.report("accept and cancel at once on \(id) were answered \(shown), not one of them 200")
        }
        for (command, answer) in answers {
            guard let answer else { continue }
            remember(command, answer)
            note(answer)
        }
    }

    /// - Parameter direction: `top_ups` or `cash_outs`.
    mutating func move(_ direction: String) async {
        guard let index = people.indices.randomElement(using: &dice) else { return }
        let person = people[index]
        let debit = index == 0 ? TestCards.sending : TestCards.receiving
        let isTopUp = direction == "top_ups"
        // The receiver keeps one card, so that everybody's other cards may send to it.
        let digits = isTopUp && index == 0 ? dice.pick(weighted: TestCards.funding) ?? debit : debit
        guard let method = await savedCard(digits, of: person) else { return }
        let amount = dice.number(1...(isTopUp ? 20_000 : 6_000))
        let form = [("amount", "\(amount)"), ("currency", Self.currency), ("payment_method", method)]
        note(await ask("/v1/people/\(person)/wallet/\(direction)", form, cast.platformKey))
    }
}

extension Dice: RandomNumberGenerator {}
