/// Amounts by currency.
typealias Sums = [String: Int64]

/// What the clients' books come to, once everything has been read again.
struct Expectation: Sendable {
    /// Taken from and given back to cards: what the sandbox must show too.
    var clearing: Sums = [:]
    /// What the bot is owed.
    var payable: Sums = [:]
    /// By person.
    var wallets: Sums = [:]
    var inFlight: Int64 = 0
    /// Every payment there is.
    var payments: Set<String> = []
}

/// Compares what the daemon says now with what it said during the run. The daemon serves and nothing is open.
struct Audit: Sendable {
    let gateway: Gateway
    let cast: Cast
    let findings: Findings
    var book: ClientBook

    private static let width = 12

    /// Asks every acknowledged command again: the same key must bring the same bytes.
    func replayAll() async {
        let failures = await each(book.acknowledged) { [gateway] acknowledged -> String? in
            guard let again = await gateway.insist(acknowledged.command) else { return nil }
            let key = acknowledged.command.idempotencyKey
            guard again.status == acknowledged.status, again.body == acknowledged.body else {
                return "the answer under key \(key) to POST \(acknowledged.command.path) has changed from "
                    + "\(acknowledged.status) \(String(decoding: acknowledged.body.prefix(3_000), as: UTF8.self)) to "
                    + "\(again.status) \(String(decoding: again.body.prefix(3_000), as: UTF8.self))"
            }
            return again.isReplay ? nil : "the answer under key \(key) was not marked as a replay"
        }
        failures.forEach(findings.report)
        findings.count("acknowledged answers asked again", Int64(book.acknowledged.count))
    }

    /// Reads every known object again and adds them up.
    mutating func readAll() async -> Expectation {
        await findRefundsOfCanceled()
        let cast = cast
        let read = await each(Array(book.known.values)) { known -> (Known, Answer)? in
            let isBots = known.kind == .payment || known.kind == .refund
            return await cast.gateway.read(known.path, apiKey: isBots ? cast.botKey : cast.platformKey).map {
                (known, $0)
            }
        }
        var expectation = Expectation()
        for (known, answer) in read {
            guard answer.status == 200 else {
                findings.report("\(known.path) is answered \(answer.status) although it was acknowledged")
                continue
            }
            let json = answer.json
            if let contradiction = known.contradiction(with: json, isFinal: true) { findings.report(contradiction) }
            expectation.add(known, json)
            findings.count("  \(known.kind.rawValue)s at the end: \(json["status"].text ?? "?")")
        }
        findings.count("objects read again", Int64(read.count))
        await readDisputes(into: &expectation)
        return expectation
    }

    /// What disputes took from the bot, fees included, as the bot is shown it: once for each charge.
    private func readDisputes(into expectation: inout Expectation) async {
        var charges: Set<String> = []
        var cursor = ""
        while let page = await gateway.read("/v1/disputes?limit=100\(cursor)", apiKey: cast.botKey) {
            for dispute in page.json["data"].items {
                let (id, currency) = (dispute["id"].text ?? "?", dispute["currency"].text ?? "?")
                cursor = "&starting_after=\(id)"
                findings.count("disputes at the end: \(dispute["status"].text ?? "?")")
                if !charges.insert(dispute["charge"].text ?? "?").inserted {
                    findings.report("\(id) is a second dispute of one charge")
                }
                let moved = dispute["balance_transactions"].items.reduce(0) { $0 + ($1["net"].integer ?? 0) }
                if moved >= 0 { findings.report("\(id) took \(-moved) \(currency)") }
                expectation.clearing[currency, default: 0] += moved
                expectation.payable[currency, default: 0] += moved
            }
            guard page.json["has_more"].isTrue else { return }
        }
        findings.report("the disputes could not be listed")
    }

    /// Cancelling a payment that turns out to be taken gives everything back: refunds that no client asked for by name.
    private mutating func findRefundsOfCanceled() async {
        let canceled = book.known.values.filter { $0.kind == .payment && $0.asked.contains("cancel") }
        let (gateway, botKey) = (gateway, cast.botKey)
        let lists = await each(Array(canceled)) { known in
            await gateway.read("/v1/refunds?limit=100&payment_intent=\(known.id)", apiKey: botKey).map { (known, $0) }
        }
        for (known, list) in lists {
            for refund in list.json["data"].items { book.note(refund, card: known.card) }
        }
    }

