import Ledger
import Payments
import Ports
package import Primitives

/// What is due by the clock: payouts that have waited long enough, and schedules.
package struct PayoutJobs: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let router: Router
    let report: @Sendable (Report) -> Void

    package init(
        commands: Commands, tools: SettlementTools, router: Router, report: @escaping @Sendable (Report) -> Void
    ) {
        self.commands = commands
        self.tools = tools
        self.router = router
        self.report = report
    }

    private static let batch = 50

    // MARK: Payouts that waited

    /// How many more can be sent right now.
    var room: Int { max(Self.batch - commands.operations.detachedCount, 0) }

    /// Sends what is due over processors, and waits for no answer.
    /// - Returns: how many were sent or given up.
    @discardableResult
    package func sendDue() async throws -> Int {
        let (now, room) = (commands.clock.now(), room)
        return try await send(try await commands.store.read { try $0.payoutsToSend(dueBefore: now, limit: room) })
    }

    /// - Returns: how many were sent or given up.
    func send(_ due: [PayoutID]) async throws -> Int {
        var moved = 0
        for id in due {
            guard let payout = try await commands.store.read({ try $0.payout(id) }) else { continue }
            do {
                try await send(payout, commands.clock.now())
                moved += 1
            } catch is Refusal {
                // Canceled since it was listed.
            } catch {
                report("payout \(id) was not sent: \(error)")
            }
        }
        return moved
    }

    private func send(_ listed: Payout, _ now: Timestamp) async throws {
        let caller = Caller(
            owner: .bot(listed.bot), mode: listed.mode, request: tools.randomness.identifier(at: now))
        try await commands.begin(caller) { transaction, now in
            guard let payout = try transaction.payout(listed.id), payout.state == .pending,
                let destination = try transaction.payoutDestination(payout.destination),
                let platform = try transaction.bot(payout.bot)?.platform
            else { throw Refusal.notFound(kind: "payout", id: listed.id.text, parameter: nil) }
            let settlement = tools.settlement(transaction, now, caller)
            let reference = NewReference<PayoutKind>(id: payout.id, claimed: nil)
            let route: Route
            do {
                // Money that was taken back meanwhile comes before the payout.
                try transaction.checkOwesNothing(payout.bot, payout.mode)
                route = try router.route(
                    to: destination, payout.amount, reference, platform, transaction, tools, now)
            } catch let refusal as Refusal {
                return try giveUp(payout, because: refusal, settlement)
            }
            guard case .moved(let next, _) = payout.step(.send(route.connection.id)) else {
                throw StoreError.corrupt("payout \(payout.id) cannot be sent")
            }
            _ = try settlement.store(next, nil)
            if route.decision.isWorthKeeping { try transaction.insert(route.decision, of: next.id.retyped()) }
            let open = try tools.open(
                next.id.retyped(), .payout, subject: next.id.bits, at: route.connection.id, for: caller, transaction,
                now)
            guard let message = try tools.builder.payout(open, transaction) else {
                throw StoreError.corrupt("payout \(next.id) has no message to send")
            }
            return .sending(message)
        }
    }

    private func giveUp(_ payout: Payout, because refusal: Refusal, _ settlement: Settlement) throws -> Prepared {
        let event: PayoutEvent = if case .noConnection = refusal { .fail(.couldNotProcess) } else { .cancel }
        guard case .moved(let next, let effect) = payout.step(event) else {
            throw StoreError.corrupt("payout \(payout.id) cannot be given up")
        }
        _ = try settlement.store(next, effect)
        return .answered(Answer(body: []))
    }

    // MARK: Schedules

    /// Pays out what schedules ask for today. A schedule's next day moves on in the commit that makes its payouts, so that
    /// each day is served once, whatever happens; days that passed while nothing ran are served together, once.
    /// - Returns: how many schedules were served.
    @discardableResult
    package func runSchedules() async throws -> Int {
        let today = commands.clock.now().day
        let due = try await commands.store.read { try $0.payoutSchedules(dueOn: today, limit: Self.batch) }
        let served = await serve(due, today)
        return served == Self.batch ? served : 0
    }

    /// - Parameter today: the day that it is for the schedules' bots.
    /// - Returns: how many schedules were served.
    func serve(_ due: [PayoutSchedule], _ today: Int64) async -> Int {
        var served = 0
        for schedule in due {
            do {
                try await serve(schedule, today)
                served += 1
            } catch {
                report("the schedule of \(schedule.bot) was not served: \(error)")
            }
        }
        return served
    }

    private func serve(_ listed: PayoutSchedule, _ today: Int64) async throws {
        let now = commands.clock.now()
        let caller = Caller(
            owner: .bot(listed.bot), mode: listed.mode, request: tools.randomness.identifier(at: now))
        try await commands.begin(caller) { transaction, now in
            guard var schedule = try transaction.payoutSchedule(of: listed.bot, mode: listed.mode),
                let day = schedule.nextDay, day <= today
            else { return .answered(Answer(body: [])) }
            schedule.nextDay = schedule.day(after: today)
            try transaction.put(schedule)
            do {
                try transaction.checkOwesNothing(schedule.bot, schedule.mode)
            } catch is Refusal {
                return .answered(Answer(body: []))
            }
            let minimums = try transaction.payoutMinimums(of: schedule.bot, mode: schedule.mode)
            for account in try transaction.accounts(of: schedule.bot.bits, mode: schedule.mode)
            where account.key.kind == .botPayable {
                let least = minimums.first { $0.currency == account.key.currency }?.amount ?? 1
                guard account.available >= least else { continue }
                try payOut(account, caller, transaction, now)
            }
            return .answered(Answer(body: []))
        }
    }

    /// All that is available, to the default destination; nothing when that may not be used yet.
    private func payOut(
        _ account: AccountBalance, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        guard case .bot(let bot) = caller.owner else { return }
        let request = PayoutRequest(
            amount: Money(minorUnits: account.available, currency: account.key.currency), destination: nil,
            method: .standard, details: DetailFields())
        let draft = PayoutDraft(
            reference: NewReference(id: tools.randomness.identifier(at: now), claimed: nil), bot: bot,
            request: request, isAutomatic: true, caller: caller, transaction: transaction, now: now, tools: tools,
            router: router)
        do {
            _ = try draft.make()
        } catch is Refusal {
            // No destination yet, or nobody to send it over: refused before anything was posted. The next day tries again.
        }
    }
}
