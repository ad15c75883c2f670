import AdminContract
import Ledger
import Payments
import Ports
import Primitives

/// Puts together what different tables know of one object. Lives inside one read.
struct Timelines {
    let reader: any StoreReader

    /// How many entries of an account are searched for the postings of a transfer.
    static let reach = 500

    /// What an open operation is about.
    func subject(of operation: OpenOperation) throws -> TimelineView? {
        let (high, low) = (operation.subject[0], operation.subject[1])
        return switch operation.purpose {
        // A setup intent has no timeline: it moves no money.
        case .verification: nil
        case .charge, .capture, .void, .increment: try payment(PaymentID(high: high, low: low))
        case .refund:
            try reader.refund(RefundID(high: high, low: low)).flatMap { try payment($0.payment) }
        case .transferFunding, .transferRefund: try transfer(FriendTransferID(high: high, low: low))
        case .topUp, .cashOut: try movement(WalletMovementID(high: high, low: low))
        case .reversal: try reader.reversal(ReversalID(high: high, low: low)).flatMap { try subject(of: $0) }
        case .payout: try payout(PayoutID(high: high, low: low))
        case .destinationCheck: nil
        case .disputeEvidence, .disputeAcceptance:
            switch try reader.dispute(DisputeID(high: high, low: low))?.subject {
            case .charge(_, let id)?: try payment(id)
            case .transfer(let id)?: try transfer(id)
            case .topUp(let id)?: try movement(id)
            case nil: nil
            }
        }
    }

    /// What a request was about, as far as money moves by it.
    func subject(ofRequest id: RequestID) throws -> TimelineView? {
        for event in try reader.eventHeads(causedBy: id, within: .seconds(60), limit: 20) {
            if let found = try subject(named: event.subjectText) { return found }
        }
        // Its first message may still be on its way.
        let open = try reader.openOperations(dueBefore: nil, limit: 10_000).first { $0.request == id }
        return try open.flatMap { try subject(of: $0) }
    }

    /// Whether the name is of a kind of object that has a timeline.
    static func isSubject(_ name: String) -> Bool {
        PaymentID(name) != nil || ChargeID(name) != nil || RefundID(name) != nil || FriendTransferID(name) != nil
            || WalletMovementID(name) != nil || PayoutID(name) != nil
    }

    func subject(named name: String) throws -> TimelineView? {
        if let id = PaymentID(name) { return try payment(id) }
        if let id = ChargeID(name) { return try reader.charge(id).flatMap { try payment($0.payment) } }
        if let id = RefundID(name) { return try reader.refund(id).flatMap { try payment($0.payment) } }
        if let id = FriendTransferID(name) { return try transfer(id) }
        if let id = WalletMovementID(name) { return try movement(id) }
        if let id = PayoutID(name) { return try payout(id) }
        return nil
    }

    /// What the attempt that was approved in part belongs to: it has the identifier of what was attempted.
    private func subject(of reversal: Reversal) throws -> TimelineView? {
        let attempt = reversal.attempt
        if let charge = try reader.charge(attempt.retyped()) { return try payment(charge.payment) }
        return try transfer(attempt.retyped()) ?? movement(attempt.retyped())
    }

    private func addReversal(of attempt: SIMD2<UInt64>, to steps: inout Steps) throws {
        guard let reversal = try reader.reversal(ofAttempt: OperationID(high: attempt[0], low: attempt[1])) else {
            return
        }
        let state =
            switch reversal.state {
            case .pending: "being given back"
            case .succeeded: "given back"
            case .bounced: "given back, but the card did not take it"
            }
        steps.add(
            reversal.created, .refund, reversal.id.text, "approved in part, which nobody wanted: \(state)",
            MoneyView(reversal.amount))
        try addOperations([reversal.id.bits], to: &steps)
    }

