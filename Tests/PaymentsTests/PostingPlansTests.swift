import FlorinTesting
import Ledger
import Payments
import Primitives
import Testing

/// Every operation that posts, under the name docs/ledger.md gives it.
enum PlannedOperation: String, CaseIterable {
    case charge, refund, bouncedRefund = "bounced refund", partialApproval = "approved in part"
    case partialReversal = "given back in part", transferSent = "transfer sent from a wallet"
    case transferDirect = "transfer that needs no acceptance", transferFunded = "transfer funded by a card"
    case transferAccepted = "transfer accepted", transferReturnedToWallet = "transfer returned to a wallet"
    case transferReturnedToCard = "transfer returned to a card"
    case transferBounced = "return that the card did not take", topUp = "top-up", cashOut = "cash-out"
    case platformFee = "platform fee", withdrawn = "taken in a dispute", reinstated = "given back in a dispute"
    case disputeFee = "fee for a dispute", disputeFeeReturned = "fee for a dispute given back"
    case personWithdrawn = "funding or top-up taken in a dispute"
    case personReinstated = "funding or top-up given back in a dispute"
    case personDisputeFee = "fee for such a dispute", personDisputeFeeReturned = "fee for such a dispute given back"
    case receivableRaised = "debt of a bot", receivableRecovered = "debt of a bot paid"
    case personRaised = "debt of a person", personRecovered = "debt of a person paid"

    /// Whether the flow of funds of the charge decides on the accounts.
    var dependsOnFlow: Bool {
        switch self {
        case .charge, .refund, .bouncedRefund, .partialApproval, .partialReversal, .platformFee, .withdrawn,
            .reinstated,
            .disputeFee, .disputeFeeReturned:
            true
        default: false
        }
    }

    /// Whether it stands in the table of debts.
    var isDebt: Bool {
        switch self {
        case .receivableRaised, .receivableRecovered, .personRaised, .personRecovered: true
        default: false
        }
    }

    func posting(_ flow: FundsFlow) throws -> Posting {
        let charge = Some.charge(flow)
        let transfer = try Some.transfer()
        return switch self {
        case .charge: try PostingPlans.charge(charge, captured: 60)
        case .refund: try PostingPlans.refund(Some.refund(), of: charge)
        case .bouncedRefund: try PostingPlans.refundReversal(Some.refund(), of: charge)
        case .partialApproval: try PostingPlans.partialApproval(Some.reversal(flow))
        case .partialReversal: try PostingPlans.reversal(Some.reversal(flow))
        case .transferSent: try PostingPlans.transferSent(transfer)
        case .transferDirect: try PostingPlans.transferDirect(transfer)
        case .transferFunded: try PostingPlans.transferFunded(transfer, by: Some.connection)
        case .transferAccepted: try PostingPlans.transferAccepted(transfer)
        case .transferReturnedToWallet: try PostingPlans.transferReturnedToWallet(transfer)
        case .transferReturnedToCard: try PostingPlans.transferReturnedToCard(transfer, by: Some.connection)
        case .transferBounced: try PostingPlans.transferReturnBounced(transfer, by: Some.connection)
        case .topUp: try PostingPlans.walletMovement(Some.movement(.topUp))
        case .cashOut: try PostingPlans.walletMovement(Some.movement(.cashOut))
        case .platformFee: try PostingPlans.platformFee(100, of: charge, to: Some.platform)
        case .withdrawn, .reinstated, .disputeFee, .disputeFeeReturned: try dispute(Some.dispute(.bot(Some.bot, flow)))
        case .personWithdrawn, .personReinstated, .personDisputeFee, .personDisputeFeeReturned:
            try dispute(Some.dispute(.person(Some.sender)))
        case .receivableRaised: try debt(PostingPlansTests.payable, isRaised: true)
        case .receivableRecovered: try debt(PostingPlansTests.payable, isRaised: false)
        case .personRaised: try debt(PostingPlansTests.sender, isRaised: true)
        case .personRecovered: try debt(PostingPlansTests.sender, isRaised: false)
        }
    }

    private func dispute(_ dispute: Dispute) throws -> Posting {
        let kind: DisputeMovementKind =
            switch self {
            case .withdrawn, .personWithdrawn: .withdrawn
            case .reinstated, .personReinstated: .reinstated
            case .disputeFee, .personDisputeFee: .fee
            default: .feeReturned
            }
        return try PostingPlans.dispute(kind, dispute.amount, of: dispute)
    }

