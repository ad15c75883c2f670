import Engine
package import Payments
package import Ports
import Primitives

extension Renderer {
    /// `payout`, as bots read it.
    package func payout(_ payout: Payout, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        var json = JSONWriter(capacity: 900)
        try write(payout, Expansion(expand), reader, into: &json)
        return json.bytes
    }

    /// What `/v1/external_accounts` shows; of one that was removed, only that.
    package func payoutDestination(_ destination: PayoutDestination, _ reader: any StoreReader) throws -> [UInt8] {
        var json = JSONWriter(capacity: 700)
        try write(destination, reader, into: &json)
        return json.bytes
    }

    func write(
        _ payout: Payout, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        let texts = try sealing.fields(of: payout)
        try json.object { json in
            json.field("id", payout.id)
            json.field("object", "payout")
            json.field("amount", payout.amount.minorUnits)
            json.field("arrival_date", payout.arrival)
            json.field("automatic", payout.isAutomatic)
            try write(
                payout.posting, of: .bot(payout.bot), expand.below("balance_transaction"), reader, into: &json)
            json.field("created", payout.created)
            json.currency(payout.amount.currency)
            json.field("description", texts["description"])
            try writeDestination(of: payout, expand.below("destination"), reader, into: &json)
            try write(
                payout.returnPosting, of: .bot(payout.bot), as: "failure_balance_transaction",
                expand.below("failure_balance_transaction"), reader, into: &json)
            json.text("failure_code", payout.failure?.name)
            json.text("failure_message", payout.failure?.message)
            json.field("livemode", payout.mode == .live)
            json.metadata(texts)
            json.field("method", payout.method.name)
            json.null("original_payout")
            // Florin does not say which payments a payout consists of.
            json.field("reconciliation_status", "not_applicable")
            json.null("reversed_by")
            json.field("source_type", "card")
            json.field("statement_descriptor", texts["statement_descriptor"])
            json.field("status", payout.state.name)
            json.object("trace_id") { json in
                json.text("status", payout.reference == nil ? "pending" : "supported")
                json.field("value", payout.reference)
            }
            // The description has two words; an account at PayPal is no card.
            json.field("type", payout.rail == .card ? "card" : "bank_account")
        }
    }

    private func writeDestination(
        of payout: Payout, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard expand != nil, let destination = try reader.payoutDestination(payout.destination) else {
            return json.field("destination", payout.destination)
        }
        json.key("destination")
        try write(destination, reader, into: &json)
    }

    func write(_ destination: PayoutDestination, _ reader: any StoreReader, into json: inout JSONWriter) throws {
        guard destination.state != .removed else {
            return json.object { json in
                json.field("id", destination.id)
                json.field("object", destination.rail.name)
                json.field("deleted", true)
            }
        }
        let texts = try sealing.fields(of: destination)
        let card = try destination.card.flatMap { try reader.paymentMethod($0) }
        json.object { json in
            json.field("id", destination.id)
            json.field("object", destination.rail.name)
            json.null("account")
            json.array("available_payout_methods") { json in
                json.value("standard")
                if destination.rail.isPushed { json.value("instant") }
            }
            switch destination.rail {
            case .card: if let card { writeCard(card, into: &json) }
            case .paypal: json.field("email", texts["email"])
            case .bank: writeAccount(destination, texts, into: &json)
            }
            json.field("country", destination.country)
            json.field("created", destination.created)
            json.currency(destination.currency)
            json.field("default_for_currency", destination.isDefault)
            json.field("livemode", destination.mode == .live)
            json.metadata(texts)
            // Ours: from when on it is paid out to.
            json.field("payouts_from", destination.usableFrom)
            json.field("status", destination.statusName)
        }
    }

    private func writeCard(_ card: PaymentMethod, into json: inout JSONWriter) {
        json.nulls(
            "address_city", "address_country", "address_line1", "address_line1_check", "address_line2",
            "address_state", "address_zip", "address_zip_check")
        json.field("brand", card.brand.displayName)
        json.nulls("cvc_check", "dynamic_last4")
        json.field("exp_month", card.expiry.month)
        json.field("exp_year", card.expiry.year)
        json.field("fingerprint", card.shownFingerprint)
        json.field("funding", card.funding.name)
        json.field("last4", card.lastFour.text)
        json.nulls("name", "tokenization_method")
    }

    private func writeAccount(
        _ destination: PayoutDestination, _ texts: DetailFields, into json: inout JSONWriter
    ) {
        json.field("account_holder_name", texts["account_holder_name"])
        json.field("account_holder_type", texts["account_holder_type"])
        json.null("account_type")
        json.field("bank_name", texts["bank_name"])
        json.null("fingerprint")
        json.field("last4", destination.lastFour)
        json.field("routing_number", texts["routing_number"])
    }

    /// `balance_settings`: when the bot is paid out by itself.
    func balanceSettings(_ plan: PayoutPlan) -> [UInt8] {
        JSONWriter.object(capacity: 500) { json in
            json.field("object", "balance_settings")
            json.object("payments") { json in
                json.null("debit_negative_balances")
                json.object("payouts") { json in
                    json.object("minimum_balance_by_currency") { json in
                        for minimum in plan.minimums {
                            json.key(escaping: minimum.currency.lowercaseCode)
                            json.value(minimum.amount)
                        }
                    }
                    json.object("schedule") { write(plan.schedule, into: &$0) }
                    json.null("statement_descriptor")
                    json.field("status", "enabled")
                }
                json.object("settlement_timing") { json in
                    json.field("delay_days", Int64(0))
                    json.null("delay_days_override")
                }
            }
        }
    }

    private func write(_ schedule: PayoutSchedule, into json: inout JSONWriter) {
        json.field("interval", schedule.interval.name)
        if schedule.interval == .monthly {
            json.array("monthly_payout_days") { json in
                for day in 1...31 where schedule.monthDays & (1 << (Int64(day) - 1)) != 0 { json.value(Int64(day)) }
            }
        }
        if let next = schedule.nextDay { json.field("next_payout_date", Timestamp(day: next)) }
        if schedule.interval == .weekly {
            json.array("weekly_payout_days") { json in
                for (bit, name) in Weekdays.names.enumerated() where schedule.weekdays & (1 << Int64(bit)) != 0 {
                    json.value(name)
                }
            }
        }
    }
}

/// The days of the week, Monday first, as a schedule counts them.
enum Weekdays {
    static let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
}

extension PayoutMethod {
    var name: StaticString {
        switch self {
        case .standard: "standard"
        case .instant: "instant"
        }
    }
}

extension PayoutDestination {
    /// In the words that Stripe has for bank accounts.
    var statusName: StaticString {
        switch (state, rail) {
        case (.checking, _): "new"
        case (.usable, .card): "verified"
        case (.usable, _): "validated"
        case (.refused, _): "verification_failed"
        case (.removed, _): "deleted"
        }
    }
}

extension PayoutFailure {
    var message: StaticString {
        switch self {
        case .couldNotProcess: "The payout could not be sent. The amount is in your balance again; try again later."
        case .declined: "The destination refused the money. Try another external account."
        case .accountClosed: "The account has been closed."
        case .accountFrozen: "The account has been frozen."
        case .invalidAccountNumber: "The account's number is not a valid one."
        case .noAccount: "The account was not found."
        case .incorrectAccountHolderName: "The account's holder has another name."
        case .bankAccountRestricted: "The account does not take payouts."
        case .unsupportedCard: "The card takes no payouts."
        case .invalidCurrency: "The account does not take this currency."
        }
    }
}