    func payment(_ id: PaymentID) throws -> TimelineView? {
        guard let payment = try reader.payment(id) else { return nil }
        let charges = try reader.charges(ofPayment: id)
        let refunds = try reader.refunds(ofPayment: id)
        var steps = Steps()
        steps.add(payment.created, .created, id.text, "payment of \(payment.bot)", MoneyView(payment.amount))
        for charge in charges {
            steps.add(
                charge.created, .charge, charge.id.text,
                "attempt at \(charge.connection): \(Self.text(charge.state))", MoneyView(charge.amount))
            try addPostings(
                charge.posting, charge.id.bits, owners: [charge.bot.bits, charge.connection.bits], to: &steps)
            try addReversal(of: charge.id.bits, to: &steps)
        }
        for refund in refunds {
            steps.add(
                refund.created, .refund, refund.id.text, "refund: \(Self.text(refund.state))", MoneyView(refund.amount))
            try addPostings(refund.posting, refund.id.bits, owners: [refund.bot.bits], to: &steps)
        }
        var disputes: [Dispute] = []
        for charge in charges where charge.isDisputed {
            disputes += try reader.disputes(about: .charge(charge.id, of: id))
        }
        try add(disputes, to: &steps)
        for subject in [id.bits] + charges.map(\.id.bits) + refunds.map(\.id.bits) + disputes.map(\.id.bits) {
            try addEvents(about: subject, to: &steps)
        }
        let operations =
            charges.map(\.id.bits) + refunds.map(\.id.bits) + disputes.map { $0.response?.operation.bits } + [
                Self.operation(of: payment.state)
            ]
        try addOperations(operations.compactMap { $0 }, to: &steps)
        return TimelineView(
            id: id.text, status: Names.of(payment.state), amount: MoneyView(payment.amount), steps: steps.inOrder,
            gap: nil)
    }

    /// What cardholders objected to, and what money did then.
    private func add(_ disputes: [Dispute], to steps: inout Steps) throws {
        for dispute in disputes {
            steps.add(
                dispute.created, .dispute, dispute.id.text,
                "disputed as \(Names.of(dispute.reason)): \(Names.of(dispute.state))", MoneyView(dispute.amount))
            for movement in try reader.movements(of: dispute.id) {
                steps.add(
                    movement.created, .posting, String(movement.posting), "dispute, \(Names.of(movement.kind))",
                    MoneyView(movement.amount))
            }
        }
    }

    func transfer(_ id: FriendTransferID) throws -> TimelineView? {
        guard let transfer = try reader.friendTransfer(id) else { return nil }
        var steps = Steps()
        let funding = transfer.funding == .wallet ? "wallet" : "card"
        steps.add(
            transfer.created, .created, id.text,
            "transfer from \(transfer.sender) (\(funding)) to \(transfer.recipient)", MoneyView(transfer.amount))
        let currency = transfer.amount.currency
        let accounts = [
            AccountKey(.wallet, of: transfer.sender, currency: currency, mode: transfer.mode),
            AccountKey(.wallet, of: transfer.recipient, currency: currency, mode: transfer.mode),
            AccountKey(.transfersInFlight, of: transfer.platform, currency: currency, mode: transfer.mode),
        ]
        let gap = try searchPostings(of: id.bits, since: transfer.created, in: accounts, to: &steps)
        try addEvents(about: id.bits, to: &steps)
        var operations = [id.bits]
        if case .returning(_, let operation) = transfer.state { operations.append(operation.bits) }
        try addOperations(operations, to: &steps)
        return TimelineView(
            id: id.text, status: Names.of(transfer.state), amount: MoneyView(transfer.amount), steps: steps.inOrder,
            gap: gap)
    }

    func payout(_ id: PayoutID) throws -> TimelineView? {
        guard let payout = try reader.payout(id) else { return nil }
        var steps = Steps()
        steps.add(
            payout.created, .created, id.text, "payout to \(payout.destination) of \(payout.bot)",
            MoneyView(payout.amount))
        let payable = AccountKey(
            .botPayable, of: payout.bot, currency: payout.amount.currency, mode: payout.mode)
        let gap = try searchPostings(of: id.bits, since: payout.created, in: [payable], to: &steps)
        try addEvents(about: id.bits, to: &steps)
        try addOperations([id.bits], to: &steps)
        return TimelineView(
            id: id.text, status: payout.state.name.description, amount: MoneyView(payout.amount), steps: steps.inOrder,
            gap: gap)
    }

    func movement(_ id: WalletMovementID) throws -> TimelineView? {
        guard let movement = try reader.walletMovement(id) else { return nil }
        var steps = Steps()
        let what = movement.direction == .topUp ? "top-up of the wallet" : "cash-out of the wallet"
        steps.add(movement.created, .created, id.text, "\(what) of \(movement.person)", MoneyView(movement.amount))
        let wallet = AccountKey(
            .wallet, of: movement.person, currency: movement.amount.currency, mode: movement.mode)
        let gap = try searchPostings(of: id.bits, since: movement.created, in: [wallet], to: &steps)
        try addEvents(about: id.bits, to: &steps)
        try addOperations([id.bits], to: &steps)
        return TimelineView(
            id: id.text, status: Names.of(movement.state), amount: MoneyView(movement.amount), steps: steps.inOrder,
            gap: gap)
    }
}

