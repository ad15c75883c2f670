import Engine
import Ledger
import Payments
import Ports
import Primitives

extension BalanceTransactionID {
    /// One posting as its owner sees it. Nobody else can look it up, so the number need not be secret.
    init(posting: Int64, owner: Owner) {
        self.init(high: owner.bits[0], low: UInt64(bitPattern: posting))
    }

    /// The number of the posting; nil when the identifier belongs to another owner.
    func posting(of owner: Owner) -> Int64? {
        guard high == owner.bits[0], let number = Int64(exactly: low), number > 0 else { return nil }
        return number
    }
}

extension Renderer {
    /// `balance_transaction`, or what `key` says, as an identifier or whole; null without a posting.
    func write(
        _ posting: Int64?, of owner: Owner, as key: StaticString = "balance_transaction", _ expand: Expansion?,
        _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let posting else { return json.null(key) }
        guard let expand, let entry = try reader.entry(posting: posting, owner: owner.bits) else {
            return json.field(key, BalanceTransactionID(posting: posting, owner: owner))
        }
        json.key(key)
        try write(entry, of: owner, expand, reader, into: &json)
    }

    func write(
        _ entry: AccountEntry, of owner: Owner, _ expand: Expansion, _ reader: any StoreReader,
        into json: inout JSONWriter
    ) throws {
        try json.object { json in
            json.field("id", BalanceTransactionID(posting: entry.posting, owner: owner))
            json.field("object", "balance_transaction")
            json.field("amount", entry.amount)
            json.field("available_on", entry.created)
            json.field("created", entry.created)
            json.currency(entry.currency)
            json.nulls("description", "exchange_rate")
            let fee = try entry.fee(reader)
            json.field("fee", fee?.amount ?? 0)
            json.array("fee_details") { json in
                if let fee { writeFee(fee, entry.currency, into: &json) }
            }
            json.field("net", entry.amount.subtractingReportingOverflow(fee?.amount ?? 0).partialValue)
            json.field("reporting_category", entry.reason.reportingCategory)
            try writeSource(of: entry, expand.below("source"), reader, into: &json)
            json.field("status", "available")
            json.field("type", entry.reason.balanceType)
        }
    }

    private func writeFee(_ fee: BalanceFee, _ currency: Currency, into json: inout JSONWriter) {
        json.object { json in
            json.field("amount", fee.amount)
            json.null("application")
            json.currency(currency)
            json.field("description", fee.isPlatforms ? "Platform fee" : "Dispute fee")
            json.field("type", fee.isPlatforms ? "application_fee" : "stripe_fee")
        }
    }

    private func writeSource(
        of entry: AccountEntry, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        switch entry.reason {
        case .charge:
            let id = ChargeID(high: entry.source[0], low: entry.source[1])
            guard let expand, let charge = try reader.charge(id), let payment = try reader.payment(charge.payment)
            else { return json.field("source", id) }
            json.key("source")
            try write(charge, of: payment, expand, reader, into: &json)
        case .refund, .refundReversal:
            let id = RefundID(high: entry.source[0], low: entry.source[1])
            guard let expand, let refund = try reader.refund(id) else { return json.field("source", id) }
            json.key("source")
            try write(refund, expand, reader, into: &json)
        case .platformFee: json.field("source", ChargeID(high: entry.source[0], low: entry.source[1]))
        case .chargeback, .chargebackReversal, .disputeFee, .disputeFeeReversal:
            let id = DisputeID(high: entry.source[0], low: entry.source[1])
            guard let expand, let dispute = try reader.dispute(id) else { return json.field("source", id) }
            json.key("source")
            try write(dispute, expand, reader, into: &json)
        case .botPayout, .botPayoutPaid, .botPayoutCanceled, .botPayoutFailed:
            let id = PayoutID(high: entry.source[0], low: entry.source[1])
            guard let expand, let payout = try reader.payout(id) else { return json.field("source", id) }
            json.key("source")
            try write(payout, expand, reader, into: &json)
        case .processorFee, .transferFunding, .transferSent, .transferReceived, .transferReturned, .topUp,
            .cashOut, .cashOutReversal, .receivableRaised, .receivableRecovered, .payout, .adjustment, .partialApproval,
            .partialReversal:
            json.null("source")
        }
    }

    /// What the platform owes the bot less what the bot owes, one entry for each currency.
    func balance(_ standings: [BalanceStanding], mode: Mode) -> [UInt8] {
        JSONWriter.object(capacity: 400) { json in
            json.field("object", "balance")
            json.array("available") { json in
                for standing in standings { write(standing.available, standing.currency, into: &json) }
            }
            json.field("livemode", mode == .live)
            // Held for refunds whose outcome is open.
            json.array("pending") { json in
                for standing in standings { write(standing.held, standing.currency, into: &json) }
            }
        }
    }

    private func write(_ amount: Int64, _ currency: Currency, into json: inout JSONWriter) {
        json.object { json in
            json.field("amount", amount)
            json.currency(currency)
            json.object("source_types") { $0.field("card", amount) }
        }
    }
}

extension PostingReason {
    /// As `type` of a balance transaction.
    var balanceType: StaticString {
        switch self {
        case .charge: "charge"
        case .refund: "refund"
        case .refundReversal: "refund_failure"
        case .platformFee: "application_fee"
        case .processorFee: "stripe_fee"
        case .payout, .botPayout, .botPayoutPaid: "payout"
        case .botPayoutCanceled: "payout_cancel"
        case .botPayoutFailed: "payout_failure"
        case .transferFunding, .transferSent, .transferReceived, .transferReturned, .topUp, .cashOut, .cashOutReversal,
            .chargeback, .chargebackReversal, .disputeFee, .disputeFeeReversal, .receivableRaised,
            .receivableRecovered, .adjustment, .partialApproval, .partialReversal:
            "adjustment"
        }
    }

    var reportingCategory: StaticString {
        switch self {
        case .charge: "charge"
        case .refund: "refund"
        case .refundReversal: "refund_failure"
        case .platformFee: "platform_earning"
        case .processorFee: "fee"
        case .payout, .botPayout, .botPayoutPaid: "payout"
        case .botPayoutCanceled, .botPayoutFailed: "payout_reversal"
        case .chargeback, .disputeFee: "dispute"
        case .chargebackReversal, .disputeFeeReversal: "dispute_reversal"
        case .transferFunding, .transferSent, .transferReceived, .transferReturned, .topUp, .cashOut, .cashOutReversal,
            .receivableRaised, .receivableRecovered, .adjustment, .partialApproval, .partialReversal:
            "other_adjustment"
        }
    }
}
