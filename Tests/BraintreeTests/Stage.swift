import BraintreeProcessor
import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import SimulatorTesting

/// The card that Braintree's sandbox approves.
func credentials(code: String? = "123") -> CardCredentials? { credentials("4111111111111111", code: code) }

enum StageFailure: Error { case noKeys, notApproved }

/// The keys of the simulated account.
func simulatedKeys() throws -> BraintreeKeys {
    guard let keys = BraintreeKeys(pair: Redacted(BraintreeSimulator.keys)) else {
        throw StageFailure.noKeys
    }
    return keys
}

/// The adapter before a simulated Braintree on loopback, with one clock for both. Captured money settles at once, unless a
/// test orders otherwise.
struct Stage: ProcessorSubject {
    let braintree: Braintree
    let simulator: BraintreeSimulator
    let faults: FaultBoard
    let clock: LeapingClock
    /// An adapter for the same account that knows nothing of what this one sent, as after a restart.
    let restarted: @Sendable () -> Braintree
    /// An adapter that takes the place of this one in the same process, as when the keys are replaced.
    let successor: @Sendable () -> Braintree
    private let names: FreshReferences

    /// Runs `body` with everything up, and takes everything down again.
    static func run(
        limits: ExecutorLimits = Stage.limits, _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        let clock = LeapingClock()
        let simulator = BraintreeSimulator(clock: clock)
        _ = simulator.set("search_lag", to: "0")
        _ = simulator.set("settlement", to: "at_once")
        try await ServedSimulator.serve(simulator, clock: clock, limits: limits) { served in
            let account = try BraintreeAccount(
                mode: .test, keys: simulatedKeys(), merchantAccounts: BraintreeSimulator.merchantAccounts,
                base: served.base)
            let make: @Sendable (BraintreeSent?) -> Braintree = { memory in
                Braintree(
                    account: account, wire: Braintree.wire(to: account, through: served.executor), clock: clock,
                    memory: memory)
            }
            let memory = BraintreeSent(began: clock.now())
            let stage = Stage(
                braintree: make(memory), simulator: simulator, faults: served.faults, clock: clock,
                restarted: { make(nil) }, successor: { make(memory) }, names: FreshReferences(clock: clock))
            try await body(stage)
        }
    }

    static var limits: ExecutorLimits { ServedSimulator.limits(firstByte: .seconds(3)) }

    // MARK: - Subject

    var processor: any CardProcessor { braintree }

    func newReference() async -> WireReference { reference() }

    func reference(mode: Mode = .test) -> WireReference { names.reference(mode: mode) }

    /// Past the time after which absence is concluded.
    func pass(_ reference: WireReference) async {
        clock.leap(to: reference.validUntil.advanced(by: .seconds(15 * 60)).advanced(by: .milliseconds(1)))
    }

    func repeatsAfterSilence(_ kind: Inquiry.Kind) -> Bool { kind == .capture || kind == .void }

    func card(_ situation: ProcessorSituation) async -> CardCredentials? {
        switch situation {
        case .approves: return credentials()
        case .isDisputed: return credentials("4023898493988028")
        // Other declines are chosen by the amount.
        case .declines(.incorrectSecurityCode):
            return simulator.set("reject_wrong_code", to: "true") ? credentials(code: "200") : nil
        case .declines: return nil
        default: return await arrange(situation, for: .charge) ? credentials() : nil
        }
    }

    func arrange(_ situation: ProcessorSituation, for kind: Inquiry.Kind) async -> Bool {
        let path =
            switch kind {
            case .charge: "/graphql/*PaymentMethod"
            case .capture: "/graphql/captureTransaction"
            case .void: "/graphql/reverseTransaction"
            case .refund: "/graphql/refundTransaction"
            case .disputeEvidence: "/graphql/finalizeDispute"
            case .disputeAcceptance: "/graphql/acceptDispute"
            case .push, .verification, .increment: "/nothing"
            }
        guard let fault = SimulatedFault(situation) else { return false }
        return faults.add(.init(fault, method: "POST", path: path))
    }
}