// MARK: - Parts

extension Timelines {
    private func addEvents(about subject: SIMD2<UInt64>, to steps: inout Steps) throws {
        for event in try reader.events(about: subject) {
            steps.add(event.created, .event, event.id.text, "\(event.type.name) told to \(event.owner.text)", nil)
        }
    }

    private func addOperations(_ ids: [SIMD2<UInt64>], to steps: inout Steps) throws {
        for bits in ids {
            guard let operation = try reader.openOperation(OperationID(high: bits[0], low: bits[1])) else { continue }
            var text = "\(Names.of(operation.purpose)) is open at \(operation.connection)"
            if let conflict = operation.conflict {
                text += "; needs a decision: \(conflict)"
            } else if let unknown = operation.unknown {
                text += ": \(Names.of(unknown)); asked \(operation.lookups) times, next \(operation.due)"
            } else {
                text += ": awaiting the first answer"
            }
            steps.add(operation.created, .operation, operation.id.text, text, nil)
        }
    }

    /// Postings of one source are booked together, so they stand behind one another.
    private func addPostings(
        _ first: Int64?, _ source: SIMD2<UInt64>, owners: [SIMD2<UInt64>], to steps: inout Steps
    ) throws {
        guard let first else { return }
        for number in first..<first + 8 {
            var found: AccountEntry?
            for owner in owners where found == nil { found = try reader.entry(posting: number, owner: owner) }
            guard let found, found.source == source else { return }
            try add(found, to: &steps)
        }
    }

    /// Walks the accounts' histories back to the object's creation.
    /// - Returns: what was not searched, for people; nil when all was.
    private func searchPostings(
        of source: SIMD2<UInt64>, since: Timestamp, in accounts: [AccountKey], to steps: inout Steps
    ) throws -> String? {
        var seen: Set<Int64> = []
        var gap: String?
        for account in accounts {
            let page = try reader.entries(of: account, before: nil, limit: Self.reach)
            for entry in page.items where entry.source == source && seen.insert(entry.posting).inserted {
                try add(entry, to: &steps)
            }
            if page.hasMore, let oldest = page.items.last, oldest.created >= since {
                gap = "Only the newest \(Self.reach) entries of each account were searched: postings may be missing."
            }
        }
        return gap
    }

    private func add(_ entry: AccountEntry, to steps: inout Steps) throws {
        let counterpart = try AccountName.text(entry.counterpart, reader)
        let preposition = entry.amount < 0 ? "to" : "from"
        steps.add(
            entry.created, .posting, String(entry.posting), "\(Names.of(entry.reason)), \(preposition) \(counterpart)",
            MoneyView(entry.amount, entry.currency))
    }

    private static func operation(of state: PaymentState) -> SIMD2<UInt64>? {
        switch state {
        case .capturing(_, let operation, _), .voiding(_, let operation), .incrementing(_, let operation, _):
            operation.bits
        case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .authorizing, .authorized, .succeeded,
            .canceled:
            nil
        }
    }

    private static func text(_ state: ChargeState) -> String {
        switch state {
        case .pending: "pending"
        case .approved: "approved"
        case .declined(let decline): "declined, \(Names.of(decline.reason))"
        case .requiresAction: "the cardholder must act"
        case .notProcessed(let reason): "not processed, \(Names.of(reason))"
        }
    }

    private static func text(_ state: RefundState) -> String {
        switch state {
        case .pending: "pending"
        case .succeeded: "succeeded"
        case .failed(let decline): "failed, \(Names.of(decline.reason))"
        }
    }
}

/// Steps as they are found; shown in order of time, and what has the same time in the order it was added.
private struct Steps {
    private var found: [(time: Timestamp, step: TimelineStep)] = []

    mutating func add(
        _ time: Timestamp, _ kind: TimelineStep.Kind, _ id: String, _ text: String, _ amount: MoneyView?
    ) {
        found.append((time, TimelineStep(time: time.precise, kind: kind, id: id, text: text, amount: amount)))
    }

    var inOrder: [TimelineStep] {
        found.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element.step)
    }
}

extension Identifier {
    fileprivate var bits: SIMD2<UInt64> { SIMD2(high, low) }
}