    /// Holds wallets and the bot's balance, as the API shows them, against the books.
    func compareBalances(_ expectation: Expectation) async {
        if let answer = await gateway.read("/v1/balance", apiKey: cast.botKey) {
            var shown: Sums = [:]
            for list in ["available", "pending"] {
                for entry in answer.json[list].items {
                    shown[entry["currency"].text ?? "?", default: 0] += entry["amount"].integer ?? 0
                }
            }
            compare("what the bot is owed", shown, expectation.payable, "the clients' books")
        }
        let (gateway, platformKey) = (gateway, cast.platformKey)
        let wallets = await each(book.people) { person in
            await gateway.read("/v1/people/\(person)/wallet", apiKey: platformKey).map { (person, $0) }
        }
        for (person, answer) in wallets {
            let balances = answer.json["balances"].items
            let amount = balances.reduce(0) { $0 + ($1["amount"].integer ?? 0) }
            let held = balances.reduce(0) { $0 + ($1["held"].integer ?? 0) }
            compare(
                "the wallet of \(person)", ["usd": amount], ["usd": expectation.wallets[person] ?? 0],
                "the clients' books")
            if held != 0 { findings.report("\(held) is still held on the wallet of \(person)") }
        }
        findings.count("wallets compared", Int64(wallets.count))
    }

    /// Top-ups and cash-outs that no client was told the name of must have failed.
    func findStrangers() async {
        let lists = await each(book.people) { person in
            await list("/v1/people/\(person)/wallet/movements", cast.platformKey)
        }
        for movement in lists.flatMap({ $0 }) where book.known[movement.id] == nil && movement.status != "failed" {
            findings.report("\(movement.id) is \(movement.status) and no client knows it")
        }
    }

    /// Every event listed must have been received, under a number of its own.
    /// - Parameter earlier: events that were there before the endpoints were.
    func compareEvents(_ received: [String: [Int64: String]], besides earlier: Set<String>) async {
        for (endpoint, numbered) in received {
            let highest = numbered.keys.max() ?? 0
            let missing = (1...max(highest, 1)).filter { numbered[$0] == nil }
            if !missing.isEmpty { findings.report("\(endpoint) never received the numbers \(missing.prefix(20))") }
            let distinct = Set(numbered.values)
            if distinct.count != numbered.count { findings.report("\(endpoint) received an event under two numbers") }
        }
        let all = Set(received.values.flatMap(\.values))
        var listed = 0
        for (owner, apiKey) in [("the bot", cast.botKey), ("the platform", cast.platformKey)] {
            for event in await list("/v1/events", apiKey) where !earlier.contains(event.id) {
                listed += 1
                if !all.contains(event.id) { findings.report("\(event.id) of \(owner) was never delivered") }
            }
        }
        if listed < all.count { findings.report("\(all.count) events were received but only \(listed) are listed") }
        findings.count("events listed", Int64(listed))
    }

    struct Listed: Sendable {
        let id: String
        let status: String
    }

    /// A whole list, page by page.
    func list(_ path: String, _ apiKey: String) async -> [Listed] {
        var found: [Listed] = []
        while let page = await gateway.read(
            "\(path)?limit=100" + (found.last.map { "&starting_after=\($0.id)" } ?? ""), apiKey: apiKey)
        {
            found += page.json["data"].items.map {
                Listed(id: $0["id"].text ?? "?", status: $0["status"].text ?? "")
            }
            guard page.json["has_more"].isTrue else { break }
        }
        return found
    }

    private func compare(_ what: String, _ found: Sums, _ expected: Sums, _ side: String) {
        for currency in Set(found.keys).union(expected.keys).sorted() {
            let (mine, theirs) = (found[currency] ?? 0, expected[currency] ?? 0)
            if mine != theirs { findings.report("\(what): \(mine) \(currency), but \(theirs) in \(side)") }
        }
    }

    /// Runs `work` on all items, a few at a time, and keeps what is not nil.
    private func each<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable (Item) async -> Result?
    ) async -> [Result] {
        await withTaskGroup(of: Result?.self) { group in
            var results: [Result] = []
            for (index, item) in items.enumerated() {
                if index >= Self.width, let result = await group.next() ?? nil { results.append(result) }
                group.addTask { await work(item) }
            }
            for await result in group { if let result { results.append(result) } }
            return results
        }
    }
}

extension Expectation {
    /// Adds an object as it stands at the end.
    mutating func add(_ known: Known, _ json: JSON) {
        let status = json["status"].text ?? ""
        let (amount, currency) = (known.amount, known.currency)
        switch known.kind {
        case .payment:
            payments.insert(known.id)
            let taken = json["amount_received"].integer ?? 0
            clearing[currency, default: 0] += taken
            payable[currency, default: 0] += taken
        case .refund where status == "succeeded":
            clearing[currency, default: 0] -= amount
            payable[currency, default: 0] -= amount
        case .topUp where status == "succeeded":
            clearing[currency, default: 0] += amount
            wallets[known.party, default: 0] += amount
        case .cashOut where status == "succeeded":
            clearing[currency, default: 0] -= amount
            wallets[known.party, default: 0] -= amount
        case .transfer where status == "accepted" || status == "in_flight":
            if known.isCardFunded {
                clearing[currency, default: 0] += amount
            } else {
                wallets[known.party, default: 0] -= amount
            }
            if status == "accepted" { wallets[known.counterparty, default: 0] += amount } else { inFlight += amount }
        case .refund, .topUp, .cashOut, .transfer: break
        }
    }
}
