import Engine
import FlorinTesting
import Ledger
import Payments
import Ports
import Primitives
import ProcessorSimulators
import SQLStore

// Rows that are not about one payment: cards that are verified, money that goes out, answers in disputes.

/// What a row is about, made before the trouble begins.
private enum Subject: Sendable {
    case setup(SetupIntentID)
    case payout(PayoutDestinationID)
    case cashOut(PersonID, PaymentMethodID)
    case dispute(DisputeID)
}

/// How far Florin's book says the operation came.
private struct Standing {
    /// As the vendor counts it: cents, or pieces.
    var done: Int64
    let word: String
}

extension Gateway {
    /// Lets one operation meet one fault, then resolves what is open, and compares the books.
    func furtherRow(_ operation: Operation, _ fault: Fault) async throws -> Row {
        let subject = try await subject(of: operation)
        let (theirs, ours, before) = (vendor.done(operation), try await book(subject), try await ledger())
        let began = clock.now()
        order(fault, for: operation)
        try await act(operation, on: subject)
        let said = try await standing(subject).word
        endTrouble()
        let isOpen = try await !settle(from: began)
        let took = clock.now().duration(since: began)
        let florin = try await standing(subject)
        let processor = vendor.done(operation) - theirs
        var problems: [String] = []
        if !isOpen {
            let isGivenUp = operation == .verification && vendor.givesUpVerifications && florin.done == 0
            if processor != florin.done, !isGivenUp { problems.append("the processor has done \(processor)") }
            let spent = ours - (try await book(subject))
            if spent != (operation == .cashOut ? florin.done : 0) { problems.append("the wallet moved by \(-spent)") }
            problems += try await differences(operation, florin.done, from: before)
        }
        // A verification is named by the vendor alone: there is nothing that its answer could be held to.
        if fault == .simulated(.lie(.reference)), operation != .verification, said == florin.word {
            problems.append("an answer about something else was believed")
        }
        if took > vendor.certainty(of: operation) { problems.append("it took longer than documented") }
        problems += try await store.read { try $0.verifyLedger() }.problems.map { "\($0)" }
        return Row(
            vendor: vendor.name, operation: operation, fault: fault, said: said, ended: florin.word,
            books: "\(florin.done)", took: took, isOpen: isOpen, problems: problems)
    }

    /// What must have moved in the ledger, and nothing else.
    private func differences(
        _ operation: Operation, _ done: Int64, from before: (clearing: Int64, payable: Int64)
    ) async throws -> [String] {
        let after = try await ledger()
        let paid = operation == .payout || operation == .cashOut ? done : 0
        var problems: [String] = []
        if after.clearing - before.clearing != -paid {
            problems.append("clearing moved by \(after.clearing - before.clearing)")
        }
        if operation != .cashOut, after.payable - before.payable != -paid {
            problems.append("payable moved by \(after.payable - before.payable)")
        }
        let flying = try await balance(.payoutsInFlight, of: Self.platform)
        if flying != 0 { problems.append("\(flying) are still in flight") }
        return problems
    }

    // MARK: - Before

    private func subject(of operation: Operation) async throws -> Subject {
        switch operation {
        case .verification:
            let customer: CustomerID = try id(
                await useCases.parties.createCustomer(profile: DetailFields(), bot: Self.bot, caller))
            return .setup(
                try id(
                    await useCases.setups.create(
                        NewSetupIntent(customer: customer, paymentMethod: try await card()), for: Self.bot, caller)))
        case .payout:
            _ = try await charge(.automatic)
            let terms = DestinationTerms(currency: .usd, country: nil, isDefault: true, texts: DetailFields())
            let made: PayoutDestinationID = try id(
                await useCases.destinations.create(.paypal(email: "shop@example.com"), terms, caller))
            return .payout(made)
        case .cashOut: return try await wallet()
        case .evidence, .surrender: return .dispute(try await dispute())
        default: throw MatrixFailure("\(operation) is of a payment")
        }
    }

    /// Somebody with money in their wallet and an account at the vendor.
    private func wallet() async throws -> Subject {
        let person: PersonID = try id(
            await useCases.parties.createPerson(profile: DetailFields(), platform: Self.platform, chat))
        let card = try await card(of: chat)
        _ = try await useCases.cards.attach(card, to: .person(person), chat)
        _ = try await useCases.wallets.move(
            .topUp, Money(minorUnits: Self.amount, currency: .usd), person: person, card: card,
            platform: Self.platform, chat)
        _ = try await settle(from: clock.now())
        var billing = DetailFields()
        billing["email"] = "somebody@example.com"
        let account: PaymentMethodID = try id(
            await useCases.cards.createPaymentMethod(NewAccountMethod(.paypal, billing: billing), chat))
        _ = try await useCases.cards.attach(account, to: .person(person), chat)
        return .cashOut(person, account)
    }

