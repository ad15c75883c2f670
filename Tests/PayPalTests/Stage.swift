import FlorinTesting
import Logging
import PayPalProcessor
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import ServiceLifecycle
import Synchronization

func credentials(_ digits: String, code: String? = "123") -> CardCredentials? {
    guard let number = try? CardNumber(parsing: digits.utf8), let expiry = CardExpiry(month: 12, year: 2060) else {
        return nil
    }
    return CardCredentials(
        number: number, expiry: expiry,
        securityCode: code.flatMap { SecurityCode(parsing: Array($0.utf8), brand: number.brand) })
}

func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }

/// The adapter before a simulated PayPal on loopback, with one clock for both.
struct Stage: ProcessorSubject {
    let paypal: PayPal
    let simulator: PayPalSimulator
    let faults: FaultBoard
    let clock: LeapingClock
    let base: String
    let executor: HTTPExecutor
    private let names: Names

    private final class Names: Sendable {
        let next = Mutex(UInt64(1))
    }

    /// Runs `body` with everything up, and takes everything down again.
    static func run(
        returnURL: String? = nil, secret: String = "simulated-secret", limits: ExecutorLimits = Stage.limits,
        _ body: @escaping @Sendable (Stage) async throws -> Void
    ) async throws {
        let clock = LeapingClock()
        let simulator = PayPalSimulator(clock: clock)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        let server = try SimulatorServer(simulator, clock: clock) { listening.yield($0) }
        let group = ServiceGroup(services: [server], logger: HTTPExecutor.silent)
        let executor = HTTPExecutor(limits: limits)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let base = "http://127.0.0.1:\(await ports.first { _ in true } ?? 0)"
            simulator.servePages(at: base)
            let account = try PayPalAccount(
                mode: .test, clientID: "simulated-client", secret: Redacted(secret), base: base, returnURL: returnURL)
            let paypal = PayPal(
                account: account, wire: PayPal.wire(to: account, through: executor, clock: clock), clock: clock)
            let stage = Stage(
                paypal: paypal, simulator: simulator, faults: server.faults, clock: clock, base: base,
                executor: executor, names: Names())
            let result = await Result { try await body(stage) }
            await executor.shutdown()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    /// Short where a test waits for it to pass, long where a busy machine must not make a fault of its own.
    static var limits: ExecutorLimits {
        var limits = ExecutorLimits()
        limits.firstByte = .seconds(8)
        limits.body = .seconds(2)
        limits.connect = .seconds(10)
        return limits
    }

    // MARK: - Subject

    var processor: any CardProcessor { paypal }

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

    func pass(_ reference: WireReference) async {
        clock.leap(to: reference.validUntil.advanced(by: .milliseconds(1)))
    }

    func card(_ situation: ProcessorSituation) async -> CardCredentials? {
        switch situation {
        case .approves: return credentials("4242424242424242")
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

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
