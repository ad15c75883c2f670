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
    func newestShown(_ limit: Int, of accounts: [AccountKey], before: Int64?) throws -> Page<AccountEntry> {
        var entries: [AccountEntry] = []
        for account in accounts { entries += try shown(limit + 1, of: account, before: before) }
        entries.sort { $0.posting > $1.posting }
        return Page(items: Array(entries.prefix(limit)), hasMore: entries.count > limit)
    }

    private func shown(_ count: Int, of account: AccountKey, before: Int64?) throws -> [AccountEntry] {
        var (found, cursor): ([AccountEntry], Int64?) = ([], before)
        while found.count < count {
            let page = try entries(of: account, before: cursor, limit: count)
            for entry in page.items where try entry.isShown(self) { found.append(entry) }
            guard page.hasMore, let last = page.items.last else { break }
            cursor = last.posting
        }
        return Array(found.prefix(count))
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
            .adjustment, .partialApproval, .partialReversal:
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
            .receivableRecovered, .payout, .adjustment, .partialApproval, .partialReversal:
            return nil
        }
    }
}
