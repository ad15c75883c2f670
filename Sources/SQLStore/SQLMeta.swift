package import Ports

/// Facts about the installation: small values under fixed names, stored once.
package enum SQLMeta {
    /// The vault's namespace, 16 bytes, bound into every sealed value of the installation.
    package static let vaultNamespace: StaticString = "vault_namespace"
    /// When the database was made, 8 bytes, big-endian microseconds.
    package static let created: StaticString = "created"

    /// When an operator said that the root key is backed up, 8 bytes, big-endian microseconds.
    package static let backupAcknowledged: StaticString = "root_key_backup_acknowledged"
    /// Since when the daemon is paused, 8 bytes, big-endian microseconds; nothing when it is not.
    package static let paused: StaticString = "paused"

    /// - Returns: nil when nothing was stored under this name.
    package static func value(_ name: StaticString, _ session: any SQLSession) throws(StoreError) -> [UInt8]? {
        var found: [UInt8]?
        try session.rows("SELECT value FROM meta WHERE name = ?1", [.text(name.description)]) {
            (row) throws(StoreError) in found = try row.bytes(0)
        }
        return found
    }

    /// Stores a value that is never replaced.
    /// - Returns: what is stored now: `value`, or what was there before.
    package static func insertIfAbsent(
        _ name: StaticString, _ value: [UInt8], _ session: any SQLSession
    ) throws(StoreError) -> [UInt8] {
        try session.run(
            "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING",
            [.text(name.description), .bytes(value)])
        guard let stored = try self.value(name, session) else {
            throw .corrupt("table meta: a row that was just written is not there")
        }
        return stored
    }
}

extension SQLMeta {
    /// Forgets a value.
    package static func remove(_ name: StaticString, _ session: any SQLSession) throws(StoreError) {
        try session.run("DELETE FROM meta WHERE name = ?1", [.text(name.description)])
    }
}

extension SIMD2<UInt64> {
    var bigEndianBytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: self[$0 / 8] >> UInt64(56 - 8 * ($0 % 8))) }
    }
}
