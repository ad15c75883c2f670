import Payments
import Ports
import Primitives

extension DetailFields {
    /// What the cardholder agrees to with this payment: `on_session` or `off_session`.
    package static let futureUsage = "setup_future_usage"
    /// Why the merchant charges the card while its holder is away; none when the holder is there.
    package static let offSession = "off_session"
    /// The mandate that a charge rests on, or that came of it.
    package static let mandate = "mandate"
    /// `manual`: only the server confirms.
    package static let confirmationMethod = "confirmation_method"
    package static let statementSuffix = "statement_descriptor_suffix"
    /// `any`: the cardholder is to authenticate, as the bot wants it.
    package static let threeDSecure = "request_three_d_secure"
    /// The same, as a rule of the operator's wants it.
    static let ruledAuthentication = "risk_authentication"
    /// `if_available`: the hold may be raised later.
    package static let increments = "request_incremental_authorization"
    /// Texts that go into the message of a charge, and mean nothing once it was sent.
    static let terms: Set<String> = [futureUsage, statementSuffix, threeDSecure, increments]
    /// Nobody is there to be asked: an attempt that wants the cardholder to act is declined.
    package static let errorOnAction = "error_on_requires_action"
    /// How, when and from where the cardholder agreed.
    package static let acceptanceType = "acceptance.type"
    package static let acceptanceTime = "acceptance.at"
    package static let acceptanceAddress = "acceptance.ip_address"
    package static let acceptanceAgent = "acceptance.user_agent"

    var futureUsage: FutureUsage? { self[Self.futureUsage].flatMap { FutureUsage(name: $0) } }

    var merchantReason: MerchantReason? { self[Self.offSession].flatMap { MerchantReason(name: $0) } }

    /// These texts of a payment with those of one confirmation: what went with an earlier one alone is gone.
    func confirmed(with texts: DetailFields) -> DetailFields {
        var next = withoutAcceptance
        for name in [Self.offSession, Self.mandate, Self.errorOnAction] { next[name] = nil }
        // Where goods go is said as a whole.
        if texts.allNames.contains(where: { $0.hasPrefix(Self.shipping) }) {
            for name in next.allNames where name.hasPrefix(Self.shipping) { next[name] = nil }
        }
        next.merge(texts)
        return next
    }

    /// These texts without how the cardholder agreed: that lies with the mandate, which is destroyed with the card.
    var withoutAcceptance: DetailFields {
        var next = self
        for name in [Self.acceptanceType, Self.acceptanceTime, Self.acceptanceAddress, Self.acceptanceAgent] {
            next[name] = nil
        }
        return next
    }

    /// Whether the cardholder has to authenticate, whoever wants that.
    var requiresAuthentication: Bool { self[Self.threeDSecure] == "any" || self[Self.ruledAuthentication] != nil }

    /// Whether an attempt ends when the cardholder would have to act.
    var refusesAction: Bool { merchantReason != nil || self[Self.errorOnAction] != nil }

    /// What a charge of a card needs of the connection that takes it.
    var neededOfCharges: RoutedNeed {
        requiresAuthentication ? .authenticatedCharge(returnURL: self["return_url"]) : .charge
    }

    /// What is sent of the descriptors: the suffix where there is one, for cards show it behind the account's own name.
    func statementDescriptor(of bot: Bot) -> String? {
        self[Self.statementSuffix] ?? self["statement_descriptor"] ?? bot.statementDescriptor
    }
}

extension FutureUsage {
    /// As the API writes it.
    package var name: String {
        switch self {
        case .onSession: "on_session"
        case .offSession: "off_session"
        }
    }

    /// Reads what the API writes.
    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

extension MerchantReason {
    /// As it is kept with a payment.
    package var name: String {
        switch self {
        case .recurring: "recurring"
        case .installment: "installment"
        case .unscheduled: "unscheduled"
        }
    }

