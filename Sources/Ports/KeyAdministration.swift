package import Primitives

/// What an operator may see and start on the vault's keys. One rotation runs at a time.
package protocol KeyAdministration: Sendable {
    func keyStatus() async throws -> [KeyStatus]
    /// Wraps every data key under a new version of the key-encryption key, or ends such a rotation that was interrupted.
    func rotateKeyEncryptionKey(
        progress: @escaping @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport
    /// Gives `purpose` a new data key and re-seals every row under it, or ends such a rotation that was interrupted.
    func rotateDataKey(
        of purpose: KeyPurpose, progress: @escaping @Sendable (KeyRotationProgress) -> Void
    ) async throws -> KeyRotationReport
}

/// One data key as an operator sees it; no key bytes.
package struct KeyStatus: Hashable, Sendable {
    package let number: Int64
    package let purpose: KeyPurpose
    package let state: WrappedDataKey.State
    package let kekVersion: Int64
    package let created: Timestamp
    /// How often it has sealed, at most: reservations of earlier runs count as used.
    package let uses: Int64
    /// Where it stops sealing.
    package let useLimit: Int64

    package init(
        number: Int64, purpose: KeyPurpose, state: WrappedDataKey.State, kekVersion: Int64, created: Timestamp,
        uses: Int64, useLimit: Int64
    ) {
        self.number = number
        self.purpose = purpose
        self.state = state
        self.kekVersion = kekVersion
        self.created = created
        self.uses = uses
        self.useLimit = useLimit
    }
}

/// How far a rotation is: keys when the key-encryption key is rotated, rows when a data key is.
package struct KeyRotationProgress: Hashable, Sendable {
    package let done: Int64
    /// Counted at the beginning; rows that are sealed meanwhile use the new key already.
    package let total: Int64

    package init(done: Int64, total: Int64) {
        self.done = done
        self.total = total
    }
}

/// How a rotation ended.
package struct KeyRotationReport: Hashable, Sendable {
    /// Whether the proof at the end held.
    package enum Ending: Hashable, Sendable {
        /// Counted afterwards: nothing in the store is under the old key or version any more.
        case provedEmpty
        /// Records are not re-sealed: they age out under the old key, which opens them until then.
        case oldRowsAgeOut
    }
    package let ending: Ending
    /// It had been interrupted earlier, and this run carried it to its end.
    package let resumed: Bool
    /// Keys wrapped or rows sealed again by this run.
    package let moved: Int64
    /// The number of the new data key, or the new version of the key-encryption key.
    package let current: Int64
    /// The data keys that no row is under any more.
    package let retired: [Int64]

    package init(ending: Ending, resumed: Bool, moved: Int64, current: Int64, retired: [Int64]) {
        self.ending = ending
        self.resumed = resumed
        self.moved = moved
        self.current = current
        self.retired = retired
    }
}

/// Why a rotation did not begin or did not end. Nothing is lost by any of them: run it again.
package enum KeyRotationError: Error, Hashable, Sendable {
    /// Another rotation runs; wait for it.
    case alreadyRunning
    /// Keys of this purpose are never replaced.
    case notRotatable(KeyPurpose)
    /// This many rows stay under the data key of this number although the store found none to re-seal.
    case rowsRemain(dataKey: Int64, count: Int64)
    /// A key that was wrapped or stored did not read back as it was meant.
    case notVerified(dataKey: Int64)
}
