package import Payments
package import Ports
package import Primitives

/// Why a restored book was not opened.
package enum BookOpeningError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It was never restored, or is open already.
    case notReadOnly
    /// These connections have not told everything yet.
    case notReconciled([ConnectionID])
    /// These cannot be asked; somebody has to compare by hand, and say so.
    case cannotBeAsked([ConnectionID])
    /// References made now would not be newer than those the processors know.
    case clockBehind(newest: Timestamp, now: Timestamp)
    case unsound([String])
    /// It is not known of everybody who was erased.
    case unreadableErasures(UnreadableErasures)

    package var description: String {
        switch self {
        case .notReadOnly: "the book is not read-only"
        case .notReconciled(let connections):
            "these connections have not told yet what they did since the backup: \(Self.list(connections)); "
                + "see: florinctl restore status"
        case .cannotBeAsked(let connections):
            "these connections cannot be asked what they did since the backup: \(Self.list(connections)); compare their "
                + "statements with the book, then open it with --compared-by-hand"
        case .clockBehind(let newest, let now):
            "this machine's clock says \(now), but a processor knows a reference made at \(newest): set the clock right, "
                + "so that no reference is given twice"
        case .unreadableErasures(let unreadable): unreadable.description
        case .unsound(let problems): "the book does not verify: \(problems.prefix(3).joined(separator: "; "))"
        }
    }

    private static func list(_ connections: [ConnectionID]) -> String {
        connections.map(\.text).joined(separator: ", ")
    }
}

/// Lets a restored book move money again, once everything that can be known is known.
package struct BookOpening: Sendable {
    let store: any Store
    let clock: any WallClock
    let gate: BookGate
    /// Whether opening has to be proposed and approved.
    package let needsTwoPeople: Bool
    let replayErasures: @Sendable () async throws -> Int
    let checkErasures: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - store: the store itself, not a gated one.
    ///   - replayErasures: erases again whoever was erased after the backup; returns how many.
    ///   - checkErasures: throws ``UnreadableErasures`` when that would leave somebody out.
    ///   - needsTwoPeople: one proposes, another approves; not in a try-out that one person runs.
    package init(
        store: any Store, clock: any WallClock, gate: BookGate, needsTwoPeople: Bool = true,
        replayErasures: @escaping @Sendable () async throws -> Int = { 0 },
        checkErasures: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.store = store
        self.clock = clock
        self.gate = gate
        self.needsTwoPeople = needsTwoPeople
        self.replayErasures = replayErasures
        self.checkErasures = checkErasures
    }

    /// Opens the book.
    /// - Parameters:
    ///   - operators: who decided.
    ///   - isComparedByHand: somebody compared the books of connections that cannot be asked.
    ///   - also: runs in the commit that opens it.
    /// - Throws: ``BookOpeningError``.
    package func open(
        operators: String, reason: String, isComparedByHand: Bool,
        also: @escaping @Sendable (any StoreTransaction) throws -> Void = { _ in }
    ) async throws -> Restoration {
        try await check(isComparedByHand)
        _ = try await replayErasures()
        let now = clock.now()
        let opened = try await store.write { transaction in
            guard var restoration = try transaction.restoration(), restoration.opening == nil else {
                throw BookOpeningError.notReadOnly
            }
            restoration.opening = Restoration.Opening(time: now, operators: operators, reason: reason)
            try transaction.update(restoration)
            try also(transaction)
            return restoration
        }
        gate.open()
        return opened
    }

    /// Whether it would be opened now.
    /// - Throws: ``BookOpeningError``.
    package func check(_ isComparedByHand: Bool) async throws {
        guard gate.isReadOnly else { throw BookOpeningError.notReadOnly }
        do { try await checkErasures() } catch let unreadable as UnreadableErasures {
            throw BookOpeningError.unreadableErasures(unreadable)
        }
        let now = clock.now()
        try await store.read { reader in
            guard let restoration = try reader.restoration() else { throw BookOpeningError.notReadOnly }
            let known = try reader.reconciliations(generation: restoration.generation)
            let connections = try reader.connections().map(\.id)
            func state(_ id: ConnectionID) -> Reconciliation.State {
                known.first { $0.connection == id }?.state ?? .unfinished
            }
            let unfinished = connections.filter { state($0) == .unfinished }
            guard unfinished.isEmpty else { throw BookOpeningError.notReconciled(unfinished) }
            let unable = connections.filter { state($0) == .cannotBeAsked }
            guard unable.isEmpty || isComparedByHand else { throw BookOpeningError.cannotBeAsked(unable) }
            // References begin with the millisecond they were made in: newer ones differ from all that are known.
            if let newest = known.compactMap(\.newest).max(), now <= newest.time {
                throw BookOpeningError.clockBehind(newest: newest.time, now: now)
            }
            let ledger = try reader.verifyLedger()
            guard ledger.problems.isEmpty else { throw BookOpeningError.unsound(ledger.problems) }
        }
    }
}
