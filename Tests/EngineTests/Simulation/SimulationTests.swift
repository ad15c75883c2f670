import Engine
import FlorinTesting
import Foundation
import Ledger
import Payments
import Ports
import Primitives
import Synchronization
import Testing

/// FLORIN_SIMULATION_SEED and FLORIN_SIMULATION_STEPS run one other history.
private let seeds: [UInt64] =
    ProcessInfo.processInfo.environment["FLORIN_SIMULATION_SEED"].flatMap { UInt64($0) }.map { [$0] }
    ?? [1, 2, 3, 4]
private let steps =
    ProcessInfo.processInfo.environment["FLORIN_SIMULATION_STEPS"].flatMap { Int($0) } ?? 250

@Suite("Simulation", .serialized)
struct SimulationTests {
    @Test("after any history of trouble all books agree and every answer is still true", arguments: seeds)
    func history(_ seed: UInt64) async throws {
        let simulation = try await Simulation(seed: seed)
        defer { simulation.florin.stop() }
        try await simulation.run(steps: steps)
        try await simulation.conclude()
        let audit = Audit(simulation)
        try await audit.run()
        let known = simulation.known.withLock { $0 }
        let conflicts = try await simulation.florin.openOperations().count
        print(
            "simulation: seed \(seed), \(steps) steps, \(known.commands.count) commands, \(known.answers.count) answered,",
            "\(known.refusals) refusals, \(known.failedCommits) errors, \(known.crashes) crashes,",
            "\(simulation.book.calls) calls, \(simulation.book.lies) lies, \(simulation.book.oddities.partial) partial",
            "approvals, \(simulation.book.oddities.bounced) bounced refunds,",
            "\(simulation.book.oddities.disputed) disputes, \(conflicts) conflicts,",
            "\(simulation.florin.transport.posts.count) posts")
        #expect(known.problems == [], "seed \(seed)")
        #expect(simulation.book.violations == [], "seed \(seed)")
        #expect(simulation.book.oddities.disputed > 0, "seed \(seed) proves nothing about disputes")
        #expect(known.answers.count > steps / 2, "seed \(seed) proves little")
    }
}

/// Compares Florin's book with the acquirer's and with what the clients were told.
struct Audit {
    let simulation: Simulation
    let florin: Florin

    init(_ simulation: Simulation) {
        self.simulation = simulation
        florin = simulation.florin
    }

    func run() async throws {
        try await florin.expectSoundLedger()
        try await attempts()
        try await acquirer()
        try await wallets()
        try await answers()
        for owner in [Owner.bot(Florin.bot), .bot(Florin.directBot), .platform(Florin.platform)] {
            try await deliveries(of: owner)
        }
    }

    private func expect(_ found: Int64, _ expected: Int64, _ what: String) {
        #expect(found == expected, "seed \(simulation.seed): \(what)")
    }

    /// Operations that people must decide about are in the acquirer's book and not in Florin's.
    /// - Parameter ofParts: what is left of charges that were approved in part; else of all others.
    private func net(ofParts: Bool = false, _ payer: (String) -> Bool) async throws -> Int64 {
        let undecided = Set(try await florin.openOperations().map(\.id))
        let rows = simulation.book.rows
        var sum: Int64 = 0
        for (id, row) in rows where payer(row.payer) && !undecided.contains(id) {
            let isPart = row.status == .partial || row.original.flatMap { rows[$0] }?.status == .partial
            guard row.status == .approved || row.status == .partial, isPart == ofParts else { continue }
            switch row.kind {
            case .sale, .capture: sum += row.given
            case .refund, .push: sum -= row.given
            case .authorize, .void: break
            }
        }
        return sum
    }

