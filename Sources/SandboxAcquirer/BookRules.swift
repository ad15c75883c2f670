import Payments
package import Primitives
package import SandboxProcessor

/// What the acquirer decided about a message.
package enum BookVerdict: Hashable, Sendable {
    /// The operation as it stands in the book now.
    case stands(BookRow)
    /// The reference belongs to an operation with other content.
    case conflict
    /// A look-up found nothing, and a message may still come.
    case waiting
    /// An operation that was over stands so now.
    case changed(BookRow, number: Int64)
    /// Something happened in a dispute.
    case disputed(BookDispute, DisputeStepKind, number: Int64)
    /// Nothing has changed since.
    case unchanged
}

/// The acquirer's rules: pure decisions over the rows of one transaction.
package struct BookRules: Sendable {
    /// How long after a refund its later fate is due, for the two cards that have one.
    package static let settlingTime = Duration.seconds(3)

    let message: SandboxMessage
    let card: SandboxCard?
    let now: Timestamp
    let reference: SandboxReference

    /// - Parameters:
    ///   - card: what the table says of the message's card; nil for messages without one.
    ///   - now: the acquirer's own time, read once per message.
    package init(_ message: SandboxMessage, card: SandboxCard?, now: Timestamp) {
        self.message = message
        self.card = card
        self.now = now
        self.reference = message.reference.retyped()
    }

    /// Executes the message, unless its reference is known. Runs inside a write transaction.
    package func execute(in book: any BookSession) throws -> BookVerdict {
        switch message.operation {
        case .authorize, .sale, .push, .verify: try charge(in: book)
        case .capture, .void, .refund, .increment: try change(in: book)
        case .evidence, .accept: try respond(in: book)
        case .lookUp: try lookUpLate(in: book)
        case .changes: try nextChange(in: book)
        case .list: .waiting
        }
    }

    /// Answers a look-up from a read, or returns nil when it has to write: see ``lookUpLate(in:)``.
    package func lookUp(in book: any BookSession) throws -> BookVerdict? {
        guard let row = try book.row(reference) else { return now > message.validUntil ? nil : .waiting }
        if row.status == .approved, row.operation == .refund, isDue(row) { return nil }
        return .stands(settled(row))
    }

    /// A look-up that finds nothing after the message's time makes sure that there will never be anything: a message
    /// that is still on its way meets the tombstone, whatever its clock says.
    private func lookUpLate(in book: any BookSession) throws -> BookVerdict {
        let tombstone = BookRow.tombstone(reference, .lookUp, at: now)
        if now > message.validUntil, try book.insert(tombstone) { return .stands(tombstone) }
        guard let row = try book.row(reference) else { return .waiting }
        return .stands(settled(try failed(row, in: book)))
    }

    /// A refund whose failure is due fails now, and its money is back on the charge.
    private func failed(_ row: BookRow, in book: any BookSession) throws -> BookRow {
        guard row.status == .approved, row.operation == .refund, isDue(row) else { return row }
        var row = row
        row.status = .failed
        if let name = row.original, var charge = try book.row(name), charge.refunded >= row.amount {
            charge.refunded -= row.amount
            try book.update(charge)
        }
        try book.update(row)
        return row
    }

    /// Answers that nothing has changed from a read, or returns nil when there is something to tell.
    package func unchanged(in book: any BookSession) throws -> BookVerdict? {
        if message.dispute != nil { return nil }
        if let change = try book.change(after: message.since), now >= change.due { return nil }
        return try book.overdueDispute(at: now) == nil ? .unchanged : nil
    }

    /// Changes are told in the order in which they are due.
    private func nextChange(in book: any BookSession) throws -> BookVerdict {
        try passDeadline(in: book)
        try closeOverdue(in: book)
        guard let change = try book.change(after: message.since), now >= change.due,
            let row = try book.row(change.reference)
        else { return .unchanged }
        if let step = change.step {
            guard let dispute = try book.dispute(of: change.reference) else { return .unchanged }
            return .disputed(dispute, step, number: change.number)
        }
        return .changed(try failed(row, in: book), number: change.number)
    }

    private func isDue(_ row: BookRow) -> Bool { row.settlesAt.map { now >= $0 } ?? false }

    /// A pending refund succeeds by the clock alone; nothing needs to be written for it.
    private func settled(_ row: BookRow) -> BookRow {
        var row = row
        if row.status == .pending, isDue(row) { row.status = .approved }
        return row
    }

    /// What is known under the reference already, if anything is.
    func repeated(in book: any BookSession) throws -> BookVerdict? {
        guard let row = try book.row(reference) else { return nil }
        return row.status == .expired || row.digest == digest ? .stands(settled(row)) : .conflict
    }

    func blank(_ status: BookStatus) -> BookRow {
        BookRow(
            reference: reference, operation: message.operation, status: status, card: card?.id ?? 0,
            currency: Int64(message.currency?.numeric ?? 0), amount: message.amount, digest: digest,
            flags: (message.hasSecurityCode ? BookRow.hadSecurityCode : 0)
                | (message.keepsCard ? BookRow.keepsCard : 0),
            made: now)
    }
}

