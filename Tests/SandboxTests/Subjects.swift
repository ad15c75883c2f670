import FlorinTesting
import Payments
import Ports
import Primitives
import SandboxAcquirer
import SandboxProcessor
import Synchronization

/// A clock on which nobody waits: to sleep is to move the time.
final class LeapingClock: WallClock {
    private let time: Mutex<Timestamp>

    init(_ start: Timestamp = Timestamp(seconds: 1_800_000_000)) { time = Mutex(start) }

    func now() -> Timestamp { time.withLock { $0 } }

    func sleep(until deadline: Timestamp) async throws { leap(to: deadline) }

    func leap(to later: Timestamp) { time.withLock { $0 = max($0, later) } }
}

func number(_ digits: String) throws -> CardNumber { try CardNumber(parsing: digits.utf8) }

func credentials(_ digits: String, code: String? = nil) -> CardCredentials? {
    guard let number = try? CardNumber(parsing: digits.utf8), let expiry = CardExpiry(month: 12, year: 2060) else {
        return nil
    }
    return CardCredentials(
        number: number, expiry: expiry,
        securityCode: code.flatMap { SecurityCode(parsing: Array($0.utf8), brand: number.brand) })
}

func usd(_ minorUnits: Int64) -> Money { Money(minorUnits: minorUnits, currency: .usd) }

/// The sandbox, over whatever transport, with the acquirer's clock in the test's hand.
struct SandboxSubject: ProcessorSubject {
    let sandbox: Sandbox
    let clock: LeapingClock
    private let names: Names

    private final class Names: Sendable {
        let next = Mutex(UInt64(1))
    }

    init(transport: any SandboxTransport, clock: LeapingClock) {
        sandbox = Sandbox(transport: transport)
        self.clock = clock
        names = Names()
    }

    /// An embedded sandbox whose book is in memory.
    static func inMemory() -> (subject: SandboxSubject, acquirer: SandboxAcquirer) {
        let clock = LeapingClock()
        let acquirer = SandboxAcquirer(book: MemoryBook(), clock: clock, pageBase: "https://localhost:1")
        let transport = InProcessTransport(acquirer: acquirer, clock: clock)
        return (SandboxSubject(transport: transport, clock: clock), acquirer)
    }

    var processor: any CardProcessor { sandbox }

    /// The sandbox is steered by cards; its line's own faults are examined in FaultTests.
    func arrange(_ situation: ProcessorSituation, for kind: Inquiry.Kind) async -> Bool { false }

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

    func card(_ situation: ProcessorSituation) -> CardCredentials? {
        let wanted: SandboxBehaviour? =
            switch situation {
            case .approves: .approve
            case .isDisputed: .dispute(.fraudulent)
            case .declines(let reason): .decline(reason)
            case .silentWithoutMoney: .misbehave(.silentBefore)
            case .silentWithMoney: .misbehave(.silentAfter)
            case .cutWithMoney: .misbehave(.cutsAfter)
            case .answersTwice: .misbehave(.answersTwice)
            case .liesAboutAmount: .misbehave(.liesAboutAmount)
            case .liesAboutReference: .misbehave(.liesAboutReference)
            case .answersGarbage: .misbehave(.answersGarbage)
            case .answersUnknownStatus: .misbehave(.answersUnknownStatus)
            case .refusesBusy: .misbehave(.refusesBusy)
            case .refusesCredentials: nil
            case .serverErrorWithMoney: .misbehave(.failsAfter)
            }
        return SandboxCards.all.first { $0.behaviour == wanted }.flatMap { credentials($0.digits) }
    }
}

extension SandboxSubject {
    func authorize(
        _ digits: String, _ amount: Money = usd(1_000), capture: Bool = true, credential: StoredCredential? = nil,
        authenticated: String? = nil, as name: WireReference? = nil
    ) async throws -> Outcome {
        guard let card = credentials(digits) else { throw CardNumberError.notANumber }
        return await sandbox.authorize(
            AuthorizeRequest(
                reference: name ?? reference(), amount: amount, card: card, capture: capture,
                credential: credential, authenticatedReference: authenticated))
    }

    func verify(
        _ digits: String, authenticated: String? = nil, requiresAuthentication: Bool = false
    ) async throws -> Outcome {
        guard let card = credentials(digits) else { throw CardNumberError.notANumber }
        return await sandbox.verify(
            VerifyRequest(
                reference: reference(), card: card, usage: .offSession, authenticatedReference: authenticated,
                requiresAuthentication: requiresAuthentication))
    }
}
