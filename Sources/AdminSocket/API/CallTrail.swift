import AdminContract
import Engine
import Logging
import Payments
import Ports
import Primitives
import Synchronization

/// What one call leaves in the audit log. A handler whose route is recorded `within` its change hands ``hook`` to the
/// commit; everything else is the front's to record.
final class CallTrail: Sendable {
    let who: Operator
    let route: AdminRoute
    private let log: AuditLog
    private let clock: any WallClock
    private let logger: Logger
    private let subject: String?
    private let parameters: String
    private let isHooked = Mutex(false)

    init(
        who: Operator, route: AdminRoute, parameters: [String], body: [UInt8], log: AuditLog, clock: any WallClock,
        logger: Logger
    ) {
        self.who = who
        self.route = route
        self.log = log
        self.clock = clock
        self.logger = logger
        let named = Array(zip(route.parameterNames, parameters.map(Self.harmless)))
        subject = named.first?.1
        let fields = route.recordedFields.isEmpty ? [] : RecordedFields.read(route.recordedFields, from: body)
        self.parameters = (named + fields).map { "\($0)=\($1)" }.joined(separator: " ")
    }

    /// Records the call as done, in the transaction it is called in. May run more than once, as bodies do.
    /// - Parameter subject: what the call made, when its path names nothing.
    func note(in transaction: any StoreTransaction, subject made: String? = nil) throws {
        try log.append(draft(.done, 200, nil, subject: made), in: transaction)
        isHooked.withLock { $0 = true }
    }

    /// ``note(in:subject:)`` for use cases that know nothing of calls.
    var hook: @Sendable (any StoreTransaction) throws -> Void { { try self.note(in: $0) } }

    /// Whether a commit has recorded the call already.
    var isRecorded: Bool { isHooked.withLock { $0 } }

    /// Records in a commit of its own; returns once it is on disk.
    @discardableResult
    func record(_ phase: AuditDraft.Phase, _ status: Int?, ending begun: AuditEntry? = nil) async throws -> AuditEntry {
        let entry = try await log.record(draft(phase, status.map { Int64($0) }, begun?.number))
        logger.notice(  // lint:allow(logger.notice) what comes from outside was made harmless
            "admin call",
            metadata: [
                "call": "\(route.rawValue)", "parameters": "\(parameters)", "uid": "\(who.uid)", "pid": "\(who.pid)",
                "role": "\(who.role)", "status": "\(status.map { String($0) } ?? "begins")",
                "audit": "\(entry.number):\(Hex.encode(entry.seal))",
            ])
        return entry
    }

    private func draft(
        _ phase: AuditDraft.Phase, _ status: Int64?, _ begun: Int64?, subject made: String? = nil
    ) -> AuditDraft {
        AuditDraft(
            time: clock.now(), who: who, phase: phase, route: route.rawValue, subject: made ?? subject,
            parameters: parameters, status: status, refersTo: begun)
    }

    private static let longest = 120

    /// Paths and bodies come from outside: no control characters, no long texts, and no card number that somebody pasted.
    static func harmless(_ text: String) -> String {
        guard !CardNumberScan.containsCardNumber(text) else { return "(withheld)" }
        let cut = text.unicodeScalars.prefix(longest).map { scalar -> Character in
            scalar.value > 0x20 && scalar.value < 0x7F ? Character(scalar) : "?"
        }
        return String(cut)
    }
}

/// The fields of a JSON body that the audit log may keep.
enum RecordedFields {
    /// A value as it is recorded; objects and arrays are not.
    private enum Value: Decodable {
        case text(String)
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let number = try? container.decode(Int64.self) {
                self = .text(String(number))
            } else if let flag = try? container.decode(Bool.self) {
                self = .text(flag ? "true" : "false")
            } else {
                self = .other
            }
        }
    }

    static func read(_ names: [String], from body: [UInt8]) -> [(String, String)] {
        guard let all = try? AdminJSON.decode(body, as: [String: Value].self) else { return [] }
        return names.compactMap { name in
            guard case .text(let text)? = all[name] else { return nil }
            return (name, CallTrail.harmless(text))
        }
    }
}
