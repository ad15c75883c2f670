import BraintreeProcessor
import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import ServiceLifecycle
import Synchronization

func credentials(_ digits: String = "4111111111111111", code: String? = "123") -> CardCredentials? {
    guard let number = try? CardNumber(parsing: digits.utf8), let expiry = CardExpiry(month: 12, year: 2060) else {
        return nil
    }
    return CardCredentials(
        number: number, expiry: expiry,
        securityCode: code.flatMap { SecurityCode(parsing: Array($0.utf8), brand: number.brand) })
}

func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }

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
    private let names: Names

    private final class Names: Sendable {
        let next = Mutex(UInt64(1))
    }

    /// Runs `body` with everything up, and takes everything down again.
    static func run(
        limits: ExecutorLimits = Stage.limits, _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        let clock = LeapingClock()
        let simulator = BraintreeSimulator(clock: clock)
        _ = simulator.set("search_lag", to: "0")
        _ = simulator.set("settlement", to: "at_once")
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = try SimulatorServer(simulator, clock: clock) { listening.yield($0) }
        let group = ServiceGroup(services: [server], logger: HTTPExecutor.silent)
        let executor = HTTPExecutor(limits: limits)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let base = "http://127.0.0.1:\(await ports.first { _ in true } ?? 0)"
            let account = try BraintreeAccount(
                mode: .test, keys: simulatedKeys(), merchantAccounts: BraintreeSimulator.merchantAccounts, base: base)
            let make: @Sendable () -> Braintree = {
                Braintree(account: account, wire: Braintree.wire(to: account, through: executor), clock: clock)
            }
            let stage = Stage(
                braintree: make(), simulator: simulator, faults: server.faults, clock: clock, restarted: make,
                names: Names())
            let result: Result<Void, any Error>
            do { result = .success(try await body(stage)) } catch { result = .failure(error) }
            await executor.shutdown()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    /// Short where a test waits for it to pass, long where a busy machine must not make a fault of its own.
    static var limits: ExecutorLimits {
        var limits = ExecutorLimits()
        limits.firstByte = .seconds(3)
        limits.body = .seconds(2)
        limits.connect = .seconds(10)
        return limits
    }

    // MARK: - Subject

    var processor: any CardProcessor { braintree }

    func newReference() async -> WireReference { reference() }

    func reference(mode: Mode = .test) -> WireReference {
        let now = clock.now()
        let serial = names.next.withLock { serial in
            serial += 1
            return serial
        }
        return WireReference(
            operation: OperationID(at: now, random: (serial, serial &* 0x9E37_79B9_7F4A_7C15)), mode: mode,
            created: now, validUntil: now.advanced(by: .seconds(3_600)))
    }

    /// Past the time after which absence is concluded.
    func pass(_ reference: WireReference) async {
        clock.leap(to: reference.validUntil.advanced(by: .seconds(15 * 60)).advanced(by: .milliseconds(1)))
    }

    func repeatsAfterSilence(_ kind: Inquiry.Kind) -> Bool { kind == .capture || kind == .void }

    func card(_ situation: ProcessorSituation) async -> CardCredentials? {
        switch situation {
        case .approves: return credentials()
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
            case .push, .disputeEvidence, .disputeAcceptance, .verification, .increment: "/nothing"
            }
        guard let fault = Stage.fault(situation) else { return false }
        return faults.add(.init(fault, method: "POST", path: path))
    }

    static func fault(_ situation: ProcessorSituation) -> SimulatedFault? {
        switch situation {
        case .approves, .declines, .answersTwice: nil
        case .silentWithoutMoney: .stallBefore
        case .silentWithMoney: .stallAfter
        case .cutWithMoney: .cutAfter
        case .liesAboutAmount: .lie(.amount)
        case .liesAboutReference: .lie(.reference)
        case .answersGarbage: .garbage
        case .answersUnknownStatus: .lie(.status)
        case .refusesBusy: .busy
        case .serverErrorWithMoney: .errorAfter
        }
    }
}