    private func debt(_ account: AccountKey, isRaised: Bool) throws -> Posting {
        let fact = try Posting(
            debit: account, credit: PostingPlansTests.clearing, amount: 100, reason: .chargeback)
        return try #require(
            isRaised
                ? PostingPlans.covered([fact], available: 0).first
                : PostingPlans.recovery(from: account, available: 100, owed: 150))
    }

    /// How much is posted, in the words of docs/ledger.md.
    var amountWord: String {
        switch self {
        case .charge: "captured"
        case .platformFee, .disputeFee, .disputeFeeReturned, .personDisputeFee, .personDisputeFeeReturned: "fee"
        case .receivableRaised, .personRaised: "what is missing"
        case .receivableRecovered, .personRecovered: "what can be paid"
        default: "amount"
        }
    }
}

@Suite("Posting plans")
struct PostingPlansTests {
    private static func key<Kind>(_ kind: AccountKind, _ owner: Identifier<Kind>) -> AccountKey {
        AccountKey(kind, of: owner, currency: .usd, mode: .test)
    }
    static let payable = key(.botPayable, Some.bot)
    private static let suspense = key(.suspense, Some.connection)
    static let clearing = key(.processorClearing, Some.connection)
    private static let directClearing = key(.directClearing, Some.connection)
    private static let directSettlement = key(.directSettlement, Some.bot)
    static let sender = key(.wallet, Some.sender)
    private static let recipient = key(.wallet, Some.recipient)
    private static let earned = key(.feesEarned, Some.platform)
    private static let debt = key(.receivable, Some.bot)
    private static let personDebt = key(.receivable, Some.sender)
    private static let inFlight = key(.transfersInFlight, Some.platform)

    @Test(
        "name these accounts, amounts and reasons when funds go to the platform", arguments: PlannedOperation.allCases)
    func toPlatform(operation: PlannedOperation) throws {
        let expected =
            switch operation {
            case .charge: try Posting(debit: Self.clearing, credit: Self.payable, amount: 60, reason: .charge)
            case .refund:
                try Posting(
                    debit: Self.payable, credit: Self.clearing, amount: 100, reason: .refund, fromHold: true)
            case .bouncedRefund:
                try Posting(debit: Self.clearing, credit: Self.payable, amount: 100, reason: .refundReversal)
            case .partialApproval:
                try Posting(debit: Self.clearing, credit: Self.suspense, amount: 100, reason: .partialApproval)
            case .partialReversal:
                try Posting(debit: Self.suspense, credit: Self.clearing, amount: 100, reason: .partialReversal)
            case .transferSent:
                try Posting(debit: Self.sender, credit: Self.inFlight, amount: 100, reason: .transferSent)
            case .transferDirect:
                try Posting(debit: Self.sender, credit: Self.recipient, amount: 100, reason: .transferReceived)
            case .transferFunded:
                try Posting(debit: Self.clearing, credit: Self.inFlight, amount: 100, reason: .transferFunding)
            case .transferAccepted:
                try Posting(debit: Self.inFlight, credit: Self.recipient, amount: 100, reason: .transferReceived)
            case .transferReturnedToWallet:
                try Posting(debit: Self.inFlight, credit: Self.sender, amount: 100, reason: .transferReturned)
            case .transferReturnedToCard:
                try Posting(debit: Self.inFlight, credit: Self.clearing, amount: 100, reason: .transferReturned)
            case .transferBounced:
                try Posting(debit: Self.clearing, credit: Self.sender, amount: 100, reason: .refundReversal)
            case .topUp: try Posting(debit: Self.clearing, credit: Self.sender, amount: 100, reason: .topUp)
            case .cashOut:
                try Posting(debit: Self.sender, credit: Self.clearing, amount: 100, reason: .cashOut, fromHold: true)
            case .platformFee: try Posting(debit: Self.payable, credit: Self.earned, amount: 100, reason: .platformFee)
            case .withdrawn: try Posting(debit: Self.payable, credit: Self.clearing, amount: 100, reason: .chargeback)
            case .reinstated:
                try Posting(debit: Self.clearing, credit: Self.payable, amount: 100, reason: .chargebackReversal)
            case .disputeFee: try Posting(debit: Self.payable, credit: Self.clearing, amount: 100, reason: .disputeFee)
            case .disputeFeeReturned:
                try Posting(debit: Self.clearing, credit: Self.payable, amount: 100, reason: .disputeFeeReversal)
            case .personWithdrawn:
                try Posting(debit: Self.sender, credit: Self.clearing, amount: 100, reason: .chargeback)
            case .personReinstated:
                try Posting(debit: Self.clearing, credit: Self.sender, amount: 100, reason: .chargebackReversal)
            case .personDisputeFee:
                try Posting(debit: Self.sender, credit: Self.clearing, amount: 100, reason: .disputeFee)
            case .personDisputeFeeReturned:
                try Posting(debit: Self.clearing, credit: Self.sender, amount: 100, reason: .disputeFeeReversal)
            case .receivableRaised:
                try Posting(debit: Self.debt, credit: Self.payable, amount: 100, reason: .receivableRaised)
            case .receivableRecovered:
                try Posting(debit: Self.payable, credit: Self.debt, amount: 100, reason: .receivableRecovered)
            case .personRaised:
                try Posting(debit: Self.personDebt, credit: Self.sender, amount: 100, reason: .receivableRaised)
            case .personRecovered:
                try Posting(debit: Self.sender, credit: Self.personDebt, amount: 100, reason: .receivableRecovered)
            }
        #expect(try operation.posting(.toPlatform) == expected)
    }