    /// Of all attempts of a payment at most one took money, and none was made before the one before it had come to nothing.
    private func attempts() async throws {
        let rows = simulation.book.rows
        let undecided = Set(try await florin.openOperations().map(\.id))
        var cascades = 0
        let newest = ChargeID(high: .max, low: .max)
        let charges = try await florin.now.store.read { try $0.newestCharges(before: newest, limit: 100_000) }
        for id in Set(charges.map(\.payment)) {
            let attempts = try await florin.now.store.read { try $0.charges(ofPayment: id) }
            let took = attempts.filter {
                rows[$0.id.retyped()]?.status == .approved && !undecided.contains($0.id.retyped())
            }
            #expect(took.count <= 1, "seed \(simulation.seed): \(id) was charged by \(took.map(\.connection))")
            for (before, after) in zip(attempts, attempts.dropFirst()) {
                #expect(before.state != .pending && before.state != .approved, "seed \(simulation.seed): \(before.id)")
                if try await florin.now.store.read({ try $0.routingDecision(of: after.id.retyped()) })?.excluded
                    .contains(
                        where: { $0.why == .tried }) == true
                {
                    cascades += 1
                }
            }
        }
        print("simulation: seed \(simulation.seed), \(cascades) attempts handed on")
        #expect(cascades > 0, "seed \(simulation.seed) proves nothing about cascades")
    }

    /// What disputes took of a payer's charges and did not give back, each once.
    private func disputed(_ payer: String) -> Int64 {
        simulation.book.disputes.filter { $0.payer == payer }.reduce(0) { $0 + $1.taken }
    }

    private func onBothConnections(_ kind: AccountKind) async throws -> Int64 {
        try await florin.balance(kind, of: Florin.connection) + florin.balance(kind, of: Florin.spare(0))
    }

    private func acquirer() async throws {
        let bot = try await net { $0 == "FIRST BOT" } - disputed("FIRST BOT")
        let direct = try await net { $0 == "DIRECT BOT" } - disputed("DIRECT BOT")
        let people = try await net { $0.hasPrefix("card ") }
        let parts = try await net(ofParts: true) { $0 != "DIRECT BOT" }
        let directParts = try await net(ofParts: true) { $0 == "DIRECT BOT" }
        expect(try await onBothConnections(.suspense), parts, "approved in part and not given back")
        let payable = try await florin.balance(.botPayable, of: Florin.bot)
        let debt = try await florin.balance(.receivable, of: Florin.bot)
        expect(payable + debt, bot, "owed to the bot, less what it owes")
        #expect(payable == 0 || debt == 0, "seed \(simulation.seed): a bot in debt has something to spend")
        expect(
            try await florin.balance(.directSettlement, of: Florin.directBot), direct + directParts,
            "settled to the direct bot")
        expect(
            try await florin.balance(.directClearing, of: Florin.directConnection), -direct - directParts,
            "direct clearing")
        expect(try await onBothConnections(.processorClearing), -bot - people - parts, "clearing")
        var wallets = try await florin.balance(.transfersInFlight, of: Florin.platform)
        for person in simulation.people { wallets += try await florin.balance(.wallet, of: person.id) }
        expect(wallets, people, "wallets and transfers in flight")
        let refunding = try await florin.openOperations().isEmpty
        if refunding { expect(try await florin.held(.botPayable, of: Florin.bot), 0, "holds on what the bot is owed") }
    }

    /// What the clients asked for, taken by the fate of each object.
    private func wallets() async throws {
        let known = simulation.known.withLock { $0 }
        var expected = [Int64](repeating: 0, count: simulation.people.count)
        for (id, movement) in known.movements {
            let stored = try await florin.now.store.read { try $0.walletMovement(id) }
            guard stored?.state == .succeeded else { continue }
            expected[movement.person] += movement.isTopUp ? movement.amount : -movement.amount
        }
        for (id, sent) in known.transfers {
            guard let stored = try await florin.now.store.read({ try $0.friendTransfer(id) }) else {
                #expect(Bool(false), "seed \(simulation.seed): a transfer that was answered is gone")
                continue
            }
            switch stored.state {
            case .funding, .failed: continue
            case .accepted:
                expected[sent.recipient] += sent.amount
                if !sent.isCard { expected[sent.sender] -= sent.amount }
            case .held, .inFlight, .returning: if !sent.isCard { expected[sent.sender] -= sent.amount }
            case .returned(_, let refund): if sent.isCard, refund == nil { expected[sent.sender] += sent.amount }
            }
        }
        for (index, person) in simulation.people.enumerated() {
            expect(try await florin.balance(.wallet, of: person.id), expected[index], "the wallet of person \(index)")
        }
    }

