import Payments
import Ports
import Primitives

/// Everything that is stored reads back as it was, with every optional part there and not there, after an insert and
/// after an update.
extension StoreContract {
    static var roundTripRules: [StoreRule] {
        [
            StoreRule("parties, keys and connections read back as they were stored", parties),
            StoreRule("people and customers read back as they were stored", people),
            StoreRule("cards and tokens read back as they were stored", cards),
            StoreRule("payments read back as they were stored, in every state", payments),
            StoreRule("charges read back as they were stored, in every state", charges),
            StoreRule("refunds read back as they were stored, in every state", refunds),
            StoreRule("friend transfers read back as they were stored, in every state", transfers),
            StoreRule("wallet movements read back as they were stored, in every state", movements),
            StoreRule("reversals read back as they were stored, in every state", reversals),
            StoreRule("what processors report is stored once, and found by what it is about", facts),
            StoreRule("open operations read back as they were stored, and are gone once deleted", operations),
            StoreRule("idempotency records read back as they were stored, in every state", records),
            StoreRule("events and endpoints read back as they were stored", events),
        ]
    }

    /// Stores `items`, reads them, gives each row what the next item says (`change` keeps what may not change), and reads
    /// them again.
    private static func roundTrip<Item: Hashable & Sendable>(
        _ what: String, _ items: [Item], on subject: StoreUnderTest,
        insert: @escaping @Sendable (any StoreTransaction, Item) throws -> Void,
        update: @escaping @Sendable (any StoreTransaction, Item) throws -> Void,
        find: @escaping @Sendable (any StoreReader, Item) throws -> Item?,
        change: (Item, Item) -> Item, stored: (Item) -> Item = { $0 }
    ) async throws {
        try await subject.write { transaction in for item in items { try insert(transaction, item) } }
        var found = try await subject.read { reader in try items.map { try find(reader, $0) } }
        for (item, row) in zip(items, found) { try requireEqual(row, item, "a stored \(what)") }
        let changed = items.indices.map { change(items[$0], items[($0 + 1) % items.count]) }
        try await subject.write { transaction in for item in changed { try update(transaction, item) } }
        found = try await subject.read { reader in try items.map { try find(reader, $0) } }
        for (item, row) in zip(changed, found) { try requireEqual(row, stored(item), "a changed \(what)") }
    }

    private static func parties(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let bots = try await subject.read {
            try ($0.platforms(), $0.platform(samples.platform.id), $0.bot(samples.bot.id))
        }
        try requireEqual(bots.0, [samples.platform], "the platforms")
        try requireEqual(bots.1, samples.platform, "the platform")
        try requireEqual(bots.2, samples.bot, "the bot")
        var renamed = samples.bot
        (renamed.name, renamed.legalName, renamed.merchantCategory) = ("Neu", "Neu AG", 742)
        (renamed.country, renamed.statementDescriptor, renamed.isActive) = ("AT", "NEU", false)
        let changed = renamed
        try await subject.write { try $0.update(changed) }
        try requireEqual(try await subject.read { try $0.bot(changed.id) }, changed as Bot?, "the changed bot")

        var keys: [APIKey] = []
        for (index, kind) in [APIKeyKind.secret, .restricted, .publishable].enumerated() {
            for expires in [nil, StoreSamples.time(9)] {
                for revoked in [nil, StoreSamples.time(8)] {
                    let owner: Owner = index == 1 ? .platform(samples.platform.id) : .bot(samples.bot.id)
                    keys.append(
                        APIKey(
                            id: samples.random.identifier(at: StoreSamples.time(Int64(keys.count))), owner: owner,
                            kind: kind, mode: index == 0 ? .live : .test, hash: samples.random.bytes(32), hint: "wxyz",
                            label: "", created: StoreSamples.time(1), expires: expires, revoked: revoked,
                            scopes: kind == .restricted ? ScopeSet([.write(.refunds), .read(.events)]) : ScopeSet(),
                            lastUsed: revoked))
                }
            }
        }
        try await roundTrip(
            "key", keys, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { reader, key in
                let byHash = try reader.apiKey(hash: key.hash)
                return try reader.apiKey(key.id) == byHash ? byHash : nil
            },
            change: {
                var key = $0
                (key.expires, key.revoked) = ($1.expires, $1.revoked)
                return key
            })
        let list = try await subject.read { try $0.apiKeys() }
        try requireEqual(list.map(\.id), keys.map(\.id), "the list of keys")
        let used = keys[0].id
        for (time, expected) in [(20, 20), (10, 20), (30, 30)] {
            try await subject.write { try $0.noteUse(of: used, at: StoreSamples.time(Int64(time))) }
            try requireEqual(
                try await subject.read { try $0.apiKey(used)?.lastUsed },
                StoreSamples.time(Int64(expected)) as Timestamp?,
                "the last use of a key")
        }

        var connections = [samples.connection]
        for flow in FundsFlow.allCases {
            connections.append(
                Connection(
                    id: samples.random.identifier(at: StoreSamples.time(1 + flow.rawValue)),
                    owner: .bot(samples.bot.id), mode: .live, processor: "stripe", fundsFlow: flow, isEnabled: false,
                    created: StoreSamples.time(1)))
        }
        let new = connections.dropFirst()
        try await subject.write { transaction in for connection in new { try transaction.insert(connection) } }
        connections[0].isEnabled = false
        let disabled = connections[0]
        try await subject.write { try $0.update(disabled) }
        try requireEqual(try await subject.read { try $0.connections() }, connections, "the connections")
        try requireEqual(
            try await subject.read { try $0.connection(disabled.id) }, disabled as Connection?, "the connection")
    }

