import Engine
import FlorinTesting
import Payments
import Ports
import Primitives
import SQLStore

/// What one fault on one operation led to.
struct Row: Sendable {
    let vendor: String
    let operation: Operation
    let fault: Fault
    /// What the caller was told at first.
    let said: String
    /// What the payment says in the end.
    let ended: String
    /// What both books hold of it.
    let books: String
    /// Between the message and the last answer, on the clock that leaps.
    let took: Duration
    /// Waits for two operators.
    let isOpen: Bool
    let problems: [String]
}

extension Gateway {
    static let amount: Int64 = 10_00
    static let part: Int64 = 4_00
    /// Longer than any adapter may need to be certain.
    static let patience = Duration.seconds(48 * 3_600)

    /// Lets one operation meet one fault, then resolves what is open, and compares the books.
    func row(_ operation: Operation, _ fault: Fault) async throws -> Row {
        let (theirs, ours) = (vendor.totals, try await ledger())
        let prepared = try await prepare(operation)
        let began = clock.now()
        order(fault, for: operation)
        let (id, said) = try await act(operation, on: prepared)
        endTrouble()
        let isOpen = try await !settle(from: began)
        let payment = try await payment(id)
        let took = clock.now().duration(since: began)
        let processor = vendor.totals - theirs
        let florin = Totals(
            held: payment.held, captured: payment.captured, refunded: payment.refunded)
        let after = try await ledger()
        var problems: [String] = []
        if !isOpen {
            if processor != florin { problems.append("the processor has \(processor)") }
            let money = florin.captured - florin.refunded
            if after.clearing - ours.clearing != money {
                problems.append("clearing moved by \(after.clearing - ours.clearing)")
            }
            if after.payable - ours.payable != money {
                problems.append("payable moved by \(after.payable - ours.payable)")
            }
        }
        if took > vendor.certainty(of: operation) { problems.append("it took longer than documented") }
        problems += try await store.read { try $0.verifyLedger() }.problems.map { "\($0)" }
        return Row(
            vendor: vendor.name, operation: operation, fault: fault, said: said, ended: payment.word,
            books: florin.description, took: took, isOpen: isOpen, problems: problems)
    }

    /// What must be there before the operation, without any trouble.
    private func prepare(_ operation: Operation) async throws -> PaymentID? {
        switch operation {
        case .sale, .authorization: return nil
        case .capture, .void, .refund:
            let payment = try await charge(operation == .refund ? .automatic : .manual)
            _ = try await settle(from: clock.now())
            return payment
        case .authenticated:
            let payment = try await charge(.automatic, authenticated: true)
            try await authenticate(payment)
            return payment
        case .increment:
            let payment = try await charge(.manual, mayIncrement: true)
            _ = try await settle(from: clock.now())
            return payment
        case .verification, .payout, .cashOut, .evidence, .surrender:
            throw MatrixFailure("\(operation) is not of a payment")
        }
    }

    func charge(
        _ method: CaptureMethod, authenticated: Bool = false, mayIncrement: Bool = false, card number: String? = nil
    ) async throws -> PaymentID {
        var new = NewPayment(
            amount: Money(minorUnits: Self.amount, currency: .usd), captureMethod: method,
            paymentMethod: try await card(authenticated: authenticated, number: number))
        if mayIncrement { new.details[DetailFields.increments] = "if_available" }
        let created = try await useCases.payments.create(new, for: Self.bot, caller)
        let payment: PaymentID = try id(created)
        await told { _ = try await useCases.payments.confirm(payment, paymentMethod: nil, caller) }
        return payment
    }

    /// Does it, and says what the caller saw right after.
    private func act(_ operation: Operation, on prepared: PaymentID?) async throws -> (PaymentID, said: String) {
        guard let prepared else {
            let payment = try await charge(operation == .sale ? .automatic : .manual)
            return (payment, try await self.payment(payment).word)
        }
        switch operation {
        case .capture:
            await told { _ = try await useCases.payments.capture(prepared, amount: Self.part, caller) }
        case .authenticated:
            await told { _ = try await useCases.payments.confirm(prepared, paymentMethod: nil, caller) }
        case .increment:
            await told {
                _ = try await useCases.payments.increment(
                    prepared, to: Self.amount + Self.part, details: DetailFields(), removals: [], caller)
            }
        case .void:
            await told { _ = try await useCases.payments.cancel(prepared, .unspecified, caller) }
        default:
            await told {
                _ = try await useCases.refunds.create(NewRefund(target: .payment(prepared), amount: Self.part), caller)
            }
        }
        return (prepared, try await payment(prepared).word)
    }

    /// Runs what may be refused: a refusal is an answer, and what the payment says afterwards is what counts.
    func told(_ body: () async throws -> Void) async {
        do { try await body() } catch {}
    }

    /// Asks for what is open, leaping from one appointment to the next.
    /// - Returns: false when something is still open after ``patience``.
    func settle(from began: Timestamp) async throws -> Bool {
        while true {
            while useCases.operations.activeCount > 0 { await Task.yield() }
            let open = try await store.read { try $0.openOperations(dueBefore: nil, limit: 100) }
            guard let next = open.map(\.due).min() else { return true }
            guard clock.now().duration(since: began) < Self.patience, open.allSatisfy({ $0.conflict == nil }) else {
                return false
            }
            clock.leap(to: next.advanced(by: .milliseconds(1)))
            try await useCases.resolver.resolveDue()
        }
    }
}

extension Payment {
    /// What is held on the card and not taken.
    fileprivate var held: Int64 {
        switch state {
        case .authorized, .capturing, .voiding, .incrementing: authorized
        default: 0
        }
    }

    fileprivate var word: String {
        let open = refunding > 0 ? ", refund open" : refunded > 0 ? ", refunded" : ""
        return switch state {
        case .requiresPaymentMethod: "declined"
        case .requiresConfirmation: "not charged"
        case .requiresAction: "action"
        case .authorizing: "unknown"
        case .authorized: "authorized"
        case .capturing: "capture open"
        case .succeeded: "succeeded\(open)"
        case .voiding: "void open"
        case .incrementing: "increment open"
        case .canceled: "canceled"
        }
    }
}