    init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

extension PaymentMethod {
    /// How a charge of this card is marked that the cardholder starts. Reads nothing: what is known of the card says it.
    func credential(_ details: DetailFields) -> StoredCredential? {
        guard instrument == .card else { return nil }
        if let usage = details.futureUsage { return .first(for: usage) }
        // A security code that was never used: the card was kept, and never charged.
        return holder == .nobody || awaitsSecurityCode ? nil : .cardholderAgain
    }
}

extension StoreReader {
    /// How a charge is marked; a charge without the cardholder quotes what the card's first one was called.
    func credential(of method: PaymentMethod, _ details: DetailFields) throws -> StoredCredential? {
        guard let reason = details.merchantReason else { return method.credential(details) }
        return .merchant(reason, networkTransactionID: try keptCredential(of: method.id)?.networkTransactionID)
    }

    /// The mandate that lets the owner charge the card while its holder is away.
    /// - Parameter named: what the caller named, if anything.
    /// - Throws: when there is none, or another one.
    func consent(to method: PaymentMethod, named: String?) throws -> Mandate {
        guard method.instrument == .card else {
            throw Refusal.invalid(
                parameter: "off_session", code: "payment_method_unexpected_state",
                message: "Only cards are charged off session; name a payment method of type card.")
        }
        if let named {
            guard let id = MandateID(named), let mandate = try mandate(id), mandate.paymentMethod == method.id else {
                throw Refusal.invalid(
                    parameter: "mandate", code: "payment_intent_mandate_invalid",
                    message: "There is no such mandate for this payment method.")
            }
            guard mandate.allowsOffSession else {
                throw Refusal.invalid(
                    parameter: "mandate", code: "payment_intent_mandate_invalid",
                    message: "This mandate is not active, or does not cover charges without the cardholder.")
            }
            return mandate
        }
        guard let mandate = try mandates(of: method.id).last(where: { $0.allowsOffSession }) else {
            throw Refusal.invalid(
                parameter: "off_session", code: "payment_intent_mandate_invalid",
                message: "Nobody agreed that this card may be charged without its holder. Get that agreement with a "
                    + "setup intent, or with a payment that has setup_future_usage=off_session.")
        }
        return mandate
    }
}

/// What was agreed, and by what.
struct Agreement {
    let usage: FutureUsage
    let source: MandateSource
    let bot: BotID
    let mode: Mode
    let customer: CustomerID?
    let connection: ConnectionID
    let operation: OperationID
    let networkTransactionID: String?
    /// How the cardholder agreed, among other texts.
    let texts: DetailFields
}

extension Settlement {
    /// Keeps a card as its holder agreed: saves it with the customer, notes what later charges quote, makes the mandate.
    /// - Returns: the mandate that is in force for the card now.
    func keep(_ id: PaymentMethodID, _ agreement: Agreement) throws -> MandateID? {
        guard var method = try transaction.paymentMethod(id), method.instrument == .card else { return nil }
        // Taken away while the processor was being asked: nothing is kept that its owner has given up.
        if method.isConsumed { return nil }
        let wasHeld = method.holder != .nobody
        if let customer = agreement.customer, !wasHeld { method.holder = .customer(customer) }
        if method.awaitsSecurityCode || method.holder != .nobody && !wasHeld {
            method.awaitsSecurityCode = false
            try transaction.update(method)
        }
        if method.holder != .nobody, !wasHeld {
            try emit(.paymentMethodAttached, method, agreement, try tools.renderer.paymentMethod(method, transaction))
        }
        let credential = agreement.networkTransactionID.flatMap {
            KeptCredential(
                paymentMethod: id, networkTransactionID: $0, connection: agreement.connection,
                operation: agreement.operation, created: now)
        }
        if let credential { try transaction.keep(credential) }
        return try mandate(for: method, agreement)
    }