    private static func people(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let time = StoreSamples.time(5)
        var people: [Person] = []
        var customers: [Customer] = []
        for bits in 0..<8 {
            people.append(
                Person(
                    id: samples.random.identifier(at: time), platform: samples.platform.id,
                    mode: bits & 1 == 0 ? .test : .live, referenceHash: bits & 2 == 0 ? nil : samples.random.bytes(32),
                    subjectSalt: samples.random.bytes(16), profile: bits & 4 == 0 ? nil : samples.sealed(),
                    created: time))
            customers.append(
                Customer(
                    id: samples.random.identifier(at: time), bot: samples.bot.id, mode: .live,
                    emailHash: bits & 1 == 0 ? nil : samples.random.bytes(32), subjectSalt: samples.random.bytes(20),
                    profile: bits & 2 == 0 ? nil : samples.sealed(), isDeleted: bits & 4 == 0, created: time))
        }
        try await roundTrip(
            "person", people, on: subject,
            insert: { try require(try $0.insert($1), "a person was refused") }, update: { try $0.update($1) },
            find: { try $0.person($1.id) },
            change: {
                var person = $0
                person.referenceHash = person.referenceHash.map { $0.reversed() }
                (person.subjectSalt, person.profile) = ([], $1.profile)
                return person
            })
        try await roundTrip(
            "customer", customers, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.customer($1.id) },
            change: {
                var customer = $0
                (customer.emailHash, customer.subjectSalt) = ($1.emailHash, $1.subjectSalt)
                (customer.profile, customer.isDeleted) = ($1.profile, $1.isDeleted)
                return customer
            })
    }

    private static func cards(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let holders: [PaymentMethodHolder] = [.nobody, .customer(samples.customer.id), .person(samples.person.id)]
        var cards: [PaymentMethod] = []
        for holder in holders {
            for hasBilling in [false, true] {
                var card = try StoreSamples.card(
                    samples.random, owner: hasBilling ? .bot(samples.bot.id) : .platform(samples.platform.id),
                    holder: holder, billing: hasBilling, created: StoreSamples.time(Int64(cards.count)))
                card.isConsumed = hasBilling
                card.awaitsSecurityCode = cards.count % 3 == 0
                cards.append(card)
            }
        }
        try await roundTrip(
            "card", cards, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.paymentMethod($1.id) },
            change: {
                var card = $0
                (card.holder, card.expiry, card.number) = ($1.holder, $1.expiry, $1.number)
                (card.billing, card.awaitsSecurityCode) = ($1.billing, $1.awaitsSecurityCode)
                card.isConsumed = $1.isConsumed
                return card
            })
        let token = CardToken(
            id: samples.random.unorderedIdentifier(), paymentMethod: cards[0].id, owner: .bot(samples.bot.id),
            mode: .test, isUsed: false, created: StoreSamples.time(0))
        try await subject.write { try $0.insert(token) }
        try requireEqual(try await subject.read { try $0.token(token.id) }, token as CardToken?, "the token")
        try requireEqual(try await subject.write { try $0.markUsed(token.id) }, true, "the first use")
        try requireEqual(try await subject.write { try $0.markUsed(token.id) }, false, "the second use")
        try requireEqual(try await subject.read { try $0.token(token.id)?.isUsed }, true, "whether it was used")
    }

    private static func payments(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var payments: [Payment] = []
        for state in 0..<9 {
            for bits in 0..<64 { payments.append(samples.payment(state: state, optionals: bits)) }
        }
        try await roundTrip(
            "payment", payments, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.payment($1.id) },
            change: {
                var payment = $0
                (payment.amount, payment.customer, payment.paymentMethod) = ($1.amount, $1.customer, $1.paymentMethod)
                (payment.state, payment.authorized, payment.captured) = ($1.state, $1.authorized, $1.captured)
                (payment.refunded, payment.refunding) = ($1.refunded, $1.refunding)
                (payment.latestCharge, payment.lastDecline) = ($1.latestCharge, $1.lastDecline)
                (payment.cancellation, payment.details) = ($1.cancellation, $1.details)
                payment.canceledAt = $1.canceledAt
                return payment
            },
            stored: {
                var payment = $0
                payment.version += 1
                return payment
            })
    }

    private static func charges(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let payment = samples.payment(at: 1)
        let states: [ChargeState] = [
            .pending, .approved, .declined(Decline(reason: .doNotHonor, isSoft: true, processorCode: "05")),
            .declined(Decline(reason: .stolenCard, isSoft: false)),
            .requiresAction(RequiredAction(redirectURL: "https://bank.example/3ds?a=ü", processorReference: "ref")),
            .notProcessed(.provenAbsent),
        ]
        var charges: [Charge] = []
        for state in states {
            for bits in 0..<16 {
                var charge = samples.charge(of: payment, at: 2, flow: bits & 1 == 0 ? .toPlatform : .toBot)
                charge.state = state
                charge.posting = bits & 2 == 0 ? nil : 77
                if bits & 4 != 0 {
                    charge.approval = Approval(
                        processorReference: "ch_\(bits)", authorizationCode: bits & 8 == 0 ? nil : "A1B2C3",
                        networkTransactionID: bits & 2 == 0 ? nil : "MCC0123456789",
                        amount: Money(minorUnits: 900, currency: .eur),
                        securityCodeMatched: [nil, true, false][bits % 3])
                    if bits & 2 != 0 {
                        charge.capture = ChargeCapture(
                            operation: samples.random.identifier(at: StoreSamples.time(3)), processorReference: "cap_1")
                    }
                }
                charges.append(charge)
            }
        }
        try await subject.write { try $0.insert(payment) }
        try await roundTrip(
            "charge", charges, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.charge($1.id) },
            change: {
                var charge = $0
                (charge.state, charge.approval, charge.posting) = ($1.state, $1.approval, $1.posting)
                charge.capture = $1.capture
                return charge
            })
    }

    private static func refunds(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let payment = samples.payment(at: 1)
        let charge = samples.charge(of: payment, at: 1)
        let states: [RefundState] = [
            .pending, .succeeded, .failed(Decline(reason: .expiredCard, isSoft: false, processorCode: "54")),
            .failed(Decline(reason: .processingError, isSoft: true)),
        ]
        var refunds: [Refund] = []
        for state in states {
            for bits in 0..<4 {
                var refund = samples.refund(of: charge, at: 2)
                refund.state = state
                refund.posting = bits & 1 == 0 ? nil : 5
                refund.details = bits & 2 == 0 ? nil : samples.sealed()
                refund.operation = bits & 2 == 0 ? nil : samples.random.identifier(at: StoreSamples.time(3))
                refund.processorReference = bits & 1 == 0 ? nil : "ref-1"
                refund.failurePosting = bits & 2 == 0 ? nil : 6
                refunds.append(refund)
            }
        }
        try await subject.write {
            try $0.insert(payment)
            try $0.insert(charge)
        }
        try await roundTrip(
            "refund", refunds, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.refund($1.id) },
            change: {
                var refund = $0
                (refund.state, refund.posting, refund.details) = ($1.state, $1.posting, $1.details)
                (refund.operation, refund.processorReference) = ($1.operation, $1.processorReference)
                refund.failurePosting = $1.failurePosting
                return refund
            })
    }

    private static func transfers(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var transfers: [FriendTransfer] = []
        for state in 0..<6 {
            for bits in 0..<32 { transfers.append(samples.transfer(state: state, optionals: bits)) }
        }
        try await roundTrip(
            "transfer", transfers, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.friendTransfer($1.id) },
            change: {
                var transfer = $0
                (transfer.state, transfer.returnWanted, transfer.note) = ($1.state, $1.returnWanted, $1.note)
                (transfer.connection, transfer.processorReference) = ($1.connection, $1.processorReference)
                return transfer
            },
            stored: {
                var transfer = $0
                transfer.version += 1
                return transfer
            })
    }

    private static func movements(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let states: [WalletMovementState] = [
            .pending, .succeeded, .failed(Decline(reason: .insufficientFunds, isSoft: true, processorCode: "51")),
            .failed(Decline(reason: .genericDecline, isSoft: false)),
        ]
        var movements: [WalletMovement] = []
        for state in states {
            for bits in 0..<4 {
                var movement = samples.movement(at: 1, bits & 1 == 0 ? .topUp : .cashOut)
                movement.state = state
                movement.processorReference = bits & 2 == 0 ? nil : "wm-1"
                movements.append(movement)
            }
        }
        try await roundTrip(
            "movement", movements, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.walletMovement($1.id) },
            change: {
                var movement = $0
                (movement.state, movement.processorReference) = ($1.state, $1.processorReference)
                return movement
            })
    }

    private static func facts(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let (one, other) = (samples.connection.id, ConnectionID(high: 99, low: 1))
        func fact(_ id: String, _ connection: ConnectionID, at time: Int64, _ problem: String?) -> StoredFact {
            StoredFact(
                connection: connection, id: id, operation: samples.random.identifier(at: StoreSamples.time(1)),
                kind: .refundFailed, recorded: StoreSamples.time(time), problem: problem)
        }
        let facts = [fact("a", one, at: 1, nil), fact("b", one, at: 2, "who?"), fact("a", other, at: 3, "what?")]
        for fact in facts {
            try requireEqual(try await subject.write { try $0.insert(fact) }, true, "whether a fact was new")
            try requireEqual(try await subject.write { try $0.insert(fact) }, false, "whether it was new again")
            try requireEqual(
                try await subject.read { try $0.fact(fact.id, of: fact.connection) }, fact as StoredFact?, "the fact")
        }
        try requireEqual(try await subject.read { try $0.fact("b", of: other) }, nil as StoredFact?, "a fact of nobody")
        let troubling = try await subject.read { try ($0.troublingFacts(limit: 9), $0.troublingFacts(limit: 1)) }
        try requireEqual(troubling.0, [facts[2], facts[1]], "the facts for people")
        try requireEqual(troubling.1, [facts[2]], "the newest of them")
        try requireEqual(try await subject.read { try $0.reportCursor(of: one) }, nil as String?, "the first cursor")
        for cursor in ["7", "8"] {
            try await subject.write { try $0.setReportCursor(cursor, of: one) }
            try requireEqual(try await subject.read { try $0.reportCursor(of: one) }, cursor as String?, "the cursor")
        }
        try requireEqual(try await subject.read { try $0.reportCursor(of: other) }, nil as String?, "another's cursor")
        let payment = samples.payment(at: 1)
        let charge = samples.charge(of: payment, at: 1)
        var refund = samples.refund(of: charge, at: 2)
        refund.operation = samples.random.identifier(at: StoreSamples.time(4))
        let replaced = refund
        let transfer = samples.transfer(state: 4, optionals: 4)
        guard case .returned(_, let returned?) = transfer.state, let operation = replaced.operation else {
            return try require(false, "a transfer that went back to a card")
        }
        try await subject.write {
            try $0.insert(payment)
            try $0.insert(charge)
            try $0.insert(replaced)
            try $0.insert(transfer)
        }
        try requireEqual(
            try await subject.read { try $0.refund(replacedBy: operation)?.id }, replaced.id as RefundID?, "the refund")
        try requireEqual(
            try await subject.read { try $0.friendTransfer(returnedBy: returned)?.id },
            transfer.id as FriendTransferID?, "the transfer")
        try requireEqual(
            try await subject.read { try $0.refund(replacedBy: returned)?.id }, nil as RefundID?, "no refund")
        let refused = RefusedReturn(operation: operation, transfer: transfer.id, cameBack: true)
        try await subject.write { try $0.insert(refused) }
        try requireEqual(
            try await subject.read { try $0.refusedReturn(operation) }, refused as RefusedReturn?, "the refused return")
        try requireEqual(
            try await subject.read { try $0.refusedReturn(returned) }, nil as RefusedReturn?, "no refused return")
    }

    private static func reversals(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let reversals = (0..<4).map { bits in
            Reversal(
                id: samples.random.identifier(at: StoreSamples.time(1)),
                attempt: samples.random.identifier(at: StoreSamples.time(1)), mode: bits & 1 == 0 ? .test : .live,
                connection: samples.connection.id, directBot: bits & 1 == 0 ? nil : samples.bot.id,
                amount: Money(minorUnits: 5, currency: .jpy), processorReference: "part-1", isTaken: bits & 2 == 0,
                created: StoreSamples.time(1), state: bits < 2 ? .pending : .succeeded,
                operation: bits & 1 == 0 ? nil : samples.random.identifier(at: StoreSamples.time(2)))
        }
        try await roundTrip(
            "reversal", reversals, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.reversal($1.id) },
            change: {
                var reversal = $0
                (reversal.state, reversal.operation) = ($1.state, $1.operation)
                return reversal
            })
        for reversal in reversals {
            try requireEqual(
                try await subject.read { try $0.reversal(ofAttempt: reversal.attempt)?.id }, reversal.id as ReversalID?,
                "the reversal of an attempt")
            guard let operation = try await subject.read({ try $0.reversal(reversal.id)?.operation }) else { continue }
            try requireEqual(
                try await subject.read { try $0.reversal(replacedBy: operation)?.id }, reversal.id as ReversalID?,
                "the reversal by a message")
        }
    }

    private static func operations(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var operations: [OpenOperation] = []
        for purpose in OperationPurpose.allCases {
            for bits in 0..<8 {
                let created = StoreSamples.time(purpose.rawValue)
                operations.append(
                    OpenOperation(
                        id: samples.random.identifier(at: created), purpose: purpose, subject: SIMD2(.max, 7),
                        mode: bits & 1 == 0 ? .test : .live, connection: samples.connection.id, created: created,
                        validUntil: StoreSamples.time(99),
                        idempotency: bits & 1 == 0 ? nil : samples.random.unorderedIdentifier(),
                        request: bits & 4 == 0 ? nil : samples.random.identifier(at: created),
                        expansions: [[], ["customer"], ["latest_charge.refunds", "customer"]][bits % 3],
                        replacements: Int64(bits / 2), unknown: bits & 2 == 0 ? nil : .timedOut, lookups: Int64(bits),
                        due: StoreSamples.time(50),
                        conflict: bits & 4 == 0 ? nil : "it says no now"))
            }
        }
        try await roundTrip(
            "operation", operations, on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.openOperation($1.id) },
            change: {
                var operation = $0
                (operation.unknown, operation.lookups, operation.due) = ($1.unknown, $1.lookups, $1.due)
                operation.conflict = $1.conflict
                return operation
            })
        let gone = operations[3].id
        try await subject.write { try $0.deleteOpenOperation(gone) }
        try requireEqual(try await subject.read { try $0.openOperation(gone) }, nil, "the deleted operation")
        let left = try await subject.read { try $0.openOperations(dueBefore: nil, limit: 1_000) }
        try requireEqual(left.count, operations.count - 1, "the operations left")
        try await pendingReferences(operations[4].id, operations[5].id, subject)
    }

    private static func pendingReferences(
        _ one: OperationID, _ other: OperationID, _ subject: StoreUnderTest
    ) async throws {
        for name in ["BATCH-1", String(repeating: "n", count: 255)] {
            try await subject.write { transaction in
                try transaction.note(pendingReference: name, of: one)
                try transaction.note(pendingReference: "OTHER", of: other)
                try transaction.forgetPendingReference(of: other)
                try transaction.forgetPendingReference(of: other)
            }
            let (kept, gone) = try await subject.read {
                (try $0.pendingReference(of: one), try $0.pendingReference(of: other))
            }
            try requireEqual(kept, name, "the processor's name for a pending operation")
            try requireEqual(gone, nil, "the name of an operation that is over")
        }
    }

    private static func records(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        let states: [IdempotencyRecord.State] = [
            .started, .finished(status: 402, answer: samples.sealed()),
            .finishedAs(status: 200, event: samples.random.identifier(at: StoreSamples.time(1))),
        ]
        try await roundTrip(
            "record", states.map { samples.record(at: 1, $0) }, on: subject,
            insert: { try require(try $0.insert($1), "a record was refused") }, update: { try $0.update($1) },
            find: { try $0.idempotencyRecord($1.id) },
            change: {
                var record = $0
                record.state = $1.state
                return record
            })
    }

    private static func events(_ subject: StoreUnderTest) async throws {
        let samples = subject.samples
        var events: [Event] = []
        for type in EventType.allCases {
            let isOdd = type.rawValue & 1 == 1
            events.append(
                samples.event(
                    at: type.rawValue, type, owner: isOdd ? .platform(samples.platform.id) : nil,
                    mode: isOdd ? .live : .test,
                    request: isOdd ? samples.random.identifier(at: StoreSamples.time(0)) : nil))
        }
        let stored = events
        try await subject.write { transaction in for event in stored { try transaction.append(event) } }
        for event in events {
            try requireEqual(try await subject.read { try $0.event(event.id) }, event as Event?, "the event")
        }
        let sets: [Set<EventType>] = [[], [.chargeFailed], Set(EventType.allCases)]
        try await roundTrip(
            "endpoint", sets.enumerated().map { samples.endpoint(at: Int64($0), types: $1, isEnabled: $0 != 1) },
            on: subject, insert: { try $0.insert($1) }, update: { try $0.update($1) },
            find: { try $0.webhookEndpoint($1.id) },
            change: {
                var endpoint = $0
                endpoint.url += "/2"
                (endpoint.types, endpoint.secret, endpoint.isEnabled) = ($1.types, $1.secret, $1.isEnabled)
                return endpoint
            })
    }
}

