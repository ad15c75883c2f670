import Engine
import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization

/// A request as a client makes it, and makes it again under the same key when no answer came.
struct SimulatedCommand: Sendable {
    enum Kind: Hashable, Sendable {
        case payment, refund, transfer, movement
    }
    let key: String
    let kind: Kind
    var bot = Florin.bot
    let run: @Sendable (Florin) async throws -> Answer
}

/// Many clients, a processor behind a bad line, a disk whose commits fail or go unheard, and crashes: all drawn from a seed.
final class Simulation: Sendable {
    struct Person: Sendable {
        let id: PersonID
        let card: PaymentMethodID
    }

    struct Sent: Sendable {
        let sender: Int
        let recipient: Int
        let amount: Int64
        let isCard: Bool
    }

    /// What the clients know. Amounts are what they asked for.
    struct Known: Sendable {
        var commands: [String: SimulatedCommand] = [:]
        var answers: [String: Answer] = [:]
        var problems: [String] = []
        var payments: [PaymentID] = []
        var owners: [PaymentID: BotID] = [:]
        var transfers: [FriendTransferID: Sent] = [:]
        var movements: [WalletMovementID: (person: Int, amount: Int64, isTopUp: Bool)] = [:]
        var outstanding = 0
        var crashes = 0
        var failedCommits = 0
        var refusals = 0
    }

    let seed: UInt64
    let florin: Florin
    let book: BookProcessor
    let people: [Person]
    let card: PaymentMethodID
    let customer: CustomerID
    let directCard: PaymentMethodID
    let directCustomer: CustomerID
    let random: SeededRandomness
    let disk: SeededRandomness
    let known = Mutex(Known())

    init(seed: UInt64) async throws {
        self.seed = seed
        random = SeededRandomness(seed: seed)
        disk = SeededRandomness(seed: seed ^ 0xD15C)
        let clock = ManualClock()
        book = BookProcessor(seed: seed ^ 0xB00C, clock: clock)
        // The platform has two accounts at the same acquirer, one behind the other: what comes to nothing goes on.
        florin = try await Florin(book, spares: [book], clock: clock, seed: seed)
        (card, customer) = try await florin.savedCard()
        (directCard, directCustomer) = try await florin.directCard()
        var people: [Person] = []
        for index in 0..<4 {
            let (id, card) = try await florin.person(card: 100 + index)
            people.append(Person(id: id, card: card))
        }
        self.people = people
        for owner in [Owner.bot(Florin.bot), .bot(Florin.directBot), .platform(Florin.platform)] {
            _ = try await florin.now.webhooks.create(
                url: "https://hooks.example/\(owner.kind)", types: [], florin.caller(owner))
        }
    }

    func draw(_ bound: UInt64) -> Int {
        let word: UInt64 = random.next()
        return Int(word % max(bound, 1))
    }

    private func pick<Items: Collection>(_ items: (Known) -> Items) -> Items.Element? where Items.Element: Sendable {
        let all = Array(known.withLock { items($0) })
        return all.isEmpty ? nil : all[draw(UInt64(all.count))]
    }

    // MARK: - Requests

    /// Issues a request; its answer, whenever it comes, is compared with what its key was answered before.
    func issue(_ command: SimulatedCommand) {
        known.withLock { known in
            known.commands[command.key] = command
            known.outstanding += 1
        }
        Task {
            await attempt(command)
            known.withLock { $0.outstanding -= 1 }
        }
    }

    func attempt(_ command: SimulatedCommand) async {
        do {
            let answer = try await command.run(florin)
            note(answer, of: command)
        } catch is Refusal {
            known.withLock { $0.refusals += 1 }
        } catch is StoreError {
            known.withLock { $0.failedCommits += 1 }
        } catch {
            known.withLock { $0.problems.append("\(command.key) ended in \(error)") }
        }
    }

    private func note(_ answer: Answer, of command: SimulatedCommand) {
        // What could not be stored is not the key's answer: whoever asks again gets that.
        guard !answer.isProvisional else { return known.withLock { $0.failedCommits += 1 } }
        known.withLock { known in
            if let earlier = known.answers[command.key], earlier.body != answer.body || earlier.status != answer.status
            {
                known.problems.append("\(command.key) was answered \(earlier.text) and then \(answer.text)")
            }
            known.answers[command.key] = answer
            if command.kind == .payment, let id = PaymentID(answer("id")), !known.payments.contains(id) {
                known.payments.append(id)
                known.owners[id] = command.bot
            }
        }
    }

