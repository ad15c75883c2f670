import BraintreeProcessor
import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators

/// Braintree, whose captured money settles at once here: a refund of what has not settled is another operation there.
struct BraintreeVendor: Vendor {
    let name = "braintree"
    let card = "4111111111111111"
    let authentication: (card: String, passes: String)? = nil
    let certainty = Duration.seconds(20 * 60)
    private let braintree: BraintreeSimulator

    init(_ clock: any WallClock) {
        braintree = BraintreeSimulator(clock: clock)
        _ = braintree.set("search_lag", to: "0")
        _ = braintree.set("settlement", to: "at_once")
    }

    var simulator: any SimulatedVendor { braintree }

    func processor(at base: String, _ executor: HTTPExecutor, _ clock: any WallClock) throws -> any CardProcessor {
        guard let keys = BraintreeKeys(pair: Redacted(BraintreeSimulator.keys)) else {
            throw MatrixFailure("the simulated keys are no keys")
        }
        let account = try BraintreeAccount(
            mode: .test, keys: keys, merchantAccounts: BraintreeSimulator.merchantAccounts, base: base)
        return Braintree(account: account, wire: Braintree.wire(to: account, through: executor), clock: clock)
    }

    func route(_ operation: Operation) -> (method: String, path: String) {
        switch operation {
        case .sale, .authorization, .authenticated: ("POST", "/graphql/*PaymentMethod")
        case .capture: ("POST", "/graphql/captureTransaction")
        case .void: ("POST", "/graphql/reverseTransaction")
        case .refund: ("POST", "/graphql/refundTransaction")
        case .verification: ("POST", "/graphql/verifyCreditCard")
        case .evidence: ("POST", "/graphql/finalizeDispute")
        case .surrender: ("POST", "/graphql/acceptDispute")
        // Not offered.
        case .increment, .payout, .cashOut: ("POST", "/graphql/none")
        }
    }

    let operations: [Operation] = [
        .sale, .authorization, .capture, .void, .refund, .verification, .evidence, .surrender,
    ]
    let disputes: DisputeOrigin? = .setting("dispute", to: "last")
    let givesUpVerifications = true

    /// A text that was handed in twice counts as another answer.
    func done(_ operation: Operation) -> Int64 {
        let disputes = simulator.book["disputes"]?.elements ?? []
        switch operation {
        case .verification: return simulator.book["verifications"]?.integer ?? 0
        case .evidence:
            let answered = disputes.filter { $0["status"]?.text == "disputed" }
            return answered.reduce(0) { sum, dispute in
                let texts = (dispute["evidence"]?.elements ?? []).map { $0["content"]?.text ?? "" }
                return sum + 1 + Int64(texts.count - Set(texts).count)
            }
        case .surrender: return Int64(disputes.count { $0["status"]?.text == "accepted" })
        default: return 0
        }
    }

    var totals: Totals {
        let book = simulator.book
        var totals = Totals()
        for transaction in book["transactions"]?.elements ?? [] {
            let amount = Self.cents(transaction["amount"]?["value"]?.text)
            switch transaction["status"]?.text {
            case "AUTHORIZED": totals.held += amount
            case "SUBMITTED_FOR_SETTLEMENT", "SETTLING", "SETTLED": totals.captured += amount
            default: break
            }
        }
        for refund in book["refunds"]?.elements ?? []
        where refund["status"]?.text?.hasPrefix("SETTL") == true
            || refund["status"]?.text == "SUBMITTED_FOR_SETTLEMENT"
        {
            totals.refunded += Self.cents(refund["amount"]?["value"]?.text)
        }
        return totals
    }

    /// "10.00" is 1000.
    private static func cents(_ text: String?) -> Int64 { Int64((text ?? "").filter { $0 != "." }) ?? 0 }
}
