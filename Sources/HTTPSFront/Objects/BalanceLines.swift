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

/// Which entries a list shows, newest first.
struct EntryRange {
    let limit: Int
    /// Only postings with a smaller number.
    var before: Int64?
    /// Only those made at or after, and before, these moments.
    let from: Timestamp?
    let until: Timestamp?

    func includes(_ time: Timestamp) -> Bool { !isBefore(time, margin: .zero) && (until.map { time < $0 } ?? true) }

    /// Whether nothing more can come, walking back: postings lie in the order of their commits, which is that of their times
    /// but for moments.
    func isBefore(_ time: Timestamp, margin: Duration = .seconds(60)) -> Bool {
        from.map { time.advanced(by: margin) < $0 } ?? false
    }

    func page(of entries: [AccountEntry]) -> Page<AccountEntry> {
        let sorted = entries.sorted { $0.posting > $1.posting }
        return Page(items: Array(sorted.prefix(limit)), hasMore: sorted.count > limit)
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

    /// The newest entries over several accounts, of those that are shown.
    func newestShown(_ range: EntryRange, of accounts: [AccountKey]) throws -> Page<AccountEntry> {
        var range = range
        if let until = range.until {
            let number = try postingNumber(around: until)
            range.before = min(range.before ?? number, number)
        }
        var entries: [AccountEntry] = []
        for account in accounts { entries += try shown(range, of: account) }
        return range.page(of: entries)
    }

    private func shown(_ range: EntryRange, of account: AccountKey) throws -> [AccountEntry] {
        let count = range.limit + 1
        var (found, cursor): ([AccountEntry], Int64?) = ([], range.before)
        while found.count < count {
            let page = try entries(of: account, before: cursor, limit: count)
            for entry in page.items where try range.includes(entry.created) && entry.isShown(self) {
                found.append(entry)
            }
            guard page.hasMore, let last = page.items.last, !range.isBefore(last.created) else { break }
            cursor = last.posting
        }
        return Array(found.prefix(count))
    }

    /// The entries that one object made: a handful, found without walking through the book.
    func shown(
        _ range: EntryRange, movedBy source: BalanceSource, of owner: Owner, mode: Mode, _ currency: Currency?
    ) throws -> Page<AccountEntry> {
        var found: [AccountEntry] = []
        for number in Set(try postings(of: source)) {
            guard range.before.map({ number < $0 }) ?? true, let entry = try entry(posting: number, owner: owner.bits),
                entry.counterpart.mode == mode, currency == nil || entry.currency == currency,
                range.includes(entry.created), try entry.isShown(self)
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
