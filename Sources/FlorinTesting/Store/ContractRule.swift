package import SQLStore

/// One rule of the store session's contract. Each runs on a database of its own, empty at first.
package struct ContractRule: Sendable, CustomStringConvertible {
    /// The behaviour, as a sentence.
    package let name: String
    /// How many writes the database given to `check` lets wait.
    package let writeQueueLimit: Int
    /// - Throws: ``ContractViolation`` when the rule is broken.
    package let check: @Sendable (any SQLSchemaDatabase) async throws -> Void

    package var description: String { name }

    init(
        _ name: String, writeQueueLimit: Int = 4_096,
        _ check: @escaping @Sendable (any SQLSchemaDatabase) async throws -> Void
    ) {
        self.name = name
        self.writeQueueLimit = writeQueueLimit
        self.check = check
    }
}

/// A rule was broken.
package struct ContractViolation: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw ContractViolation(message()) }
}

func requireEqual<Value: Equatable>(_ found: Value, _ wanted: Value, _ what: String) throws {
    if found != wanted { throw ContractViolation("\(what): \(found) instead of \(wanted)") }
}

/// Runs `work` and hands back the error it must throw.
func requireThrown<Value>(
    _ what: String, _ work: () async throws -> Value
) async throws -> any Error {
    do {
        _ = try await work()
    } catch {
        return error
    }
    throw ContractViolation("\(what): no error")
}