    private func key() -> String {
        let word: UInt64 = random.next()
        return "k\(word)"
    }

    func nextCommand() -> SimulatedCommand? {
        switch draw(100) {
        case 0..<22: return payment(.automatic)
        case 22..<32: return payment(.manual)
        case 32..<40:
            return onPayment { florin, id, caller in try await florin.now.payments.capture(id, amount: nil, caller) }
        case 40..<46:
            return onPayment { florin, id, caller in try await florin.now.payments.cancel(id, .abandoned, caller) }
        case 46..<60: return refund()
        case 60..<68: return move(.topUp)
        case 68..<73: return move(.cashOut)
        case 73..<83: return send()
        case 83..<93: return onTransfer()
        default: return pick { $0.commands.keys.sorted() }.flatMap { key in known.withLock { $0.commands[key] } }
        }
    }

    private func payment(_ method: CaptureMethod) -> SimulatedCommand {
        let (key, amount) = (key(), Int64(1 + draw(5_000)))
        let isDirect = draw(5) == 0
        let (bot, card, customer) =
            isDirect ? (Florin.directBot, directCard, directCustomer) : (Florin.bot, self.card, self.customer)
        return SimulatedCommand(key: key, kind: .payment, bot: bot) { florin in
            try await florin.now.payments.create(
                NewPayment(
                    amount: usd(amount), captureMethod: method, customer: customer, paymentMethod: card, confirm: true),
                for: bot, florin.caller(.bot(bot), key: key))
        }
    }

    private func onPayment(
        _ body: @escaping @Sendable (Florin, PaymentID, Caller) async throws -> Answer
    ) -> SimulatedCommand? {
        guard let id = pick({ $0.payments.suffix(20) }) else { return nil }
        let (key, bot) = (key(), known.withLock { $0.owners[id] ?? Florin.bot })
        return SimulatedCommand(key: key, kind: .payment, bot: bot) { florin in
            try await body(florin, id, florin.caller(.bot(bot), key: key))
        }
    }

    private func refund() -> SimulatedCommand? {
        guard let id = pick({ $0.payments }) else { return nil }
        let (key, amount, bot) = (key(), Int64(1 + draw(3_000)), known.withLock { $0.owners[id] ?? Florin.bot })
        return SimulatedCommand(key: key, kind: .refund) { florin in
            try await florin.now.refunds.create(
                NewRefund(target: .payment(id), amount: amount), florin.caller(.bot(bot), key: key))
        }
    }

    private func move(_ direction: WalletDirection) -> SimulatedCommand {
        let (key, index, amount) = (key(), draw(4), Int64(1 + draw(direction == .topUp ? 5_000 : 2_000)))
        let person = people[index]
        return SimulatedCommand(key: key, kind: .movement) { [self] florin in
            let answer =
                direction == .topUp
                ? try await florin.topUp(person.id, person.card, amount, key: key)
                : try await florin.cashOut(person.id, person.card, amount, key: key)
            if let id = WalletMovementID(answer("id")) {
                known.withLock { $0.movements[id] = (index, amount, direction == .topUp) }
            }
            return answer
        }
    }

    private func send() -> SimulatedCommand {
        let sender = draw(4)
        let recipient = (sender + 1 + draw(3)) % 4
        let (key, amount, isCard, automatically) = (key(), Int64(1 + draw(1_500)), draw(2) == 0, draw(3) == 0)
        let (from, to) = (people[sender], people[recipient])
        return SimulatedCommand(key: key, kind: .transfer) { [self] florin in
            let answer = try await florin.send(
                from.id, to.id, amount, isCard ? .card(from.card) : .wallet, automatically: automatically, key: key)
            if let id = FriendTransferID(answer("id")) {
                let sent = Sent(sender: sender, recipient: recipient, amount: amount, isCard: isCard)
                known.withLock { $0.transfers[id] = sent }
            }
            return answer
        }
    }

    private func onTransfer() -> SimulatedCommand? {
        guard let id = pick({ $0.transfers.keys.sorted() }) else { return nil }
        let (key, choice) = (key(), draw(3))
        let platform = Owner.platform(Florin.platform)
        return SimulatedCommand(key: key, kind: .transfer) { florin in
            let caller = florin.caller(platform, key: key)
            switch choice {
            case 0: return try await florin.now.transfers.accept(id, caller)
            case 1: return try await florin.now.transfers.giveBack(id, .declinedByRecipient, caller)
            default: return try await florin.now.transfers.giveBack(id, .canceledBySender, caller)
            }
        }
    }
}
