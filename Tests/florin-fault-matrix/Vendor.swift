import FlorinTesting
import Payments
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators

/// What is asked of a processor in one row of the matrix.
enum Operation: String, CaseIterable, Sendable {
    case sale, authorization, capture, void, refund
    /// A sale that goes on once the cardholder has authenticated.
    case authenticated
    /// A hold is raised.
    case increment
    /// A card is verified in order to be kept.
    case verification
    /// A bot is paid out to its account at the vendor.
    case payout
    /// A person empties a wallet into their account at the vendor.
    case cashOut = "cash-out"
    /// Evidence is handed in for a dispute.
    case evidence
    /// A dispute is given up.
    case surrender

    /// Whether its row is about a payment, and compared by what is held, captured and refunded of it.
    var isOfPayment: Bool {
        switch self {
        case .sale, .authorization, .capture, .void, .refund, .authenticated, .increment: true
        case .verification, .payout, .cashOut, .evidence, .surrender: false
        }
    }
}

/// What goes wrong with it.
enum Fault: Hashable, Sendable, CustomStringConvertible {
    /// Nobody listens at the processor's address.
    case refused
    case simulated(SimulatedFault)

    static let all: [Fault] =
        [.refused]
        + [
            .stallBefore, .stallAfter, .cutBefore, .cutAfter, .cutInside, .errorBefore, .errorAfter, .busy,
            .unauthorized, .slowBody, .garbage, .lie(.amount), .lie(.reference), .lie(.status),
        ].map { .simulated($0) }

    var description: String {
        switch self {
        case .refused: "connection refused"
        case .simulated(.stallBefore): "silence, not done"
        case .simulated(.stallAfter): "silence, done"
        case .simulated(.cutBefore): "cut, not done"
        case .simulated(.cutAfter): "cut, done"
        case .simulated(.cutInside): "cut in the answer"
        case .simulated(.errorBefore): "503, not done"
        case .simulated(.errorAfter): "500, done"
        case .simulated(.busy): "429"
        case .simulated(.unauthorized): "401, not done"
        case .simulated(.slowBody): "answer trickles"
        case .simulated(.garbage): "nonsense, done"
        case .simulated(.lie(.amount)): "wrong amount told"
        case .simulated(.lie(.reference)): "wrong reference told"
        case .simulated(.lie(.status)): "unheard-of status"
        case .simulated(.delay): "late"
        }
    }
}

/// Money on one payment, in minor units, as one side's book shows it.
struct Totals: Hashable, Sendable, CustomStringConvertible {
    var held: Int64 = 0
    var captured: Int64 = 0
    var refunded: Int64 = 0

    static func - (left: Totals, right: Totals) -> Totals {
        Totals(
            held: left.held - right.held, captured: left.captured - right.captured,
            refunded: left.refunded - right.refunded)
    }

    var description: String { "\(held)/\(captured)/\(refunded)" }
}

/// How a dispute is made at the vendor.
enum DisputeOrigin: Sendable {
    /// A charge of this card is disputed.
    case card(String)
    /// The simulator is told so, of the newest charge.
    case setting(String, to: String)
}

/// One adapter with its simulated vendor.
protocol Vendor: Sendable {
    /// As connections name it.
    var name: String { get }
    var simulator: any SimulatedVendor { get }
    /// The adapter, speaking to the simulator at that address.
    func processor(at base: String, _ executor: HTTPExecutor, _ clock: any WallClock) throws -> any CardProcessor
    /// Which request of an operation moves the money: method and path, as ``FaultBoard`` takes them.
    func route(_ operation: Operation) -> (method: String, path: String)
    /// A test number of the vendor's that approves.
    var card: String { get }
    /// One whose cardholder has to authenticate first, and what the page is posted that they see then; nil where the adapter cannot
    /// ask for it.
    var authentication: (card: String, passes: String)? { get }
    /// Within which everything is certain, by docs/processors: a row that takes longer fails.
    var certainty: Duration { get }
    /// The same of one operation, where it takes longer.
    func certainty(of operation: Operation) -> Duration
    /// The sum over the vendor's whole book.
    var totals: Totals { get }
    /// What the adapter offers of it all.
    var operations: [Operation] { get }
    /// How much of an operation that is not of a payment the vendor has done: cents paid out, cards verified, answers taken.
    func done(_ operation: Operation) -> Int64
    /// Nil where the adapter answers no disputes.
    var disputes: DisputeOrigin? { get }
    /// Whether a verification that was not answered is given up although the vendor may have made it, as docs/processors says: it
    /// moved nothing, and nothing rests on it.
    var givesUpVerifications: Bool { get }
}

extension Vendor {
    func certainty(of _: Operation) -> Duration { certainty }
    var disputes: DisputeOrigin? { nil }
    var givesUpVerifications: Bool { false }
}
