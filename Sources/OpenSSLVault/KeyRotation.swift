package import Ports
import Primitives
import Synchronization

/// Rotation, online and resumable. Everything it needs to know after a crash is in the key table: a new key is stored
/// before it is used, an old one is `.retiring` until the proof, and each batch of rows is one commit.
extension OpenSSLVault: KeyAdministration {
    /// Rows for each commit of a re-seal: a few milliseconds of the writer.
    private static let batch = 500

    package func keyStatus() async throws -> [KeyStatus] {
        let ring = ring.withLock { $0 }
        return try await keyStore.loadDataKeys().sorted { $0.number < $1.number }.map { key in
            KeyStatus(
                number: key.number, purpose: key.purpose, state: key.state, kekVersion: key.kekVersion,
                created: key.created, uses: key.reservedUses - (ring.keys[key.number]?.uses.left ?? 0),
                useLimit: UseCounter.hardLimit)
        }
    }

    package func rotateKeyEncryptionKey(
        progress: @escaping @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport {
        try await alone { try await self.rewrapDataKeys(progress) }
    }

    package func rotateDataKey(
        of purpose: KeyPurpose, progress: @escaping @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport {
        guard purpose != .lookup else { throw KeyRotationError.notRotatable(purpose) }
        return try await alone { try await self.replaceDataKey(of: purpose, progress) }
    }

    /// Carries rotations that a crash interrupted to their end; call it after start, once the store serves.
    /// - Returns: one report for each that was unfinished.
    package func resumeRotations(
        progress: @escaping @Sendable (KeyRotationProgress) -> Void = { _ in }
    ) async throws -> [KeyRotationReport] {
        try await alone {
            var reports: [KeyRotationReport] = []
            var stored = try await self.keyStore.loadDataKeys()
            if Set(stored.map(\.kekVersion)).count > 1 {
                reports.append(try await self.rewrapDataKeys(progress))
                stored = try await self.keyStore.loadDataKeys()
            }
            for purpose in KeyPurpose.allCases where self.isUnfinished(stored, purpose) {
                reports.append(try await self.replaceDataKey(of: purpose, progress))
            }
            return reports
        }
    }

    /// Two rotations at a time would count each other's rows.
    private func alone<Result>(_ body: () async throws -> Result) async throws -> Result {
        guard isRotating.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { throw KeyRotationError.alreadyRunning }
        defer { isRotating.store(false, ordering: .releasing) }
        return try await body()
    }

    // MARK: Key-encryption key

    /// Different versions in the table are the mark of an interrupted rotation: it goes on to the newest.
    private func rewrapDataKeys(
        _ progress: @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport {
        let stored = try await keyStore.loadDataKeys()
        let newest = stored.map(\.kekVersion).max() ?? 0
        let resumed = stored.contains { $0.kekVersion != newest }
        let target = resumed ? newest : newest + 1
        let pending = stored.filter { $0.kekVersion != target }
        progress(KeyRotationProgress(done: 0, total: Int64(pending.count)))
        for (index, key) in pending.enumerated() {
            let rewrapped = try wrapping.rewrap(key, kekVersion: target)
            guard try wrapping.isSameKey(key, rewrapped) else {
                throw KeyRotationError.notVerified(dataKey: key.number)
            }
            try await keyStore.update(rewrapped)
            progress(KeyRotationProgress(done: Int64(index + 1), total: Int64(pending.count)))
        }
        for key in try await keyStore.loadDataKeys() {
            guard key.kekVersion == target, (try? wrapping.unwrap(key)) != nil else {
                throw KeyRotationError.notVerified(dataKey: key.number)
            }
        }
        return KeyRotationReport(
            ending: .provedEmpty, resumed: resumed, moved: Int64(pending.count), current: target, retired: [])
    }

    // MARK: Data keys

    /// Records stay under retiring keys until they age out: that is no unfinished rotation.
    private func isUnfinished(_ stored: [WrappedDataKey], _ purpose: KeyPurpose) -> Bool {
        purpose != .record && stored.contains { $0.purpose == purpose && $0.state == .retiring }
    }

    private func replaceDataKey(
        of purpose: KeyPurpose, _ progress: @escaping @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport {
        var stored = try await keyStore.loadDataKeys()
        let resumed = isUnfinished(stored, purpose)
        if !resumed {
            let key = try wrapping.make(
                number: (stored.map(\.number).max() ?? 0) + 1, purpose: purpose,
                kekVersion: stored.map(\.kekVersion).max() ?? 1, created: clock.now())
            try await keyStore.insert(key)
            stored = try await keyStore.loadDataKeys()
        }
        let current = try await adopt(stored, purpose)
        let settled = clock.now().advanced(by: settling)
        guard purpose != .record else {
            let retired = try await retireEmptyKeys(stored, purpose)
            return KeyRotationReport(
                ending: .oldRowsAgeOut, resumed: false, moved: 0, current: current.number, retired: retired)
        }
        // Retired keys too: a row that was long on its way is found by the next rotation at the latest.
        let old = stored.filter { $0.purpose == purpose && $0.state != .active }
        let moved = try await drain(old, into: current, settled: settled, progress)
        for key in old where key.state == .retiring { try await keyStore.update(key.with(state: .retired)) }
        return KeyRotationReport(
            ending: .provedEmpty, resumed: resumed, moved: moved, current: current.number, retired: old.map(\.number))
    }

    /// Takes the stored keys into use. The new key's first block is reserved before anything is sealed under it.
    private func adopt(_ stored: [WrappedDataKey], _ purpose: KeyPurpose) async throws -> DataKey {
        let new = try OpenSSLVault.loadRing(stored, wrapping, keeping: ring.withLock { $0 }).0
        guard let key = new.active(purpose) else { throw VaultError.unknownKey(0) }
        try await reserveUses(of: key, atLeast: block / 2)
        ring.withLock { $0 = new }
        return key
    }

    /// Re-seals every row under `old` and proves by counting that none is left.
    private func drain(
        _ old: [WrappedDataKey], into current: DataKey, settled: Timestamp,
        _ progress: @Sendable (KeyRotationProgress) -> Void
    ) async throws -> Int64 {
        var total: Int64 = 0
        for key in old { total += try await keyStore.countRows(sealedUnder: key.number) }
        var moved: Int64 = 0
        progress(KeyRotationProgress(done: 0, total: total))
        func pass() async throws {
            for key in old {
                while true {
                    try await reserveUses(of: current, atLeast: Int64(2 * OpenSSLVault.batch))
                    let count = try await keyStore.resealRows(sealedUnder: key.number, limit: OpenSSLVault.batch) {
                        try self.reseal($0, $1)
                    }
                    guard count > 0 else { break }
                    moved += Int64(count)
                    progress(KeyRotationProgress(done: min(moved, total), total: total))
                }
            }
        }
        try await pass()
        try await clock.sleep(until: settled)
        try await pass()
        for key in old {
            let count = try await keyStore.countRows(sealedUnder: key.number)
            guard count == 0 else { throw KeyRotationError.rowsRemain(dataKey: key.number, count: count) }
        }
        return moved
    }

    private func retireEmptyKeys(_ stored: [WrappedDataKey], _ purpose: KeyPurpose) async throws -> [Int64] {
        var retired: [Int64] = []
        for key in stored where key.purpose == purpose && key.state == .retiring {
            guard try await keyStore.countRows(sealedUnder: key.number) == 0 else { continue }
            try await keyStore.update(key.with(state: .retired))
            retired.append(key.number)
        }
        return retired
    }
}

extension WrappedDataKey {
    fileprivate func with(state: State) -> WrappedDataKey {
        WrappedDataKey(
            number: number, purpose: purpose, state: state, kekVersion: kekVersion, wrapped: wrapped,
            reservedUses: reservedUses, created: created)
    }
}
