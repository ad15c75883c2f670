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
