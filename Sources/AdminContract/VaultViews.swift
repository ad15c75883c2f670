/// The vault's keys; no key bytes.
package struct VaultView: Codable, Hashable, Sendable {
    package let keys: [DataKeyView]
    package let rotation: RotationView?

    package init(keys: [DataKeyView], rotation: RotationView?) {
        self.keys = keys
        self.rotation = rotation
    }
}

/// One data key; not its bytes.
package struct DataKeyView: Codable, Hashable, Sendable {
    package let number: Int64
    package let purpose: String
    package let state: String
    /// Which version of the key-encryption key wraps it.
    package let kekVersion: Int64
    package let created: String
    /// At most; reservations of earlier runs count as used.
    package let uses: Int64
    package let useLimit: Int64

    package init(
        number: Int64, purpose: String, state: String, kekVersion: Int64, created: String, uses: Int64, useLimit: Int64
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

/// What to rotate.
package struct RotateRequest: Codable, Hashable, Sendable {
    /// `kek`, or the purpose of a data key: `card`, `personal`, `record`, `credential`.
    package let target: String

    package init(target: String) { self.target = target }
}

/// The rotation that runs, or the last one since the daemon started.
package struct RotationView: Codable, Hashable, Sendable {
    /// Whether it still runs, and how it ended.
    package enum State: String, Codable, Hashable, Sendable {
        case running, succeeded, failed
    }
    package let target: String
    package let state: State
    package let started: String
    package let done: Int64
    package let total: Int64
    /// How it ended, for people.
    package let message: String?
    package let report: RotationReportView?

    package init(
        target: String, state: State, started: String, done: Int64, total: Int64, message: String?,
        report: RotationReportView?
    ) {
        self.target = target
        self.state = state
        self.started = started
        self.done = done
        self.total = total
        self.message = message
        self.report = report
    }
}

/// What a rotation that succeeded did.
package struct RotationReportView: Codable, Hashable, Sendable {
    /// Counted afterwards: nothing is under the old key. False for records, which age out instead.
    package let isProvedEmpty: Bool
    /// It had been interrupted earlier.
    package let wasResumed: Bool
    package let moved: Int64
    /// The new data key's number, or the new version of the key-encryption key.
    package let current: Int64
    package let retired: [Int64]

    package init(isProvedEmpty: Bool, wasResumed: Bool, moved: Int64, current: Int64, retired: [Int64]) {
        self.isProvedEmpty = isProvedEmpty
        self.wasResumed = wasResumed
        self.moved = moved
        self.current = current
        self.retired = retired
    }
}
