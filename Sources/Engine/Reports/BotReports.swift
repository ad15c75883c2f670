import Ledger
import Payments
import Ports
import Primitives

extension ReportMaker {
    /// A bot's money is on two accounts of each currency: what it is owed and what it owes. Reports show them as one, as the
    /// API does: what moves between the two is no line of its own.
    func write(_ bot: BotID, _ mode: Mode, _ day: ReportDay, _ writers: [ReportType: ReportWriter]) async throws {
        let owner = Owner.bot(bot)
        let accounts = try await store.read { reader -> [AccountBalance] in
            guard try reader.bot(bot) != nil else { throw ReportRefusal.noSuchOwner }
            return try reader.accounts(of: bot.bits, mode: mode).filter {
                $0.key.kind == .botPayable || $0.key.kind == .receivable
            }
        }
        let currencies = Set(accounts.map(\.key.currency)).sorted { $0.code < $1.code }
        for currency in currencies {
            var (opening, closing): (Int64, Int64) = (0, 0)
            var numbers: Set<Int64> = []
            for account in accounts where account.key.currency == currency {
                let found = try await read(account, day)
                opening += found.opening
                closing += found.closing
                numbers.formUnion(found.postings)
            }
            var sums: [String: Int64] = [:]
            try await entries(numbers.sorted(), of: owner) { entry in
                guard let line = entry.reason.botLine else { return }
                sums[line, default: 0] += entry.amount
                try await list(entry, line, owner, writers)
            }
            try await balance(currency, opening, closing, sums, writers)
        }
    }

    private func balance(
        _ currency: Currency, _ opening: Int64, _ closing: Int64, _ sums: [String: Int64],
        _ writers: [ReportType: ReportWriter]
    ) async throws {
        let total = sums.values.reduce(opening, &+)
        guard total == closing else {
            throw ReportRefusal.doesNotTie(
                "in \(currency.code) the day began with \(opening), its lines come to \(total - opening), and it ended "
                    + "with \(closing)")
        }
        guard opening != 0 || closing != 0 || !sums.isEmpty else { return }
        var lines = [("opening", opening)]
        for name in sums.keys.sorted() { lines.append((name, sums[name] ?? 0)) }
        lines.append(("closing", closing))
        for (name, amount) in lines {
            var line = CSVLine()
            line.add(currency.lowercaseCode)
            line.add(name)
            line.add(amount)
            try await writers[.balance]?.add(line)
        }
    }

    private func list(
        _ entry: ReportedEntry, _ type: String, _ owner: Owner, _ writers: [ReportType: ReportWriter]
    ) async throws {
        var line = CSVLine()
        line.add(Identifier<BalanceTransactionKind>(high: owner.bits[0], low: UInt64(bitPattern: entry.posting)).text)
        line.add(entry.created.description)
        line.add(type)
        line.add(entry.reason.sourceText(entry.source))
        line.add(Money(minorUnits: entry.amount, currency: entry.currency))
        try await writers[.transactions]?.add(line)
        try await listApart(entry, type, writers)
    }

    /// What stands in a file of its own as well. Each is held to the object that it is about.
    func listApart(
        _ entry: ReportedEntry, _ type: String, _ writers: [ReportType: ReportWriter]
    ) async throws {
        switch entry.reason {
        case .platformFee, .processorFee: try await writers[.fees]?.add(fee(entry, type))
        case .botPayout, .botPayoutPaid, .botPayoutCanceled, .botPayoutFailed:
            let line = try await payout(entry, type)
            try await writers[.payouts]?.add(line)
        case .chargeback, .chargebackReversal, .disputeFee, .disputeFeeReversal:
            let line = try await dispute(entry, type)
            try await writers[.disputes]?.add(line)
            if entry.reason == .disputeFee || entry.reason == .disputeFeeReversal {
                try await writers[.fees]?.add(fee(entry, type))
            }
        case .charge, .refund, .refundReversal, .transferFunding, .transferSent, .transferReceived, .transferReturned,
            .topUp, .cashOut, .cashOutReversal, .receivableRaised, .receivableRecovered, .payout, .adjustment,
            .partialApproval, .partialReversal:
            break
        }
    }

    private func fee(_ entry: ReportedEntry, _ type: String) -> CSVLine {
        var line = CSVLine()
        line.add(entry.posting)
        line.add(entry.created.description)
        line.add(type)
        line.add(entry.reason.sourceText(entry.source))
        line.add(Money(minorUnits: entry.amount, currency: entry.currency))
        return line
    }

    private func payout(_ entry: ReportedEntry, _ type: String) async throws -> CSVLine {
        let id = PayoutID(bits: entry.source)
        guard let payout = try await store.read({ try $0.payout(id) }),
            payout.amount == Money(minorUnits: abs(entry.amount), currency: entry.currency)
        else { throw ReportRefusal.doesNotTie("posting \(entry.posting) is not what \(id) says") }
        var line = CSVLine()
        line.add(id.text)
        line.add(entry.created.description)
        line.add(type)
        line.add(payout.destination.text)
        line.add(payout.rail.name.description)
        line.add(payout.method == .instant ? "instant" : "standard")
        line.add(payout.isAutomatic ? "true" : "false")
        line.add(ReportDay(day: payout.arrival.day).text)
        line.add(Money(minorUnits: entry.amount, currency: entry.currency))
        return line
    }

    private func dispute(_ entry: ReportedEntry, _ type: String) async throws -> CSVLine {
        let id = DisputeID(bits: entry.source)
        let (dispute, movements) = try await store.read { (try $0.dispute(id), try $0.movements(of: id)) }
        var subject = ""
        if let dispute {
            // What a processor took for a charge that nobody knows has no dispute of its own.
            guard
                movements.contains(where: {
                    $0.posting == entry.posting && $0.amount.minorUnits == abs(entry.amount)
                })
            else { throw ReportRefusal.doesNotTie("posting \(entry.posting) is not what \(id) says") }
            subject =
                switch dispute.subject {
                case .charge(let charge, _): charge.text
                case .transfer(let transfer): transfer.text
                case .topUp(let movement): movement.text
                }
        }
        var line = CSVLine()
        line.add(id.text)
        line.add(entry.created.description)
        line.add(type)
        line.add(subject)
        line.add(Money(minorUnits: entry.amount, currency: entry.currency))
        return line
    }
}

extension PostingReason {
    /// Under which name a bot finds it; nil for what moves between its own two accounts.
    var botLine: String? {
        switch self {
        case .receivableRaised, .receivableRecovered: nil
        default: name
        }
    }

    /// As `florinctl ledger` has it: `botPayout` as `bot_payout`.
    var name: String {
        "\(self)".map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
    }

    /// The object that caused it, as its kind is named.
    func sourceText(_ bits: SIMD2<UInt64>) -> String {
        switch self {
        case .charge, .platformFee: ChargeID(bits: bits).text
        case .refund, .refundReversal: RefundID(bits: bits).text
        case .transferFunding, .transferSent, .transferReceived, .transferReturned: FriendTransferID(bits: bits).text
        case .topUp, .cashOut, .cashOutReversal: WalletMovementID(bits: bits).text
        case .chargeback, .chargebackReversal, .disputeFee, .disputeFeeReversal: DisputeID(bits: bits).text
        case .botPayout, .botPayoutPaid, .botPayoutCanceled, .botPayoutFailed: PayoutID(bits: bits).text
        case .processorFee, .payout: SettlementLineID(bits: bits).text
        case .adjustment: ProposalID(bits: bits).text
        case .receivableRaised, .receivableRecovered, .partialApproval, .partialReversal: OperationID(bits: bits).text
        }
    }
}
