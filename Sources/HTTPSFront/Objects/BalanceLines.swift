import Ledger
import Payments
import Ports
import Primitives

/// What one owner's money comes to in one currency.
struct BalanceStanding {
    let currency: Currency
    /// What may be spent, less what is owed: below zero when the owner owes.
    let available: Int64
    /// Promised to operations whose outcome is open.
    let held: Int64
}

/// An object that moves a bot's money.
enum BalanceSource {
    case charge(ChargeID)
    case refund(RefundID)
    case dispute(DisputeID)
    case payout(PayoutID)
}

/// Which entries a list shows.
struct EntryRange {
    let limit: Int
    var bounds = EntryBounds()
    /// Only those made at or after, and before, these moments.
    let from: Timestamp?
    let until: Timestamp?
    /// Only those booked for one of these; nil for all.
    let reasons: Set<PostingReason>?

    func includes(_ entry: AccountEntry) -> Bool {
        entry.posting > bounds.after && entry.posting < bounds.before && reasons?.contains(entry.reason) ?? true
            && from.map { entry.created >= $0 } ?? true && until.map { entry.created < $0 } ?? true
    }

    /// These, newest first, cut to the limit at the end that the page does not begin with.
    func page(of entries: [AccountEntry]) -> Page<AccountEntry> {
        let sorted = entries.sorted { bounds.isOldestFirst == ($0.posting < $1.posting) && $0.posting != $1.posting }
        let items = sorted.prefix(limit)
        return Page(items: bounds.isOldestFirst ? items.reversed() : Array(items), hasMore: sorted.count > limit)
    }
}

/// What was asked beside an amount, and is shown with it.
struct BalanceFee {
    /// Positive when it was asked, negative when it was given back.
    let amount: Int64
    /// Asked by the platform; else by the processor, for a dispute.
    let isPlatforms: Bool
}

// A bot's money lies on two accounts: what the platform owes it, and what it owes the platform. Bots see them as one: what is
// moved between the two is not shown, and the sum of all that is shown equals the sum of both.
extension StoreReader {
    /// The accounts of `owner` that its balance is made of.
    func balanceAccounts(of owner: Owner, mode: Mode) throws -> [AccountBalance] {
        try accounts(of: owner.bits, mode: mode).filter { $0.key.kind == .botPayable || $0.key.kind == .receivable }
    }

    /// One for each currency, in the order of their codes.
    func standings(of owner: Owner, mode: Mode) throws -> [BalanceStanding] {
        let accounts = try balanceAccounts(of: owner, mode: mode)
        let currencies = Set(accounts.map(\.key.currency)).sorted { $0.code < $1.code }
        return currencies.map { currency in
            var (available, held): (Int64, Int64) = (0, 0)
            for account in accounts where account.key.currency == currency {
                available = available.addingReportingOverflow(account.available).partialValue
                if account.key.kind == .botPayable { held = account.held }
            }
            return BalanceStanding(currency: currency, available: available, held: held)
        }
    }

    /// A page over several accounts, of the entries that are shown.
    func shown(_ range: EntryRange, of accounts: [AccountKey]) throws -> Page<AccountEntry> {
        var range = range
        // Postings lie in the order of their commits, which is that of their times but for moments.
        if let until = range.until {
            range.bounds.before = min(range.bounds.before, try postingNumber(around: until))
        }
        if let from = range.from {
            let first = try postingNumber(around: from.advanced(by: .seconds(-120)))
            range.bounds.after = max(range.bounds.after, first - 1)
        }
        var entries: [AccountEntry] = []
        for account in accounts {
            if let reasons = range.reasons, reasons.allSatisfy(\.isRare) {
                for reason in reasons {
                    entries += try shown(range) { bounds, count in
                        try self.entries(of: account, for: reason, bounds, limit: count)
                    }
                }
            } else {
                entries += try shown(range) { try self.entries(of: account, $0, limit: $1) }
            }
        }
        return range.page(of: entries)
    }

    /// As many as a page needs, and one more.
    private func shown(
        _ range: EntryRange, _ next: (EntryBounds, Int) throws -> Page<AccountEntry>
    ) throws -> [AccountEntry] {
        let count = range.limit + 1
        var (found, bounds): ([AccountEntry], EntryBounds) = ([], range.bounds)
        while found.count < count {
            let page = try next(bounds, count)
            for entry in page.items where try range.includes(entry) && entry.isShown(self) { found.append(entry) }
            guard page.hasMore, let last = page.items.last else { break }
            if bounds.isOldestFirst { bounds.after = last.posting } else { bounds.before = last.posting }
        }
        return found
    }

