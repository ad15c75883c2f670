import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import StripeProcessor

struct StripeVendor: Vendor {
    let name = "stripe"
    let card = "4242424242424242"
    let authentication: (card: String, passes: String)? = ("4000002760003184", "result=pass")
    let certainty = Duration.seconds(5 * 60)
    private let stripe: StripeSimulator

    /// A verification that was never made is absent from the list some time after it could have been.
    func certainty(of operation: Operation) -> Duration {
        operation == .verification ? .seconds(20 * 60) : certainty
    }

    init(_ clock: any WallClock) { stripe = StripeSimulator(clock: clock) }

    var simulator: any SimulatedVendor { stripe }

    func processor(at base: String, _ executor: HTTPExecutor, _ clock: any WallClock) throws -> any CardProcessor {
        stripe.servePages(at: base)
        let account = try StripeAccount(
            mode: .test, key: Redacted("sk_test_florin_simulated"), base: base, cards: .raw,
            returnURL: "https://shop.example/back")
        return Stripe(account: account, wire: Stripe.wire(to: account, through: executor), clock: clock)
    }

    func route(_ operation: Operation) -> (method: String, path: String) {
        switch operation {
        case .sale, .authorization: ("POST", "/v1/payment_intents")
        case .capture: ("POST", "/v1/payment_intents/*/capture")
        case .void: ("POST", "/v1/payment_intents/*/cancel")
        case .refund: ("POST", "/v1/refunds")
        case .authenticated: ("POST", "/v1/payment_intents/*/confirm")
        case .increment: ("POST", "/v1/payment_intents/*/increment_authorization")
        case .verification: ("POST", "/v1/setup_intents")
        case .evidence: ("POST", "/v1/disputes/*")
        case .surrender: ("POST", "/v1/disputes/*/close")
        // No push to a person is published.
        case .payout, .cashOut: ("POST", "/v1/payouts")
        }
    }

    let operations: [Operation] = [
        .sale, .authorization, .capture, .void, .refund, .authenticated, .increment, .verification, .evidence,
        .surrender,
    ]
    let disputes: DisputeOrigin? = .card("4000000000000259")

    func done(_ operation: Operation) -> Int64 {
        let disputes = simulator.book["disputes"]?.elements ?? []
        return switch operation {
        case .verification:
            Int64((simulator.book["setups"]?.elements ?? []).count { $0["status"]?.text == "succeeded" })
        case .evidence: disputes.reduce(0) { $0 + ($1["evidence_details"]?["submission_count"]?.integer ?? 0) }
        case .surrender: Int64(disputes.count { $0["status"]?.text == "lost" })
        default: 0
        }
    }

    var totals: Totals {
        let book = simulator.book
        var totals = Totals()
        for intent in book["intents"]?.elements ?? [] {
            totals.held += intent["amount_capturable"]?.integer ?? 0
            totals.captured += intent["amount_received"]?.integer ?? 0
        }
        for refund in book["refunds"]?.elements ?? []
        where refund["status"]?.text != "failed" && refund["status"]?.text != "canceled" {
            totals.refunded += refund["amount"]?.integer ?? 0
        }
        return totals
    }
}