    /// A charge whose cardholder objects, as the vendor tells of it.
    private func dispute() async throws -> DisputeID {
        guard let origin = vendor.disputes else { throw MatrixFailure("\(vendor.name) answers no disputes") }
        var number: String?
        if case .card(let digits) = origin { number = digits }
        let payment = try await charge(.automatic, card: number)
        _ = try await settle(from: clock.now())
        if case .setting(let name, let value) = origin { _ = vendor.simulator.set(name, to: value) }
        guard let charge = try await self.payment(payment).latestCharge else { throw MatrixFailure("no charge") }
        for _ in 0..<10 {
            // Vendors are asked now and then only.
            clock.leap(to: clock.now().advanced(by: .seconds(61)))
            try await useCases.facts.poll()
            let found = try await store.read { try $0.disputes(about: .charge(charge, of: payment)) }
            if let dispute = found.first { return dispute.id }
        }
        throw MatrixFailure("the dispute was not told")
    }

    // MARK: - Doing it, and what came of it

    private func act(_ operation: Operation, on subject: Subject) async throws {
        let part = Money(minorUnits: Self.part, currency: .usd)
        switch subject {
        case .setup(let id):
            await told {
                _ = try await useCases.setups.confirm(id, paymentMethod: nil, details: DetailFields(), caller)
            }
        case .payout(let destination):
            await told {
                _ = try await useCases.payouts.create(
                    PayoutRequest(amount: part, destination: destination, method: .instant, details: DetailFields()),
                    caller)
            }
        case .cashOut(let person, let account):
            await told {
                _ = try await useCases.wallets.move(
                    .cashOut, part, person: person, card: account, platform: Self.platform, chat)
            }
        case .dispute(let id) where operation == .surrender:
            await told { _ = try await useCases.disputes.close(id, caller) }
        case .dispute(let id):
            await told {
                _ = try await useCases.disputes.update(
                    DisputeAnswer(dispute: id, evidence: [.uncategorizedText: "It was delivered."], submit: true),
                    caller)
            }
        }
    }

    private func standing(_ subject: Subject) async throws -> Standing {
        switch subject {
        case .setup(let id):
            let intent = try await found { try $0.setupIntent(id) }
            return switch intent.state {
            case .succeeded: Standing(done: 1, word: "verified")
            case .processing: Standing(done: 0, word: "unknown")
            default: Standing(done: 0, word: intent.lastDecline == nil ? "not verified" : "declined")
            }
        case .payout(let destination):
            let query = PayoutQuery(bot: Self.bot, mode: .test)
            let payout = try await found { reader in
                try reader.payouts(matching: query, PageRequest(limit: 10)).items.first {
                    $0.destination == destination
                }
            }
            return Standing(done: payout.state == .paid ? payout.amount.minorUnits : 0, word: "\(payout.state)")
        case .cashOut(let person, _):
            let movement = try await found { reader in
                try reader.walletMovements(of: person, mode: .test, PageRequest(limit: 10)).items.first {
                    $0.direction == .cashOut
                }
            }
            return switch movement.state {
            case .succeeded: Standing(done: movement.amount.minorUnits, word: "paid")
            case .pending: Standing(done: 0, word: "pending")
            case .failed: Standing(done: 0, word: "failed")
            }
        case .dispute(let id):
            let dispute = try await found { try $0.dispute(id) }
            let isGivenUp = dispute.state == .lost
            let word = dispute.response != nil ? "answer open" : "\(dispute.state)"
            return Standing(done: isGivenUp ? 1 : dispute.submissions, word: word)
        }
    }

    /// What the person has; nothing of the others is not in ``ledger()``.
    private func book(_ subject: Subject) async throws -> Int64 {
        guard case .cashOut(let person, _) = subject else { return 0 }
        return try await balance(.wallet, of: person)
    }

    private func found<Value: Sendable>(_ look: @escaping @Sendable (any StoreReader) throws -> Value?) async throws
        -> Value
    {
        guard let value = try await store.read({ try look($0) }) else {
            throw MatrixFailure("what was made is not there")
        }
        return value
    }
}
