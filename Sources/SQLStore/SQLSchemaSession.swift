package import Ports

/// A session that may also change the schema: only migrations see one.
package protocol SQLSchemaSession: SQLSession {
    /// Runs the statements of `sql`, separated by semicolons, in the transaction of the session. The text is built at
    /// run time (its markers are filled in) and is not kept. It must not begin or end a transaction.
    func runScript(_ sql: String) throws(StoreError)
}

/// A database whose schema can be changed.
package protocol SQLSchemaDatabase: SQLDatabase {
    /// What this engine puts in place of the markers in migration text.
    var schemaMarkers: SchemaMarkers { get }

    /// As ``SQLDatabase/write(_:)``, with a session that may change the schema.
    @discardableResult
    func changeSchema<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLSchemaSession) throws -> Result
    ) async throws -> Result
}
