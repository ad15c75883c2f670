package import Foundation

/// The folder of published facts (vendors' descriptions, reference tables, test vectors) that lies beside the repository.
///
/// It is looked for in `FLORIN_SPECS`, then in `../shared/specs`. A checkout without it skips what needs it; with
/// `CI=true` its absence is an error, so that nothing is skipped unseen.
package enum PublishedFacts {
    /// The facts are not there although they must be.
    package struct Missing: Error, CustomStringConvertible {
        /// What to do about it.
        package let description: String
    }

    /// The contents of one file of facts.
    /// - Parameter path: relative to the folder, such as `reference/iso4217.json`.
    /// - Returns: nil where the folder is missing and may be.
    /// - Throws: ``Missing`` where it must not be; what reading a file throws.
    package static func data(_ path: String) throws -> Data? {
        let environment = ProcessInfo.processInfo.environment
        let folder = environment["FLORIN_SPECS"] ?? FileManager.default.currentDirectoryPath + "/../shared/specs"
        let file = URL(fileURLWithPath: folder).appendingPathComponent(path)
        guard FileManager.default.fileExists(atPath: file.path) else {
            guard environment["CI"] != "true" else {
                throw Missing(description: "no \(path) in \(folder): set FLORIN_SPECS to the folder of published facts")
            }
            return nil
        }
        return try Data(contentsOf: file)
    }

    /// One file of facts, decoded from JSON. Same results and errors.
    package static func decoded<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value? {
        try data(path).map { try JSONDecoder().decode(type, from: $0) }
    }
}