// MARK: - Charges and payouts

extension BookRules {
    /// Inserts first and looks only when the reference was taken: one statement for a charge that is new.
    private func charge(in book: any BookSession) throws -> BookVerdict {
        var authentication: BookRow?
        if let name = message.authenticated { authentication = try book.row(name) }
        let row =
            now > message.validUntil
            ? BookRow.tombstone(reference, message.operation, at: now) : decide(authentication)
        guard try book.insert(row) else { return try repeated(in: book) ?? .conflict }
        if row.captured > 0 { try openDispute(of: row, in: book) }
        if var used = authentication, row.original == used.reference {
            used.flags |= BookRow.authenticationUsed
            try book.update(used)
        }
        return .stands(row)
    }

    private func decide(_ authentication: BookRow?) -> BookRow {
        var row = blank(.approved)
        guard let card, message.operation != .push || message.amount > 0 else {
            row.status = .refused
            return row
        }
        if message.expiry?.isPast(at: now) ?? true { return declined(row, .expiredCard) }
        if case .decline(let reason) = card.behaviour, !canBeKept(card) { return declined(row, reason) }
        if message.isMerchantInitiated {
            // Schemes let nobody charge a card that nobody agreed to have kept.
            guard let id = message.networkTransactionID, NetworkTransactionID.isAgreement(id, card: card.id) else {
                return declined(row, .doNotHonor)
            }
            row.flags |= BookRow.keepsCard
        }
        if let rule = rule(card) {
            guard authenticate(&row, rule, authentication) else { return row }
        }
        switch card.behaviour {
        case .approvePartly where message.operation != .push && message.amount > 1:
            row.status = .partial
            row.amount = message.amount / 2
        case .approve, .approvePartly, .authenticate, .refundPending, .refundFailsLater, .dispute, .inquire, .misbehave,
            .decline:
            break
        }
        if message.operation == .sale { row.captured = row.amount }
        return row
    }

    /// The card that is good until it is charged.
    private func canBeKept(_ card: SandboxCard) -> Bool { message.operation == .verify && card.id == 18 }

    /// When the cardholder has to authenticate; nil for not at all.
    private func rule(_ card: SandboxCard) -> AuthenticationRule? {
        guard message.operation != .push else { return nil }
        guard case .authenticate(let rule) = card.behaviour else {
            return message.requiresAuthentication ? .always : nil
        }
        if case .alwaysThenDecline = rule, message.operation == .verify { return .always }
        return rule
    }

    /// - Returns: whether the charge may be approved; else `row` says what it is instead.
    private func authenticate(_ row: inout BookRow, _ rule: AuthenticationRule, _ earlier: BookRow?) -> Bool {
        if message.isMerchantInitiated {
            if rule == .unlessMerchantInitiated { return true }
            row = declined(row, .authenticationRequired)
            return false
        }
        guard message.authenticated != nil else {
            row.status = .action
            return false
        }
        guard let earlier, earlier.status == .action, earlier.has(BookRow.authenticationPassed),
            !earlier.has(BookRow.authenticationUsed), earlier.card == row.card, earlier.amount == row.amount,
            earlier.currency == row.currency
        else {
            row = declined(row, .authenticationRequired)
            return false
        }
        row.original = earlier.reference
        if case .alwaysThenDecline(let reason) = rule {
            row = declined(row, reason)
            return false
        }
        return true
    }

    func declined(_ row: BookRow, _ reason: DeclineReason) -> BookRow {
        var row = row
        row.status = .declined
        row.reason = reason.rawValue
        return row
    }
}

// MARK: - Captures, voids and refunds

