import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting
import StripeProcessor

/// The adapter before a simulated Stripe on loopback, with one clock for both.
struct Stage: ProcessorSubject {
    let stripe: Stripe
    let simulator: StripeSimulator
    let faults: FaultBoard
    let clock: LeapingClock
    let base: String
    private let names: FreshReferences

    static let key = Redacted("sk_test_florin_simulated")

    /// Runs `body` with everything up, and takes everything down again.
    static func run(
        cards: StripeAccount.CardForm = .raw, returnURL: String? = nil, limits: ExecutorLimits = Stage.limits,
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        let clock = LeapingClock()
        let simulator = StripeSimulator(clock: clock)
        try await ServedSimulator.serve(simulator, clock: clock, limits: limits) { served in
            simulator.servePages(at: served.base)
            let account = try StripeAccount(
                mode: .test, key: Stage.key, base: served.base, cards: cards, returnURL: returnURL)
            let stripe = Stripe(
                account: account, wire: Stripe.wire(to: account, through: served.executor), clock: clock)
            let stage = Stage(
                stripe: stripe, simulator: simulator, faults: served.faults, clock: clock, base: served.base,
                names: FreshReferences(clock: clock))
            try await body(stage)
        }
    }

    static var limits: ExecutorLimits { ServedSimulator.limits(firstByte: .seconds(3)) }

    // MARK: - Subject

    var processor: any CardProcessor { stripe }

    func newReference() async -> WireReference { reference() }

    func reference(mode: Mode = .test) -> WireReference { names.reference(mode: mode) }

    func pass(_ reference: WireReference) async {
        clock.leap(to: reference.validUntil.advanced(by: .milliseconds(1)))
    }

    func card(_ situation: ProcessorSituation) async -> CardCredentials? {
        switch situation {
        case .approves: return credentials("4242424242424242")
        case .isDisputed: return credentials("4000000000000259")
        case .declines(let reason): return Stage.declining(reason).flatMap { credentials($0) }
        default: return await arrange(situation, for: .charge) ? credentials("4242424242424242") : nil
        }
    }

    func arrange(_ situation: ProcessorSituation, for kind: Inquiry.Kind) async -> Bool {
        let path =
            switch kind {
            case .charge: "/v1/payment_intents"
            case .capture: "/v1/payment_intents/*/capture"
            case .void: "/v1/payment_intents/*/cancel"
            case .refund: "/v1/refunds"
            case .push: "/v1/payouts"
            case .disputeEvidence(let dispute): "/v1/disputes/\(dispute)"
            case .disputeAcceptance(let dispute): "/v1/disputes/\(dispute)/close"
            case .verification: "/v1/setup_intents"
            case .increment: "/v1/payment_intents/*/increment_authorization"
            }
        guard let fault = SimulatedFault(situation) else { return false }
        return faults.add(.init(fault, method: "POST", path: path))
    }

    private static func declining(_ reason: DeclineReason) -> String? {
        switch reason {
        case .genericDecline: "4000000000000002"
        case .insufficientFunds: "4000000000009995"
        case .lostCard: "4000000000009987"
        case .stolenCard: "4000000000009979"
        case .expiredCard: "4000000000000069"
        case .incorrectSecurityCode: "4000000000000127"
        case .processingError: "4000000000000119"
        case .cardVelocityExceeded: "4000000000006975"
        case .fraudulent: "4100000000000019"
        case .authenticationRequired: "4000002760003184"
        default: nil
        }
    }
}
