package import Payments
package import Ports
import Primitives

/// Creates and changes those who take part: bots, people, customers.
package struct PartyCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let vault: any Vault

    package init(commands: Commands, tools: SettlementTools, vault: any Vault) {
        self.commands = commands
        self.tools = tools
        self.vault = vault
    }

    /// A bot of the calling platform. Its identifier and creation time are given here.
    package func createBot(
        name: String, legalName: String, merchantCategory: Int64, country: String, statementDescriptor: String,
        platform: PlatformID, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let bot = Bot(
                id: tools.randomness.identifier(at: now), platform: platform, name: name, legalName: legalName,
                merchantCategory: merchantCategory, country: country, statementDescriptor: statementDescriptor,
                created: now)
            try transaction.insert(bot)
            return .answered(Answer(body: try tools.renderer.bot(bot, transaction)))
        }
    }

    /// A person of the calling platform. `profile["reference"]`, the platform's own name for them, must be unique.
    package func createPerson(
        profile: DetailFields, platform: PlatformID, _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let id: PersonID = tools.randomness.identifier(at: now)
            let salt = tools.randomness.bytes(16)
            let person = Person(
                id: id, platform: platform, mode: caller.mode,
                referenceHash: profile["reference"].map { lookupHash($0) }, subjectSalt: salt,
                profile: try tools.sealing.seal(profile, .personProfile, of: id, mode: caller.mode, salt: salt),
                created: now)
            guard try transaction.insert(person) else {
                throw Refusal.invalid(
                    parameter: "reference", code: "resource_already_exists",
                    message: "Another person of this platform has this reference.")
            }
            return .answered(Answer(body: try tools.renderer.person(person, transaction)))
        }
    }

    /// A buyer of the calling bot.
    package func createCustomer(profile: DetailFields, bot: BotID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let customer = try stored(profile, of: bot, caller, transaction, now)
            return try told(.customerCreated, customer, caller, transaction, now)
        }
    }

    /// As ``createCustomer(profile:bot:_:)``, in a commit of somebody else's.
    func makeCustomer(
        _ profile: DetailFields, of bot: BotID, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> CustomerID {
        let customer = try stored(profile, of: bot, caller, transaction, now)
        _ = try told(.customerCreated, customer, caller, transaction, now)
        return customer.id
    }

    func stored(
        _ profile: DetailFields, of bot: BotID, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws -> Customer {
        let id: CustomerID = tools.randomness.identifier(at: now)
        let salt = tools.randomness.bytes(16)
        let customer = Customer(
            id: id, bot: bot, mode: caller.mode, emailHash: profile["email"].map(emailHash), subjectSalt: salt,
            profile: try tools.sealing.seal(profile, .customerProfile, of: id, mode: caller.mode, salt: salt),
            created: now)
        try transaction.insert(customer)
        try transaction.setLookups(lookups(of: profile), of: customer)
        return customer
    }

    /// Removes the texts named in `removals` (`DetailFields.allMetadata` stands for all metadata), then merges `profile` over
    /// what is left.
    package func updateCustomer(
        _ id: CustomerID, profile: DetailFields, removals: [String], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var customer = try owned(id, caller, transaction)
            let fields = try tools.sealing.fields(of: customer).changed(by: profile, removing: removals)
            if let method = profile[DetailFields.defaultMethod] {
                try check(defaultMethod: method, customer, transaction)
            }
            customer.emailHash = fields["email"].map(emailHash)
            customer.profile = try tools.sealing.seal(
                fields, .customerProfile, of: id, mode: customer.mode, salt: customer.subjectSalt)
            try transaction.update(customer)
            try transaction.setLookups(lookups(of: fields), of: customer)
            return try told(.customerUpdated, customer, caller, transaction, now)
        }
    }

    /// Keeps what a buyer said of themselves with the customer they are, in a commit of somebody else's.
    func remember(
        _ details: DetailFields, of id: CustomerID, _ caller: Caller, _ transaction: any StoreTransaction,
        _ now: Timestamp
    ) throws {
        var customer = try owned(id, caller, transaction)
        let before = try tools.sealing.fields(of: customer)
        let fields = try before.changed(by: details, removing: [])
        guard fields != before else { return }
        customer.emailHash = fields["email"].map(emailHash)
        customer.profile = try tools.sealing.seal(
            fields, .customerProfile, of: id, mode: customer.mode, salt: customer.subjectSalt)
        try transaction.update(customer)
        try transaction.setLookups(lookups(of: fields), of: customer)
        _ = try told(.customerUpdated, customer, caller, transaction, now)
    }

    private func check(defaultMethod text: String, _ customer: Customer, _ reader: any StoreReader) throws {
        guard let id = PaymentMethodID(text), let method = try reader.paymentMethod(id),
            method.holder == .customer(customer.id)
        else {
            throw Refusal.notFound(
                kind: "payment_method", id: text, parameter: "invoice_settings[default_payment_method]")
        }
    }

    /// Forgets a customer: what was known is destroyed with its key, the cards with their numbers, copies follow; the books
    /// stay.
    package func deleteCustomer(_ id: CustomerID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            // Deletions carry no key: one whose answer was lost comes again, and finds it done.
            var customer = try owned(id, caller, transaction, orDeleted: true)
            guard !customer.isDeleted else {
                return .answered(Answer(body: try tools.renderer.customer(customer, transaction)))
            }
            let record = ErasureRecord(
                id: tools.randomness.identifier(at: now), subject: .customer(id), mode: customer.mode, created: now)
            _ = try ErasureCommands.destroy(record, requestedBy: "the bot", isReplay: false, transaction)
            if let erased = try transaction.customer(id) { customer = erased }
            return try told(.customerDeleted, customer, caller, transaction, now)
        }
    }

    /// How an e-mail address is found without being stored in clear.
    package func emailHash(_ email: String) -> [UInt8] { lookupHash(email.lowercased()) }

    /// How the platform's reference for a person is found without being stored in clear.
    package func lookupHash(_ text: String) -> [UInt8] { vault.hash(Array(text.utf8), .personalLookup).bytes }

    func told(
        _ type: EventType, _ customer: Customer, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        let object = try tools.renderer.customer(customer, transaction)
        let event = try tools.outbox.emit(
            type, about: customer.id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
            object: object, in: transaction)
        return .answered(Answer(body: object), event: event)
    }

    private func owned(
        _ id: CustomerID, _ caller: Caller, _ reader: any StoreReader, orDeleted: Bool = false
    ) throws -> Customer {
        guard let customer = try reader.customer(id), .bot(customer.bot) == caller.owner, customer.mode == caller.mode,
            orDeleted || !customer.isDeleted
        else { throw Refusal.notFound(kind: "customer", id: id.text, parameter: "id") }
        return customer
    }
}