    private func mandate(for method: PaymentMethod, _ agreement: Agreement) throws -> MandateID {
        for var earlier in try transaction.mandates(of: method.id) where earlier.status == .active {
            // Who agreed to more has agreed to less.
            if earlier.usage == .offSession, agreement.usage == .onSession { return earlier.id }
            earlier.status = .inactive
            try transaction.update(earlier)
            try told(earlier)
        }
        let id: MandateID = tools.randomness.identifier(at: now)
        var origin = DetailFields()
        for name in [DetailFields.acceptanceAddress, DetailFields.acceptanceAgent] {
            origin[name] = agreement.texts[name]
        }
        let accepted = agreement.texts[DetailFields.acceptanceTime].flatMap { Int64($0) }.map { Timestamp(seconds: $0) }
        let salt = tools.randomness.bytes(16)
        let mandate = Mandate(
            id: id, bot: agreement.bot, mode: agreement.mode, paymentMethod: method.id, usage: agreement.usage,
            source: agreement.source,
            acceptance: agreement.texts[DetailFields.acceptanceType] == "offline" ? .offline : .online,
            accepted: accepted ?? now, subjectSalt: salt,
            details: try tools.sealing.seal(origin, .mandateAcceptance, of: id, mode: agreement.mode, salt: salt),
            created: now)
        try transaction.insert(mandate)
        return id
    }

    private func told(_ mandate: Mandate) throws {
        try tools.outbox.emit(
            .mandateUpdated, about: mandate.id, to: .bot(mandate.bot), mode: mandate.mode, at: now, request: request,
            object: try tools.renderer.mandate(mandate, transaction), in: transaction)
    }

    private func emit(
        _ type: EventType, _ method: PaymentMethod, _ agreement: Agreement, _ object: [UInt8]
    ) throws {
        try tools.outbox.emit(
            type, about: method.id, to: .bot(agreement.bot), mode: agreement.mode, at: now, request: request,
            object: object, in: transaction)
    }

    /// Revokes what was agreed about a card that its owner takes away.
    func revokeMandates(for method: PaymentMethodID) throws {
        try transaction.forgetCredential(of: method)
        for var mandate in try transaction.mandates(of: method) where mandate.status == .active {
            mandate.status = .inactive
            try transaction.update(mandate)
            try told(mandate)
        }
    }

    /// What an approved first charge leaves behind, if its payment says that the card is kept.
    /// - Returns: whether it does: then the card is not used up by the charge.
    func keepCard(of payment: inout Payment, _ charge: Charge) throws -> Bool {
        guard payment.details != nil else { return false }
        var texts = try tools.sealing.fields(of: payment)
        guard let usage = texts.futureUsage else {
            try forget(texts, of: &payment)
            return false
        }
        let agreement = Agreement(
            usage: usage, source: .payment(payment.id), bot: payment.bot, mode: payment.mode,
            customer: payment.customer, connection: charge.connection, operation: charge.id.retyped(),
            networkTransactionID: charge.approval?.networkTransactionID, texts: texts)
        let mandate = try keep(charge.paymentMethod, agreement)
        texts = texts.withoutAcceptance
        texts[DetailFields.mandate] = mandate?.text
        payment.details = try tools.sealing.seal(
            texts, .paymentDetails, of: payment.id, mode: payment.mode, salt: payment.id.bytes)
        return mandate != nil
    }

    /// An attempt that came to nothing: how its cardholder agreed is nobody's business any more.
    func forgetAcceptance(of payment: inout Payment) throws {
        guard payment.details != nil else { return }
        try forget(try tools.sealing.fields(of: payment), of: &payment)
    }

    private func forget(_ texts: DetailFields, of payment: inout Payment) throws {
        guard texts[DetailFields.acceptanceType] != nil else { return }
        payment.details = try tools.sealing.seal(
            texts.withoutAcceptance, .paymentDetails, of: payment.id, mode: payment.mode, salt: payment.id.bytes)
    }
}