extension StoreSamples {
    /// A payment in one of its nine states, with optional parts by the bits of `optionals`.
    fileprivate func payment(state: Int, optionals: Int) -> Payment {
        func has(_ bit: Int) -> Bool { optionals & (1 << bit) != 0 }
        let charge: ChargeID = random.identifier(at: Self.time(2))
        let operation: OperationID = random.identifier(at: Self.time(3))
        let created = Self.time(1)
        var payment = Payment(
            id: random.identifier(at: created), bot: bot.id, mode: has(0) ? .live : .test, created: created,
            amount: Money(minorUnits: 1_000 + Int64(optionals), currency: has(1) ? .jpy : .eur),
            captureMethod: has(2) ? .manual : .automatic, customer: has(0) ? customer.id : nil,
            paymentMethod: has(1) ? card.id : nil, details: has(2) ? sealed() : nil)
        payment.latestCharge = has(3) ? charge : nil
        payment.lastDecline =
            has(4) ? Decline(reason: .lostCard, isSoft: has(3), processorCode: has(5) ? "41" : nil) : nil
        payment.cancellation = has(5) ? .abandoned : nil
        payment.canceledAt = has(2) ? Self.time(8) : nil
        let states: [PaymentState] = [
            .requiresPaymentMethod, .requiresConfirmation, .requiresAction(charge), .authorizing(charge),
            .authorized(charge), .capturing(charge, operation, amount: 900), .succeeded(charge),
            .voiding(charge, operation), .canceled,
        ]
        payment.state = states[state]
        (payment.authorized, payment.captured, payment.refunded, payment.refunding) = (1_000, 900, 300, 600)
        return payment
    }

