package import Ports
package import Primitives
internal import Synchronization

/// What a check of the whole audit log found.
package struct AuditVerification: Hashable, Sendable {
    /// How many rows were there.
    package let rows: Int64
    /// Where the log ends; nil when there is none.
    package let head: AuditHead?
    /// The first row that is not as it was written, and why; nil when every row is.
    package let firstBroken: Break?

    /// A row that is not as it was written.
    package struct Break: Hashable, Sendable {
        package let number: Int64
        package let problem: String
    }
}

/// Who did what at the admin socket: a chain of rows, each sealed with a key of the vault over the one before it.
///
/// Whoever can write to the database but does not hold the root key can neither change, remove nor reorder rows without
/// ``verify(expecting:)`` noticing. What the database cannot notice by itself is that it was replaced as a whole by an
/// older copy; this process remembers the last row it wrote, and a row noted elsewhere (the daemon's own log names each)
/// can be given to `verify`.
package final class AuditLog: Sendable {
    private let store: any Store
    private let vault: any Vault
    /// The last row that this process knows to be on disk.
    private let witness = Mutex<(number: Int64, seal: [UInt8])>((0, []))

    package init(store: any Store, vault: any Vault) {
        self.store = store
        self.vault = vault
    }

    /// Adds a row in the transaction of the change that it speaks of.
    @discardableResult
    package func append(_ draft: AuditDraft, in transaction: any StoreTransaction) throws -> AuditEntry {
        let head = try transaction.lockAuditHead()
        let number = (head?.number ?? 0) + 1
        let previous = head?.seal ?? [UInt8](repeating: 0, count: 32)
        let seal = seal(number, draft, after: previous)
        let entry = AuditEntry(number: number, draft: draft, previous: previous, seal: seal)
        let next = AuditHead(number: number, seal: seal, proof: proof(number, seal))
        try transaction.append(entry, head: next)
        return entry
    }

    /// Adds a row in a commit of its own and returns once it is on disk.
    @discardableResult
    package func record(_ draft: AuditDraft) async throws -> AuditEntry {
        let entry = try await store.write { try self.append(draft, in: $0) }
        witness.withLock { known in
            if entry.number > known.number { known = (entry.number, entry.seal) }
        }
        return entry
    }

    /// Records that the daemon starts. Because of this row an audit log is never empty: one that is has been emptied.
    package func recordStart(of version: String, at time: Timestamp, _ daemon: Operator) async throws {
        try await record(
            AuditDraft(
                time: time, who: daemon, phase: .done, route: "START florind", subject: nil,
                parameters: "version=\(version)", status: nil))
    }

    private static let batch = 1_000

    /// Proves the chain from the first row to the head.
    /// - Parameter expecting: number and the beginning of the seal of a row as it was noted elsewhere.
    package func verify(expecting noted: (number: Int64, seal: [UInt8])? = nil) async throws -> AuditVerification {
        let known = witness.withLock { $0 }
        let head = try await store.read { try $0.auditHead() }
        var check = ChainCheck(expected: [known, noted].compactMap(\.self).filter { $0.number > 0 })
        while check.problem == nil {
            let (last, limit) = (check.last, Self.batch)
            let rows = try await store.read { try $0.auditEntries(after: last, limit: limit) }
            // What was added since the head was read belongs to the next check.
            let wanted = rows.filter { $0.number <= head?.number ?? .max }
            for row in wanted where check.problem == nil {
                check.take(row, isGenuine: isEqual(row.seal, seal(row.number, row.draft, after: row.previous)))
            }
            if wanted.count < Self.batch { break }
        }
        if check.problem == nil {
            check.end(at: head, isGenuine: head.map { isEqual($0.proof, proof($0.number, $0.seal)) })
        }
        return AuditVerification(rows: check.last, head: head, firstBroken: check.problem)
    }

    private func seal(_ number: Int64, _ draft: AuditDraft, after previous: [UInt8]) -> [UInt8] {
        vault.hash(Array("row".utf8) + previous + Self.canonical(number, draft), .auditLog).bytes
    }

    private func proof(_ number: Int64, _ seal: [UInt8]) -> [UInt8] {
        vault.hash(Array("head".utf8) + number.bytes + seal, .auditLog).bytes
    }

    private func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard let left = Digest256(bytes: left), let right = Digest256(bytes: right) else { return false }
        return left.isEqualInConstantTime(to: right)
    }

    /// Every field with its length in front, so that no two rows have the same bytes.
    private static func canonical(_ number: Int64, _ draft: AuditDraft) -> [UInt8] {
        var bytes = number.bytes + draft.time.microseconds.bytes + draft.phase.rawValue.bytes
        bytes += Int64(draft.who.uid).bytes + Int64(draft.who.pid).bytes
        for value in [draft.who.loginUID.map { Int64($0) }, draft.status, draft.refersTo] {
            bytes += value.map { [1] + $0.bytes } ?? [0]
        }
        for text in [draft.who.name, draft.who.role, draft.route, draft.subject, draft.parameters] {
            bytes += text.map { [1] + Int64($0.utf8.count).bytes + Array($0.utf8) } ?? [0]
        }
        return bytes
    }
}

/// Walks along the chain and remembers the first thing that is wrong.
private struct ChainCheck {
    private(set) var last: Int64 = 0
    private(set) var problem: AuditVerification.Break?
    private var seal = [UInt8](repeating: 0, count: 32)
    /// Rows that are known from elsewhere.
    private let expected: [(number: Int64, seal: [UInt8])]

    init(expected: [(number: Int64, seal: [UInt8])]) { self.expected = expected }

    mutating func take(_ row: AuditEntry, isGenuine: Bool) {
        if row.number != last + 1 {
            problem = .init(number: last + 1, problem: "It is missing: row \(row.number) follows row \(last).")
        } else if row.previous != seal {
            problem = .init(
                number: row.number,
                problem: "It does not follow the row before it: one of the two was replaced or moved.")
        } else if !isGenuine {
            problem = .init(number: row.number, problem: "It was changed: what it says does not fit its seal.")
        } else if let noted = expected.first(where: { $0.number == row.number }), !row.seal.starts(with: noted.seal) {
            problem = .init(
                number: row.number,
                problem: "It is not the row that was noted: the log was replaced from here or earlier.")
        }
        (last, seal) = (row.number, row.seal)
    }

    mutating func end(at head: AuditHead?, isGenuine: Bool?) {
        guard let head, let isGenuine else {
            problem = .init(
                number: 1,
                problem: "There is no head: the log was emptied. The daemon writes its first row when it first starts.")
            return
        }
        if !isGenuine {
            problem = .init(
                number: head.number, problem: "The head was changed: it is not sealed by this installation's key.")
        } else if head.number != last {
            problem = .init(number: last + 1, problem: "It is missing: the log should end with row \(head.number).")
        } else if head.seal != seal {
            problem = .init(number: last, problem: "The head names another last row.")
        } else if let noted = expected.first(where: { $0.number > last }) {
            problem = .init(
                number: last + 1,
                problem: "It is missing: row \(noted.number) was known. The log was replaced by an older copy.")
        }
    }
}

extension Int64 {
    /// Eight bytes, big-endian.
    fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (56 - 8 * Int64($0))) } }
}
