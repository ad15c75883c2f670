package import Payments
package import Ports
package import Primitives

/// Seals and opens the texts of objects in the one context each belongs to, so that the engine, the wire types and the
/// rotation cannot disagree about it. The rules stand at `SealedField` in the vault's port.
package struct SealedFields: Sendable {
    private let vault: any Vault

    package init(vault: any Vault) {
        self.vault = vault
    }

    /// - Returns: nil for no fields at all.
    package func seal<Kind>(
        _ fields: DetailFields, _ field: SealedField, of row: Identifier<Kind>, mode: Mode, salt: [UInt8]
    ) throws -> SealedDetails? {
        guard !fields.isEmpty else { return nil }
        let sealed = try vault.seal(fields.encoded, SealContext(field, of: row, mode: mode, subjectSalt: salt))
        return SealedDetails(dataKey: sealed.dataKey, box: sealed.box)
    }

    /// - Returns: no fields when nothing was sealed.
    package func open<Kind>(
        _ details: SealedDetails?, _ field: SealedField, of row: Identifier<Kind>, mode: Mode, salt: [UInt8]
    ) throws -> DetailFields {
        guard let details else { return DetailFields() }
        let context = SealContext(field, of: row, mode: mode, subjectSalt: salt)
        let bytes = try vault.open(SealedBytes(dataKey: details.dataKey, box: details.box), context).exposed()
        guard let fields = DetailFields(encoded: bytes) else {
            throw StoreError.corrupt("sealed fields of \(row) do not decode")
        }
        return fields
    }

    /// Opens the texts of a payment: description, metadata, descriptor, return address.
    package func fields(of payment: Payment) throws -> DetailFields {
        try open(payment.details, .paymentDetails, of: payment.id, mode: payment.mode, salt: payment.id.bytes)
    }

    /// Opens the texts of a setup intent.
    package func fields(of intent: SetupIntent) throws -> DetailFields {
        try open(intent.details, .setupDetails, of: intent.id, mode: intent.mode, salt: intent.id.bytes)
    }

    /// Opens from where a mandate was agreed to.
    package func fields(of mandate: Mandate) throws -> DetailFields {
        try open(
            mandate.details, .mandateAcceptance, of: mandate.id, mode: mandate.mode, salt: mandate.subjectSalt)
    }

    /// Opens the texts of a refund: metadata.
    package func fields(of refund: Refund) throws -> DetailFields {
        try open(refund.details, .refundDetails, of: refund.id, mode: refund.mode, salt: refund.id.bytes)
    }

    /// Opens the texts of a dispute: evidence and metadata.
    package func fields(of dispute: Dispute) throws -> DetailFields {
        try open(dispute.details, .disputeDetails, of: dispute.id, mode: dispute.mode, salt: dispute.id.bytes)
    }

    /// Opens the texts of a payout: description, statement descriptor, metadata.
    package func fields(of payout: Payout) throws -> DetailFields {
        try open(payout.details, .payoutDetails, of: payout.id, mode: payout.mode, salt: payout.id.bytes)
    }

    /// Opens the texts of a webhook endpoint: description, metadata.
    package func fields(of endpoint: WebhookEndpoint) throws -> DetailFields {
        try open(
            endpoint.details, .webhookDetails, of: endpoint.id, mode: endpoint.mode, salt: endpoint.id.bytes)
    }

    /// Opens what is known of a place that a bot is paid out to.
    package func fields(of destination: PayoutDestination) throws -> DetailFields {
        try open(
            destination.details, .payoutDestination, of: destination.id, mode: destination.mode,
            salt: destination.id.bytes)
    }

    /// Opens the texts of a friend transfer: its note.
    package func fields(of transfer: FriendTransfer) throws -> DetailFields {
        try open(transfer.note, .transferNote, of: transfer.id, mode: transfer.mode, salt: transfer.id.bytes)
    }

    /// Opens the texts of a customer: who they are, and metadata.
    package func fields(of customer: Customer) throws -> DetailFields {
        try open(customer.profile, .customerProfile, of: customer.id, mode: customer.mode, salt: customer.subjectSalt)
    }

    /// Opens the texts of a person: who they are, and metadata.
    package func fields(of person: Person) throws -> DetailFields {
        try open(person.profile, .personProfile, of: person.id, mode: person.mode, salt: person.subjectSalt)
    }

    /// Opens the texts of a card: its billing details, and metadata.
    package func fields(of method: PaymentMethod) throws -> DetailFields {
        try open(method.billing, .billingDetails, of: method.id, mode: method.mode, salt: method.subjectSalt)
    }

    /// Opens what a checkout sells, and the bot's texts.
    package func texts(of checkout: Checkout) throws -> DetailFields {
        try open(checkout.terms, .checkoutTerms, of: checkout.id, mode: checkout.mode, salt: checkout.id.bytes)
    }

    /// Opens what a buyer said of themself.
    package func buyer(of checkout: Checkout) throws -> DetailFields {
        try open(checkout.buyer, .checkoutBuyer, of: checkout.id, mode: checkout.mode, salt: checkout.id.bytes)
    }

    /// Opens what a link's checkouts sell.
    package func texts(of link: PaymentLink) throws -> DetailFields {
        try open(link.terms, .paymentLinkTerms, of: link.id, mode: link.mode, salt: link.id.bytes)
    }

    /// Under which checkouts are found by a text of their bot's own: nobody can tell the text from it.
    package func hash(ofBot bot: BotID, _ mode: Mode, _ kind: StaticString, _ text: String) -> [UInt8] {
        let scope = Array("checkout \(kind) ".utf8) + bot.bytes + [mode == .live ? 1 : 0]
        return vault.hash(scope + Array(text.utf8), .personalLookup).bytes
    }

    /// Under which the checkouts are found where somebody left this e-mail address or telephone number.
    func buyerHash(email: String) -> [UInt8] { buyerHash("buyer e-mail ", email.lowercased()) }

    /// Of a telephone number only the digits count, and a plus in front.
    func buyerHash(phone: String) -> [UInt8] {
        buyerHash("buyer phone ", String(phone.filter { $0.isASCII && ($0.isNumber || $0 == "+") }))
    }

    private func buyerHash(_ kind: StaticString, _ text: String) -> [UInt8] {
        vault.hash(Array("\(kind)".utf8) + Array(text.utf8), .personalLookup).bytes
    }

    /// By what a checkout's buyer is found; nothing for a customer's, who are found by themselves.
    func buyerHashes(of checkout: Checkout, _ buyer: DetailFields) -> [[UInt8]] {
        guard checkout.customer == nil else { return [] }
        let email = buyer["email"].map { buyerHash(email: $0) }
        let phone = buyer["phone"].map { buyerHash(phone: $0) }
        return [email, phone].compactMap { $0 }
    }

    /// Under which attempts from an address are counted: nobody can tell the address from it.
    func hash(of address: NetworkAddress) -> [UInt8] {
        vault.hash(Array("payer address".utf8) + address.bytes, .personalLookup).bytes
    }

    /// Opens an event's object: JSON.
    package func payload(of event: Event) throws -> [UInt8] {
        let context = SealContext(.eventPayload, of: event.id, mode: event.mode)
        return try vault.open(SealedBytes(dataKey: event.payload.dataKey, box: event.payload.box), context).exposed()
    }

    func seal(payload: [UInt8], of event: EventID, mode: Mode) throws -> SealedDetails {
        let sealed = try vault.seal(payload, SealContext(.eventPayload, of: event, mode: mode))
        return SealedDetails(dataKey: sealed.dataKey, box: sealed.box)
    }

    func seal(answer: [UInt8], of record: IdempotencyID, mode: Mode) throws -> SealedDetails {
        let sealed = try vault.seal(answer, SealContext(.storedAnswer, of: record, mode: mode))
        return SealedDetails(dataKey: sealed.dataKey, box: sealed.box)
    }

    func openAnswer(_ answer: SealedDetails, of record: IdempotencyID, mode: Mode) throws -> [UInt8] {
        let context = SealContext(.storedAnswer, of: record, mode: mode)
        return try vault.open(SealedBytes(dataKey: answer.dataKey, box: answer.box), context).exposed()
    }

    func seal<Kind>(
        bytes: [UInt8], _ field: SealedField, of row: Identifier<Kind>, mode: Mode
    ) throws -> SealedDetails {
        let sealed = try vault.seal(bytes, SealContext(field, of: row, mode: mode))
        return SealedDetails(dataKey: sealed.dataKey, box: sealed.box)
    }

    func open<Kind>(
        bytes: SealedDetails, _ field: SealedField, of row: Identifier<Kind>, mode: Mode
    ) throws -> [UInt8] {
        try vault.open(
            SealedBytes(dataKey: bytes.dataKey, box: bytes.box), SealContext(field, of: row, mode: mode)
        ).exposed()
    }
}