    @Test("name these accounts, amounts and reasons when funds go to the bot", arguments: PlannedOperation.allCases)
    func toBot(operation: PlannedOperation) throws {
        let expected: Posting =
            switch operation {
            case .charge:
                try Posting(debit: Self.directClearing, credit: Self.directSettlement, amount: 60, reason: .charge)
            case .refund:
                try Posting(debit: Self.directSettlement, credit: Self.directClearing, amount: 100, reason: .refund)
            case .bouncedRefund:
                try Posting(
                    debit: Self.directClearing, credit: Self.directSettlement, amount: 100, reason: .refundReversal)
            case .partialApproval:
                try Posting(
                    debit: Self.directClearing, credit: Self.directSettlement, amount: 100, reason: .partialApproval)
            case .partialReversal:
                try Posting(
                    debit: Self.directSettlement, credit: Self.directClearing, amount: 100, reason: .partialReversal)
            case .platformFee: try Posting(debit: Self.debt, credit: Self.earned, amount: 100, reason: .platformFee)
            case .withdrawn:
                try Posting(debit: Self.directSettlement, credit: Self.directClearing, amount: 100, reason: .chargeback)
            case .reinstated:
                try Posting(
                    debit: Self.directClearing, credit: Self.directSettlement, amount: 100, reason: .chargebackReversal)
            case .disputeFee:
                try Posting(debit: Self.directSettlement, credit: Self.directClearing, amount: 100, reason: .disputeFee)
            case .disputeFeeReturned:
                try Posting(
                    debit: Self.directClearing, credit: Self.directSettlement, amount: 100, reason: .disputeFeeReversal)
            default: try operation.posting(.toPlatform)
            }
        #expect(try operation.posting(.toBot) == expected)
    }

    @Test("reserve a refund on what the platform owes the bot, and nowhere when it owes nothing")
    func refundHold() {
        #expect(PostingPlans.refundHold(Some.charge(.toPlatform)) == Self.payable)
        #expect(PostingPlans.refundHold(Some.charge(.toBot)) == nil)
        #expect(PostingPlans.wallet(of: Some.movement(.cashOut)) == Self.sender)
    }

    @Test("refuse to post nothing or less", arguments: [Int64(0), -1, .min])
    func notPositive(amount: Int64) {
        #expect(throws: LedgerError.amountNotPositive(amount)) {
            try PostingPlans.charge(Some.charge(.toPlatform), captured: amount)
        }
    }

    @Test(
        "keep the book at zero, whatever is posted in whatever order", arguments: [UInt64(7), .random(in: 0 ... .max)])
    func conservation(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        var book: [AccountKey: AccountState] = [:]
        var refused = 0
        for _ in 0..<20_000 {
            guard let operation = PlannedOperation.allCases.randomElement(using: &random) else { continue }
            let posting = try operation.posting(Bool.random(using: &random) ? .toPlatform : .toBot)
            var debited =
                book[posting.debit] ?? AccountState(kind: posting.debit.kind, balance: 0, held: 0)
            var credited =
                book[posting.credit] ?? AccountState(kind: posting.credit.kind, balance: 0, held: 0)
            do {
                if posting.isFromHold { try debited.hold(posting.amount) }
                try debited.debit(posting.amount, fromHold: posting.isFromHold)
                try credited.credit(posting.amount)
                (book[posting.debit], book[posting.credit]) = (debited, credited)
            } catch LedgerError.insufficientFunds {
                refused += 1
            }
            let sum = book.values.reduce(Int64(0)) { $0 + $1.balance }
            try #require(sum == 0, "seed \(seed): \(operation) made or lost \(sum)")
        }
        #expect(refused > 0, "a run in which nothing is ever refused proves little")
        for (key, state) in book where key.kind.isGuarded {
            #expect(state.balance >= 0 && state.held == 0, "seed \(seed): \(key.kind)")
        }
    }
}
