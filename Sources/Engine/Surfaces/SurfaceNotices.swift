package import Payments
import Ports
import Primitives

/// Tells bots what happened in their platform's words: at least once, in order, until they have taken it or three days have
/// passed.
package struct SurfaceNotices: Sendable {
    let store: any Store
    let clock: any WallClock
    let sealing: SealedFields
    let randomness: any Randomness
    let dialects: [SurfaceName: any SurfaceDialect]
    let transport: any WebhookTransport
    let report: @Sendable (Report) -> Void
    private let waits = Waits<SurfaceAccountID>()
    private let underway = Lanes<SurfaceAccountID, SurfaceAccountID>(slots: slots, slotsPerLane: 1)

    /// - Parameter dialects: of the platforms that are spoken here.
    init(
        store: any Store, clock: any WallClock, sealing: SealedFields, randomness: any Randomness,
        dialects: [any SurfaceDialect], transport: any WebhookTransport, report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.clock = clock
        self.sealing = sealing
        self.randomness = randomness
        self.dialects = Dictionary(dialects.map { ($0.name, $0) }) { first, _ in first }
        self.transport = transport
        self.report = report
    }

    /// How long news are kept for a bot that does not take them.
    package static let lifetime = Duration.seconds(3 * 86_400)
    /// How many accounts are posted to at a time, and how many notices go to one in a round.
    private static let slots = 64
    private static let batch = 20
    private static let longestPause = Duration.seconds(900)

    /// Stores a notice in somebody else's commit; ``tell(_:)`` after it.
    /// - Returns: its number; nil when the bot does not want to hear of it.
    @discardableResult
    func store(
        _ update: SurfaceUpdate, for opened: OpenedSurface, _ person: SurfacePerson?, chat: String?,
        until expires: Timestamp? = nil, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Int64? {
        let account = opened.account
        guard account.kinds.contains(update.kind), let dialect = dialects[account.surface],
            let number = try transaction.nextSurfaceNumber(of: account.id)
        else { return nil }
        let notice = SurfaceNotice(number: number, update: update, person: person, chat: chat, at: now)
        let id: SurfaceNoticeID = randomness.identifier(at: now)
        let body = dialect.body(of: notice, for: opened.credentials)
        try transaction.insert(
            StoredSurfaceNotice(
                id: id, account: account.id, mode: account.mode, number: number, kind: update.kind, created: now,
                expires: expires ?? now.advanced(by: Self.lifetime),
                body: try sealing.seal(notice: body, of: id, mode: account.mode)))
        // A question has seconds: it does not wait until a bot that was away is tried again, and takes what stands before it along.
        if opened.webhook != nil, account.due.map({ expires != nil && $0 > now }) ?? true {
            try transaction.setSurfaceDue(now, failures: account.failures, of: account.id)
        }
        return number
    }

    /// Wakes a bot that waits for updates.
    func tell(_ account: SurfaceAccountID) { waits.finished(account) }

    /// Updates for a bot that asks for them. Those before `first` are done with.
    /// - Parameter first: a negative number counts from the end.
    package func updates(
        of account: SurfaceAccount, from first: Int64?, limit: Int, wait: Duration
    ) async throws -> [[UInt8]] {
        let id = account.id
        let start = first.map { $0 < 0 ? max(account.nextNumber + $0, 1) : $0 } ?? 1
        let deadline = clock.now().advanced(by: wait)
        if first != nil { try await forget(before: start, of: id) }
        var found = try await look(id, start, limit)
        while found.isEmpty, clock.now() < deadline, !Task.isCancelled {
            // News are stored in commits that tell nobody here: it looks once a second by itself.
            let pause = min(deadline, clock.now().advanced(by: .seconds(1)))
            try await waits.wait(for: id, until: pause, clock: clock) {
                try await !look(id, start, 1).isEmpty
            }
            found = try await look(id, start, limit)
        }
        return try found.map { try sealing.body(of: $0) }
    }

    private func look(
        _ id: SurfaceAccountID, _ start: Int64, _ limit: Int
    ) async throws -> [StoredSurfaceNotice] {
        let now = clock.now()
        return try await store.read { try $0.surfaceNotices(of: id, from: start, at: now, limit: limit) }
    }

    /// A bot that asks on and on has nothing to forget most of the time: no commit then.
    private func forget(before number: Int64, of id: SurfaceAccountID) async throws {
        let now = clock.now()
        let oldest = try await store.read { try $0.surfaceNotices(of: id, from: 1, at: now, limit: 1) }.first
        guard let oldest, oldest.number < number else { return }
        try await store.write { try $0.deleteSurfaceNotices(of: id, before: number, at: now) }
    }

    /// How many notices a bot has not taken.
    package func pending(_ id: SurfaceAccountID) async throws -> Int64 {
        let now = clock.now()
        return try await store.read { try $0.countSurfaceNotices(of: id, at: now) }
    }

    /// Deletes what nobody took in time.
    /// - Returns: how many notices.
    package func forgetOld() async throws -> Int {
        let now = clock.now()
        return try await store.write { try $0.deleteSurfaceNotices(expiredBy: now) }
    }

    // MARK: Posting

    /// Starts posting what is due to the bots that have an address, as far as there are free slots, and waits for none of them: a
    /// bot that is slow or hangs keeps nobody else's questions waiting.
    /// - Returns: how many bots are posted to from now on.
    package func startDue() async throws -> Int {
        let now = clock.now()
        let due = try await store.read { try $0.surfaceAccountsDue(by: now, limit: Self.slots * 2) }
        var count = 0
        for account in due where underway.beginIfFree(account, in: account) {
            count += 1
            Task {  // lint:allow(Task {) counted in `underway`
                defer { underway.end(account, in: account) }
                await postReporting(account)
            }
        }
        return count
    }

    private func postReporting(_ id: SurfaceAccountID) async {
        do {
            try await post(id)
        } catch StoreError.closed {
            // The daemon is stopping; it is posted again after the next start.
        } catch {
            report("notices to surface account \(id) could not be posted: \(error)")
        }
    }

    /// Posts to one bot, in order, until something goes wrong.
    private func post(_ id: SurfaceAccountID) async throws {
        let now = clock.now()
        let (found, notices) = try await store.read { reader in
            (
                try reader.surfaceAccount(id),
                try reader.surfaceNotices(of: id, from: 1, at: now, limit: Self.batch)
            )
        }
        guard let found else { return }
        let opened = try sealing.open(found)
        guard let url = opened.webhook, let dialect = dialects[found.surface] else {
            return try await stopPosting(to: id)
        }
        var taken: Int64 = 0
        for notice in notices {
            let body = try sealing.body(of: notice)
            guard let headers = dialect.headers(for: body, of: opened.credentials),
                case .answered(let status) = await transport.post(url: url, headers: headers, body: body),
                (200..<300).contains(status)
            else {
                let pause = Self.pause(after: found.failures)
                return try await settle(
                    id, through: taken, due: clock.now().advanced(by: pause), failures: found.failures + 1)
            }
            taken = notice.number
        }
        try await settle(id, through: taken, due: nil, failures: 0)
    }

    /// There is nowhere to post to: the bot asks for its notices, or they go when they are too old.
    private func stopPosting(to id: SurfaceAccountID) async throws {
        try await store.write { try $0.setSurfaceDue(nil, failures: 0, of: id) }
    }

    /// One second, doubling to a quarter of an hour.
    private static func pause(after failures: Int64) -> Duration {
        min(.seconds(Int64(1) << min(failures, 10)), longestPause)
    }

    /// - Parameter due: nil for as soon as there is something.
    private func settle(
        _ id: SurfaceAccountID, through number: Int64, due: Timestamp?, failures: Int64
    ) async throws {
        let now = clock.now()
        try await store.write { transaction in
            try transaction.deleteSurfaceNotices(of: id, before: number + 1, at: now)
            let isEmpty = try transaction.surfaceNotices(of: id, from: 1, at: now, limit: 1).isEmpty
            try transaction.setSurfaceDue(isEmpty ? nil : due ?? now, failures: failures, of: id)
        }
    }
}

extension SealedFields {
    func seal(notice body: [UInt8], of id: SurfaceNoticeID, mode: Mode) throws -> SealedDetails {
        try seal(bytes: body, .surfaceNotice, of: id, mode: mode)
    }

    func body(of notice: StoredSurfaceNotice) throws -> [UInt8] {
        try open(bytes: notice.body, .surfaceNotice, of: notice.id, mode: notice.mode)
    }
}
