import Payments
import Primitives
import Synchronization

/// Which object a request was about, for its line in the log: written by the handler, read when the answer is made.
final class SubjectNote: Sendable {
    private let state = Mutex<Report?>(nil)

    /// A part of the line; empty when the request was about none of those that money moves by.
    var report: Report { state.withLock { $0 } ?? "" }

    /// Looks for the object's name in an answer of ours: at its beginning, or where a decline shows its payment.
    func note(_ body: [UInt8]) {
        guard let found = Self.name(in: body).flatMap(Self.report) else { return }
        state.withLock { $0 = found }
    }

    private static let object = Array(#"{"id":""#.utf8)
    private static let declined = Array(#"{"error":{"#.utf8)
    private static let payment = Array(#""payment_intent":{"id":""#.utf8)
    private static let setup = Array(#""setup_intent":{"id":""#.utf8)
    private static let charge = Array(#""charge":""#.utf8)

    private static func name(in body: [UInt8]) -> String? {
        if body.starts(with: object) { return text(body[object.count...]) }
        guard body.starts(with: declined) else { return nil }
        for key in [payment, setup, charge] {
            for start in body.indices where body[start] == key[0] && body[start...].starts(with: key) {
                return text(body[(start + key.count)...])
            }
        }
        return nil
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        let name = bytes.prefix(64).prefix { $0 != UInt8(ascii: "\"") }
        return name.count < 64 ? String(decoding: name, as: UTF8.self) : nil
    }

    /// By identifiers alone: nothing else of an answer can get into the log.
    private static func report(_ name: String) -> Report? {
        switch name.prefix(while: { $0 != "_" }) {
        case "pi": PaymentID(name).map { ", \($0)" }
        case "ch": ChargeID(name).map { ", \($0)" }
        case "re": RefundID(name).map { ", \($0)" }
        case "ft": FriendTransferID(name).map { ", \($0)" }
        case "wm": WalletMovementID(name).map { ", \($0)" }
        case "po": PayoutID(name).map { ", \($0)" }
        case "seti": SetupIntentID(name).map { ", \($0)" }
        case "dp", "du": DisputeID(name).map { ", \($0)" }
        default: nil
        }
    }
}