extension BookRules {
    private func change(in book: any BookSession) throws -> BookVerdict {
        if let known = try repeated(in: book) { return known }
        var row =
            now > message.validUntil
            ? BookRow.tombstone(reference, message.operation, at: now) : blank(.refused)
        if row.status != .expired, var charge = try charge(named: message.original, in: book) {
            row.original = charge.reference
            if apply(to: &charge, &row) {
                try book.update(charge)
                if row.operation == .capture { try openDispute(of: charge, in: book) }
            }
            if row.status == .approved, row.operation == .refund, let due = row.settlesAt {
                try book.appendChange(of: reference, due: due, step: nil)
            }
        }
        // The reference was free a moment ago in this same transaction.
        return try book.insert(row) ? .stands(row) : .conflict
    }

    /// The charge that is meant: named itself, or by its capture.
    private func charge(named name: SandboxReference?, in book: any BookSession) throws -> BookRow? {
        guard let name, let row = try book.row(name) else { return nil }
        if row.operation == .capture, let charge = row.original { return try book.row(charge) }
        return row
    }

    /// - Returns: whether the limits allow it; then both rows hold the result, else `row` stays refused.
    private func apply(to charge: inout BookRow, _ row: inout BookRow) -> Bool {
        let isCharge = charge.operation == .authorize || charge.operation == .sale
        guard isCharge, charge.status == .approved || charge.status == .partial else { return false }
        row.card = charge.card
        guard message.operation == .void || Int64(message.currency?.numeric ?? 0) == charge.currency else {
            return false
        }
        let isUntouched = charge.operation == .authorize && charge.captured == 0 && charge.released == 0
        switch message.operation {
        case .increment:
            guard isUntouched, row.amount > charge.amount else { return false }
            // As in field 39: 51 is "insufficient funds".
            guard row.amount % 100 != 51 else {
                row = declined(row, .insufficientFunds)
                return false
            }
            charge.amount = row.amount
        case .capture:
            guard isUntouched, row.amount > 0, row.amount <= charge.amount else { return false }
            charge.captured = row.amount
            charge.released = charge.amount - row.amount
        case .void:
            // What was released already is held no more, whoever asks again.
            let isReleased = charge.operation == .authorize && charge.captured == 0 && charge.released == charge.amount
            guard isUntouched || isReleased else { return false }
            charge.released = charge.amount
            row.amount = charge.amount
            row.currency = charge.currency
        case .refund:
            guard row.amount > 0, row.amount <= charge.captured - charge.refunded else { return false }
            charge.refunded += row.amount
            schedule(&row)
            return true
        case .authorize, .sale, .push, .verify, .lookUp, .changes, .list, .evidence, .accept: return false
        }
        row.status = .approved
        return true
    }

    private func schedule(_ refund: inout BookRow) {
        refund.status = .approved
        switch SandboxCards.card(id: refund.card)?.behaviour {
        case .refundPending:
            refund.status = .pending
            refund.settlesAt = now.advanced(by: BookRules.settlingTime)
        case .refundFailsLater: refund.settlesAt = now.advanced(by: BookRules.settlingTime)
        default: break
        }
    }
}

// MARK: - Digest

extension BookRules {
    /// FNV-1a over the content that makes two messages the same. The card counts by its id and the security code not at
    /// all, so that nothing secret can be guessed from the book.
    private var digest: Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ value: UInt64) {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                hash = (hash ^ (value >> shift & 0xFF)) &* 0x100_0000_01b3
            }
        }
        func mix(_ value: Int64) { mix(UInt64(bitPattern: value)) }
        mix(message.operation.rawValue)
        mix(message.amount)
        mix(Int64(message.currency?.numeric ?? 0))
        mix(card?.id ?? 0)
        mix(Int64((message.expiry?.year ?? 0) * 100 + (message.expiry?.month ?? 0)))
        mix(message.isMerchantInitiated ? 1 : Int64(0))
        // Only where they are there, so that books from before they were keep their digests.
        if message.keepsCard { mix(Int64(2)) }
        if message.requiresAuthentication { mix(Int64(3)) }
        if let id = message.networkTransactionID { for byte in id.utf8 { mix(UInt64(byte)) } }
        for name in [message.authenticated, message.original, message.dispute?.retyped()] {
            mix(name?.high ?? 0)
            mix(name?.low ?? 0)
        }
        for byte in message.evidence.rawValue.utf8 { mix(UInt64(byte)) }
        return Int64(bitPattern: hash)
    }
}
