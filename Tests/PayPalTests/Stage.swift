import FlorinTesting
import PayPalProcessor
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting

/// The adapter before a simulated PayPal on loopback, with one clock for both.
struct Stage: ProcessorSubject {
    let paypal: PayPal
    let simulator: PayPalSimulator
    let faults: FaultBoard
    let clock: LeapingClock
    let base: String
    let executor: HTTPExecutor
    private let names: FreshReferences

    /// Runs `body` with everything up, and takes everything down again.
    static func run(
        returnURL: String? = nil, secret: String = "simulated-secret", limits: ExecutorLimits = Stage.limits,
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        let clock = LeapingClock()
        let simulator = PayPalSimulator(clock: clock)
        try await ServedSimulator.serve(simulator, clock: clock, limits: limits) { served in
            simulator.servePages(at: served.base)
            let account = try PayPalAccount(
                mode: .test, clientID: "simulated-client", secret: Redacted(secret), base: served.base,
                returnURL: returnURL)
            let paypal = PayPal(
                account: account, wire: PayPal.wire(to: account, through: served.executor, clock: clock), clock: clock)
            let stage = Stage(
                paypal: paypal, simulator: simulator, faults: served.faults, clock: clock, base: served.base,
                executor: served.executor, names: FreshReferences(clock: clock))
            try await body(stage)
        }
    }

    static var limits: ExecutorLimits { ServedSimulator.limits(firstByte: .seconds(8)) }

    // MARK: - Subject

    var processor: any CardProcessor { paypal }

    func newReference() async -> WireReference { reference() }

    func reference(mode: Mode = .test) -> WireReference { names.reference(mode: mode) }

    func pass(_ reference: WireReference) async {
        clock.leap(to: reference.validUntil.advanced(by: .milliseconds(1)))
    }

    func card(_ situation: ProcessorSituation) async -> CardCredentials? {
        switch situation {
        case .approves, .isDisputed: return credentials("4242424242424242")
        case .declines(let reason): return Stage.declining(reason).flatMap { credentials($0) }
        default: return await arrange(situation, for: .charge) ? credentials("4242424242424242") : nil
        }
    }

    func arrange(_ situation: ProcessorSituation, for kind: Inquiry.Kind) async -> Bool {
        let path =
            switch kind {
            case .charge: "/v2/checkout/orders/"
            case .capture: "/v2/payments/authorizations/*/capture"
            case .void: "/v2/payments/authorizations/*/void"
            case .refund: "/v2/payments/captures/"
            case .push: "/v1/payments/payouts"
            case .disputeEvidence, .disputeAcceptance, .verification, .increment: "/nothing"
            }
        guard let fault = SimulatedFault(situation) else { return false }
        // A token that was refused is replaced and the message sent once more; the other one is refused too.
        return faults.add(.init(fault, method: "POST", path: path, times: fault == .unauthorized ? 2 : 1))
    }

    private static func declining(_ reason: DeclineReason) -> String? {
        switch reason {
        case .genericDecline: "4000000000000002"
        case .insufficientFunds: "4000000000009995"
        case .lostCard: "4000000000009987"
        case .pickupCard: "4000000000009979"
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
