import CLibCrypto
import Glibc
package import Ports

/// The key at the top: 32 random bytes, outside the database, backed up apart from it.
///
/// Its file holds 64 lower-case hexadecimal digits and a line feed: text survives being printed, typed and passed as a
/// systemd credential, and a cut-off copy is noticed.
package final class RootKey: Sendable {
    private let bytes: SecureBytes

    init(bytes: consuming SecureBytes) {
        self.bytes = bytes
    }

    static let byteCount = 32
    static let fileCount = 65

    /// HKDF of the root key.
    func derive(label: String, salt: [UInt8], number: Int64) throws(VaultError) -> SecureBytes {
        try HKDF.derive(bytes, salt: salt, info: Array(label.utf8) + number.bigEndianBytes)
    }
}

/// Why the root key could not be read or made. Each says what to do about it.
package enum RootKeyError: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(path: String)
    case alreadyExists(path: String)
    case symbolicLink(path: String)
    case notARegularFile(path: String)
    case wrongOwner(path: String, owner: UInt32, expected: UInt32)
    /// Somebody other than the owner may read it, or it may be written.
    case wrongMode(path: String, mode: UInt32)
    case malformed(path: String)
    case inputOutput(path: String, call: String, errno: Int32)
    case vault(VaultError)

    package var description: String {
        switch self {
        case .missing(let path):
            "there is no root key at \(path): restore it from its backup, or create one if this is the first start"
        case .alreadyExists(let path):
            "\(path) exists already and is not overwritten: everything sealed under it would be lost"
        case .symbolicLink(let path):
            "\(path) is a symbolic link: name the root key's file itself"
        case .notARegularFile(let path):
            "\(path) is not a regular file: name the root key's file itself"
        case .wrongOwner(let path, let owner, let expected):
            "\(path) belongs to uid \(owner) and not to uid \(expected), as whom this process runs: `chown \(expected) \(path)`"
        case .wrongMode(let path, let mode):
            "\(path) has mode 0\(String(mode, radix: 8)), which lets others read or change it: `chmod 0400 \(path)`"
        case .malformed(let path):
            "\(path) is no root key: it must hold 64 hexadecimal digits and a line feed; restore it from its backup"
        case .inputOutput(let path, let call, let errno):
            "\(call) failed on \(path): \(String(cString: strerror(errno)))"
        case .vault(let error):
            "the root key could not be kept in memory: \(error)"
        }
    }
}
