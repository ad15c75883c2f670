import FlorinTesting
import PayPalProcessor
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators

struct PayPalVendor: Vendor {
    let name = "paypal"
    /// A capture, void or refund that is not there is absent 15 minutes after its validity.
    let certainty = Duration.seconds(20 * 60)
    let card = "4242424242424242"
    let authentication: (card: String, passes: String)? = ("4000002760003184", "result=approve")
    private let paypal: PayPalSimulator

    init(_ clock: any WallClock) { paypal = PayPalSimulator(clock: clock) }

    var simulator: any SimulatedVendor { paypal }

    func processor(at base: String, _ executor: HTTPExecutor, _ clock: any WallClock) throws -> any CardProcessor {
        paypal.servePages(at: base)
        let account = try PayPalAccount(
            mode: .test, clientID: "simulated-client", secret: Redacted("simulated-secret"), base: base,
            returnURL: "https://shop.example/back")
        return PayPal(
            account: account, wire: PayPal.wire(to: account, through: executor, clock: clock), clock: clock)
    }

    func route(_ operation: Operation) -> (method: String, path: String) {
        switch operation {
        case .sale, .authenticated: ("POST", "/v2/checkout/orders/*/capture")
        case .authorization: ("POST", "/v2/checkout/orders/*/authorize")
        case .capture: ("POST", "/v2/payments/authorizations/*/capture")
        case .void: ("POST", "/v2/payments/authorizations/*/void")
        case .refund: ("POST", "/v2/payments/captures/*/refund")
        case .payout, .cashOut: ("POST", "/v1/payments/payouts")
        // Not offered.
        case .increment, .verification, .evidence, .surrender: ("POST", "/v1/none")
        }
    }

    let operations: [Operation] = [
        .sale, .authorization, .capture, .void, .refund, .authenticated, .payout, .cashOut,
    ]

    /// Whoever is paid by whatever row: there is one book of payouts.
    func done(_: Operation) -> Int64 {
        (simulator.book["payouts"]?.elements ?? []).filter { $0["transaction_status"]?.text == "SUCCESS" }
            .reduce(0) { $0 + (Int64(($1["payout_item"]?["amount"]?["value"]?.text ?? "").filter { $0 != "." }) ?? 0) }
    }

    var totals: Totals {
        let book = simulator.book
        var totals = Totals()
        for one in book["authorizations"]?.elements ?? [] where one["status"]?.text == "CREATED" {
            totals.held += Self.cents(one)
        }
        for one in book["captures"]?.elements ?? []
        where one["status"]?.text != "DECLINED" && one["status"]?.text != "PENDING" {
            totals.captured += Self.cents(one)
        }
        for one in book["refunds"]?.elements ?? [] where one["status"]?.text == "COMPLETED" {
            totals.refunded += Self.cents(one)
        }
        return totals
    }

    /// "10.00" is 1000.
    private static func cents(_ object: JSONValue) -> Int64 {
        Int64((object["amount"]?["value"]?.text ?? "").filter { $0 != "." }) ?? 0
    }
}
