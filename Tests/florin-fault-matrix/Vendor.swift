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
    /// The sum over the vendor's whole book.
    var totals: Totals { get }
}

extension Vendor {
    /// What the adapter offers of it all.
    var operations: [Operation] { Operation.allCases.filter { $0 != .authenticated || authentication != nil } }
}