    /// The entries that one object made: a handful, found without walking through the book.
    func shown(
        _ range: EntryRange, movedBy source: BalanceSource, of owner: Owner, mode: Mode, _ accounts: [AccountKey]
    ) throws -> Page<AccountEntry> {
        var found: [AccountEntry] = []
        for number in Set(try postings(of: source)) {
            guard let entry = try entry(posting: number, owner: owner.bits), entry.counterpart.mode == mode,
                accounts.contains(where: { $0.currency == entry.currency }), range.includes(entry),
                try entry.isShown(self)
            else { continue }
            found.append(entry)
        }
        return range.page(of: found)
    }

    /// Money that went straight to the bot is not on its balance; the fee that was asked for it is.
    private func postings(of source: BalanceSource) throws -> [Int64] {
        switch source {
        case .charge(let id):
            guard let charge = try charge(id), let posting = charge.posting else { return [] }
            guard charge.fundsFlow == .toBot else { return [posting] }
            // A fee is booked together with its charge, right behind it.
            let fee = try entry(posting: posting + 1, owner: Owner.bot(charge.bot).bits)
            return fee?.reason == .platformFee && fee?.source == SIMD2(id.high, id.low) ? [posting + 1] : []
        case .refund(let id):
            guard let refund = try refund(id), try charge(refund.charge)?.fundsFlow == .toPlatform else { return [] }
            return [refund.posting, refund.failurePosting].compactMap { $0 }
        case .dispute(let id):
            guard case .bot(_, .toPlatform)? = try dispute(id)?.debtor else { return [] }
            return try movements(of: id).map(\.posting)
        case .payout(let id):
            guard let payout = try payout(id) else { return [] }
            return [payout.posting, payout.returnPosting].compactMap { $0 }
        }
    }
}

extension AccountEntry {
    /// Whether it is a line of its own for its owner. Fees are shown with what they were asked for, and what is moved between
    /// an owner's own accounts is not shown at all.
    func isShown(_ reader: any StoreReader) throws -> Bool {
        switch reason {
        case .receivableRaised, .receivableRecovered: false
        // A fee on money that went straight to the bot stands alone.
        case .platformFee: try reader.charge(ChargeID(high: source[0], low: source[1]))?.fundsFlow == .toBot
        case .disputeFee, .disputeFeeReversal:
            try reader.movements(of: DisputeID(high: source[0], low: source[1]))
                .first { $0.posting == posting }?.partOf == nil
        case .charge, .refund, .refundReversal, .processorFee, .transferFunding, .transferSent, .transferReceived,
            .transferReturned, .topUp, .cashOut, .cashOutReversal, .chargeback, .chargebackReversal, .payout,
            .adjustment, .partialApproval, .partialReversal, .botPayout, .botPayoutPaid, .botPayoutCanceled,
            .botPayoutFailed:
            true
        }
    }

    /// What was asked together with this; nil for nothing.
    func fee(_ reader: any StoreReader) throws -> BalanceFee? {
        switch reason {
        case .charge:
            guard let charge = try reader.charge(ChargeID(high: source[0], low: source[1])), let fee = charge.fee,
                charge.fundsFlow == .toPlatform
            else { return nil }
            return BalanceFee(amount: fee, isPlatforms: true)
        case .chargeback, .chargebackReversal:
            guard
                let part = try reader.movements(of: DisputeID(high: source[0], low: source[1]))
                    .first(where: { $0.partOf == posting })
            else { return nil }
            let amount = part.amount.minorUnits
            return BalanceFee(amount: part.kind == .feeReturned ? -amount : amount, isPlatforms: false)
        case .refund, .refundReversal, .platformFee, .processorFee, .transferFunding, .transferSent, .transferReceived,
            .transferReturned, .topUp, .cashOut, .cashOutReversal, .disputeFee, .disputeFeeReversal, .receivableRaised,
            .receivableRecovered, .payout, .adjustment, .partialApproval, .partialReversal, .botPayout, .botPayoutPaid,
            .botPayoutCanceled, .botPayoutFailed:
            return nil
        }
    }
}