    /// A transfer in one of its six states, with optional parts by the bits of `optionals`.
    fileprivate func transfer(state: Int, optionals: Int) -> FriendTransfer {
        func has(_ bit: Int) -> Bool { optionals & (1 << bit) != 0 }
        let states: [FriendTransferState] = [
            .funding, .inFlight, .accepted, .returning(.lapsed, random.identifier(at: Self.time(9))),
            .returned(.declinedByRecipient, refund: has(2) ? random.identifier(at: Self.time(9)) : nil),
            .failed(Decline(reason: .insufficientFunds, isSoft: has(1), processorCode: has(0) ? "51" : nil)),
        ]
        return FriendTransfer(
            id: random.identifier(at: Self.time(4)), platform: platform.id, mode: has(0) ? .live : .test,
            sender: person.id, recipient: friend.id, amount: Money(minorUnits: 5, currency: .jpy),
            funding: has(1) ? .card(card.id) : .wallet, acceptsAutomatically: has(2), created: Self.time(4),
            expires: Self.time(900), state: states[state], returnWanted: has(3) ? .canceledBySender : nil,
            connection: has(4) ? connection.id : nil, processorReference: has(0) ? "pull-1" : nil,
            note: has(3) ? sealed() : nil, countedDay: has(1) ? 20_778 : nil)
    }
}