    /// Every success that a client was told is still true.
    private func answers() async throws {
        let known = simulation.known.withLock { $0 }
        for (key, answer) in known.answers where answer.status == 200 {
            guard let command = known.commands[key] else { continue }
            let isTrue: Bool
            switch command.kind {
            case .payment: isTrue = try await holds(answer)
            case .refund:
                let id = try RefundID(required: answer("id"))
                let stored = try await florin.now.store.read { try $0.refund(id) }
                // One that succeeded may have bounced.
                isTrue =
                    stored.map {
                        answer("status") == "pending" || $0.state.word == answer("status") || $0.failurePosting != nil
                    } ?? false
            case .transfer:
                let id = try FriendTransferID(required: answer("id"))
                let stored = try await florin.now.store.read { try $0.friendTransfer(id) }
                let final = ["accepted", "returned"].contains(answer("status"))
                let state = stored?.state.word ?? "gone"
                isTrue = final ? state == answer("status") : state != "gone"
            case .movement:
                let id = try WalletMovementID(required: answer("id"))
                let stored = try await florin.now.store.read { try $0.walletMovement(id) }
                isTrue = stored.map { answer("status") == "pending" || $0.state.word == answer("status") } ?? false
            }
            #expect(isTrue, "seed \(simulation.seed): \(key) was told \(answer.text)")
        }
    }

    private func holds(_ answer: Answer) async throws -> Bool {
        let payment = try await florin.payment(answer)
        guard payment.captured <= max(payment.authorized, payment.captured), payment.refundable >= 0,
            payment.captured <= payment.amount.minorUnits
        else { return false }
        switch answer("status") {
        case "succeeded": return payment.state.word == "succeeded" && "\(payment.captured)" == answer("captured")
        case "canceled": return payment.state == .canceled
        case "requires_capture": return payment.authorized > 0
        default: return true
        }
    }

    /// Each endpoint got every event of its owner, under numbers without a gap, the same event under the same number.
    private func deliveries(of owner: Owner) async throws {
        let endpoints = try await florin.now.store.read { try $0.webhookEndpoints(of: owner, mode: .test) }
        let endpoint = try #require(endpoints.first)
        let posts = simulation.florin.transport.posts.filter { $0.headers["Florin-Endpoint"] == endpoint.id.text }
        var events: [Int64: String] = [:]
        for post in posts {
            let id = post.headers["webhook-id"] ?? ""
            #expect(events[post.sequence, default: id] == id, "seed \(simulation.seed): two events under one number")
            events[post.sequence] = id
        }
        #expect(events.keys.sorted() == Array(1...Int64(max(events.count, 1))), "seed \(simulation.seed)")
        #expect(Set(events.values).count == events.count, "seed \(simulation.seed): an event under two numbers")
        let count = try await countEvents(of: owner)
        expect(Int64(events.count), count, "events of \(owner.kind)")
        let stored = try await florin.now.store.read { try $0.deliveries(of: endpoint.id, 100_000) }
        #expect(stored.allSatisfy { $0.state == .delivered }, "seed \(simulation.seed): an event was not delivered")
    }

    private func countEvents(of owner: Owner) async throws -> Int64 {
        var count: Int64 = 0
        var cursor = PageRequest.Cursor.newest
        while true {
            let request = PageRequest(limit: 100, cursor: cursor)
            let page = try await florin.now.store.read { try $0.events(of: owner, mode: .test, types: [], request) }
            count += Int64(page.items.count)
            guard page.hasMore, let last = page.items.last else { return count - Int64(before(owner)) }
            cursor = .after(SIMD2(last.id.high, last.id.low))
        }
    }

    /// Events of the cast, from before there was an endpoint: customers and cards that were saved.
    private func before(_ owner: Owner) -> Int {
        switch owner {
        case .bot: 2
        case .platform: simulation.people.count
        }
    }
}
