import Ledger
package import Payments
package import Ports
package import Primitives

/// Where erasures are noted outside the database, so that they can be done again on a restored backup.
package protocol ErasureJournal: Sendable {
    /// Adds a record and returns once it is on disk. The same record may come twice.
    func append(_ record: ErasureRecord) async throws
    /// Everything that was added, each subject once.
    /// - Throws: ``UnreadableErasures`` when a part cannot be read: never less than everything, silently.
    func records() async throws -> [ErasureRecord]
}

/// A journal holds lines that say nothing: whom they were about would come back with a restored backup.
package struct UnreadableErasures: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// Counted from one.
    package let lines: [Int]

    package init(file: String, lines: [Int]) {
        self.file = file
        self.lines = lines
    }

    package var description: String {
        let numbers = lines.prefix(20).map(String.init).joined(separator: ", ") + (lines.count > 20 ? ", …" : "")
        return
            "\(file) cannot be read in line \(numbers): whoever was erased there would come back. Put the line in from "
            + "another copy of the file, or erase the person again and take the line out"
    }
}

/// Forgets people and customers, and keeps the books.
///
/// The first commit destroys the subject's key: what was sealed under it can be opened by nobody from then on. Copies of it in
/// events and in stored answers, and notes, are taken out afterwards in small steps that go on after a crash; the last one
/// is the database's own log. Postings, payments, transfers and their amounts stay, with identifiers that lead to nobody.
package struct ErasureCommands: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let journal: any ErasureJournal
    let forgetOldPages: @Sendable () async throws -> Bool
    let report: @Sendable (Report) -> Void

    /// - Parameters:
    ///   - forgetOldPages: makes the database drop the old contents of changed pages; false to be asked again.
    ///   - report: told of problems; the text holds no personal data.
    package init(
        store: any Store, clock: any WallClock, tools: SettlementTools, journal: any ErasureJournal,
        forgetOldPages: @escaping @Sendable () async throws -> Bool, report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.tools = tools
        self.journal = journal
        self.forgetOldPages = forgetOldPages
        self.report = report
    }

    /// Forgets what the buyer of one checkout said of themselves, and the cards that were used there.
    /// - Parameter also: runs in the same commit.
    /// - Throws: ``ErasureRefusal`` while somebody needs it; nothing was changed then.
    package func erase(
        _ id: CheckoutID, by name: String, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Erasure {
        let now = clock.now()
        let tools = tools
        let erasure = try await store.write { transaction -> Erasure in
            guard let checkout = try transaction.checkout(id) else { throw ErasureRefusal.noSuchPerson }
            if let done = try transaction.erasure(of: .checkout(id)) {
                throw ErasureRefusal.alreadyErased(done.record.id)
            }
            if let need = try Self.need(of: checkout, transaction) { throw ErasureRefusal.underWay(need) }
            let record = ErasureRecord(
                id: tools.randomness.identifier(at: now), subject: .checkout(id), mode: checkout.mode, created: now)
            let erasure = try Self.destroy(record, requestedBy: name, isReplay: false, transaction)
            try also(transaction)
            return erasure
        }
        do { try await work(on: erasure) } catch { report("erasure \(erasure.record.id) goes on later: \(error)") }
        return try await store.read { try $0.erasure(erasure.record.id) } ?? erasure
    }

    /// Destroys a person's key, and has everything else follow.
    /// - Parameter also: runs in the same commit.
    /// - Throws: ``ErasureRefusal`` while money or work of theirs is under way; nothing was changed then.
    package func erase(
        _ id: PersonID, by who: Operator, also: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Erasure {
        let now = clock.now()
        let tools = tools
        let erasure = try await store.write { transaction -> Erasure in
            guard let person = try transaction.person(id) else { throw ErasureRefusal.noSuchPerson }
            if person.isErased {
                throw ErasureRefusal.alreadyErased(try transaction.erasure(of: .person(id))?.record.id)
            }
            try Self.refuseIfUnderWay(person, transaction)
            let record = ErasureRecord(
                id: tools.randomness.identifier(at: now), subject: .person(id), mode: person.mode, created: now)
            let erasure = try Self.destroy(record, requestedBy: who.name, isReplay: false, transaction)
            try also(transaction)
            return erasure
        }
        // The steps that follow do it too, until it has worked.
        do { try await work(on: erasure) } catch { report("erasure \(erasure.record.id) goes on later: \(error)") }
        return try await store.read { try $0.erasure(erasure.record.id) } ?? erasure
    }

    /// Whether ``replayJournal()`` can read all of the journal. Changes nothing.
    /// - Throws: ``UnreadableErasures``.
    package func checkJournal() async throws { _ = try await journal.records() }

    /// Does again what the journal holds and the book does not know of: before a restored book opens.
    /// - Returns: how many subjects had to be erased again.
    package func replayJournal() async throws -> Int { try await replayErasures(try await journal.records()) }

    /// Does again, on a restored backup, what was erased since it was made. Does not ask whether wallets are empty: it was
    /// asked the first time.
    /// - Returns: how many subjects were there and had to be erased again.
    package func replayErasures(_ records: [ErasureRecord]) async throws -> Int {
        var count = 0
        for record in records {
            let isNew = try await store.write { transaction -> Bool in
                guard try transaction.erasure(of: record.subject) == nil else { return false }
                switch record.subject {
                case .person(let id): guard try transaction.person(id) != nil else { return false }
                case .customer(let id): guard try transaction.customer(id) != nil else { return false }
                case .checkout(let id): guard try transaction.checkout(id) != nil else { return false }
                }
                _ = try Self.destroy(record, requestedBy: "replay", isReplay: true, transaction)
                return true
            }
            if isNew { count += 1 }
        }
        return count
    }

    // MARK: - The first commit

    /// Shared with a bot's own deletion of a customer.
    static func destroy(
        _ record: ErasureRecord, requestedBy name: String, isReplay: Bool, _ transaction: any StoreTransaction
    ) throws -> Erasure {
        switch record.subject {
        case .person(let id):
            guard var person = try transaction.person(id) else { throw ErasureRefusal.noSuchPerson }
            (person.referenceHash, person.subjectSalt, person.profile) = (nil, [], nil)
            try transaction.update(person)
            try transaction.removeSendingLimits(of: id)
            _ = try transaction.forgetBuyers(lending: id)
            _ = try transaction.removePIN(of: id)
            // What is left of them names nobody, and goes a day after their end.
            _ = try transaction.revokePersonSessions(of: id, at: record.created)
        case .checkout(let id): try transaction.forgetBuyer(of: id)
        case .customer(let id):
            guard var customer = try transaction.customer(id) else { throw ErasureRefusal.noSuchPerson }
            (customer.emailHash, customer.subjectSalt, customer.profile) = (nil, [], nil)
            customer.isDeleted = true
            try transaction.update(customer)
            try transaction.setLookups([], of: customer)
            _ = try transaction.forgetBuyers(of: id)
            // What is said there from now on would be in nobody's erasure.
            try transaction.leaveOpenCheckouts(id)
            try transaction.forgetSurfaceCustomer(id)
            while case let cards = try transaction.paymentMethods(
                of: .customer(id), mode: customer.mode, PageRequest(limit: 100)), !cards.items.isEmpty
            {
                for var card in cards.items {
                    card.holder = .nobody
                    card.isConsumed = true
                    try transaction.update(card)
                    _ = try transaction.destroyCard(card.id)
                }
            }
        }
        let erasure = Erasure(record: record, requestedBy: name, isReplay: isReplay)
        guard try transaction.insert(erasure) else { throw ErasureRefusal.alreadyErased(nil) }
        return erasure
    }

    private static func refuseIfUnderWay(_ person: Person, _ reader: any StoreReader) throws {
        for account in try reader.accounts(of: person.id.bits, mode: person.mode) {
            if account.balance != 0 || account.held != 0 {
                let money = Money(minorUnits: account.balance, currency: account.key.currency)
                let held = account.held == 0 ? "" : ", of which \(account.held) is held"
                throw ErasureRefusal.accountNotEmpty("the \(account.key.kind) holds \(money)\(held)")
            }
        }
        if let transfer = try reader.transferUnderWay(of: person.id) {
            throw ErasureRefusal.underWay("transfer \(transfer) is not over")
        }
        if let movement = try reader.movementUnderWay(of: person.id) {
            throw ErasureRefusal.underWay("wallet movement \(movement) is not over")
        }
    }
}
