import Foundation
import OpenSSLVault
import Ports
import Primitives

/// How a backup lies in a file.
///
/// | bytes | holds |
/// |---|---|
/// | 14 | `FLORIN BACKUP\n` |
/// | 2 | format, 1, big-endian |
/// | 4 | length of the header, big-endian |
/// | … | ``BackupHeader`` as JSON, in clear |
/// | … | chunks of a ``SealedStream``: the database, 65 536 bytes each, the last of them shorter |
/// | … | the last chunk: ``BackupManifest`` as JSON |
///
/// Everything before the first chunk is bound into every chunk, so nothing in the file can be changed, left out, put
/// elsewhere or cut off without being noticed.
enum BackupFormat {
    static let magic = Array("FLORIN BACKUP\n".utf8)
    static let version: Int64 = 1
    static let longestHeader = 16_384
    static let suffix = ".florin"

    /// The bytes in front of the chunks.
    static func preamble(_ header: BackupHeader) throws -> [UInt8] {
        let text = try encode(header)
        return magic + [UInt8(version >> 8 & 0xFF), UInt8(version & 0xFF)]
            + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: text.count >> $0) } + text
    }

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(value))
    }

    static func decode<Value: Decodable>(_ bytes: some Collection<UInt8>, as _: Value.Type) -> Value? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(Value.self, from: Data(bytes))
    }
}

/// What may be known of a backup without its key.
struct BackupHeader: Codable, Hashable, Sendable {
    let id: String
    /// Microseconds since 1970.
    let created: Int64
    /// The program that made it.
    let program: String
    let schema: Int64
    /// ``RootKey/identity`` of the key that opens it.
    let rootKey: String
    /// Size of the database.
    let databaseCount: Int64
    /// The stream's salt, in hexadecimal.
    let salt: String
}

/// What is known only once the database has been read, sealed behind it.
struct BackupManifest: Codable, Hashable, Sendable {
    let databaseCount: Int64
    /// SHA-256 of the database, in hexadecimal.
    let databaseHash: String
    let schema: Int64
    /// The vault's namespace, in hexadecimal.
    let namespace: String
    let kekVersions: [Int64]
    let lastPosting: Int64
    /// The newest reference of a message to a processor, in hexadecimal; nil when there was none.
    let lastReference: String?
    let openOperations: Int64
    /// How often the book had been restored.
    let generation: Int64
}
