import Payments
import Ports

extension SQLTransaction {
    func pendingReference(of operation: OperationID) throws -> String? {
        try one("SELECT reference FROM pending_reference WHERE operation = ?1", [.of(operation)]) {
            (row) throws(StoreError) in try row.text(0)
        }
    }

    func note(pendingReference reference: String, of operation: OperationID) throws {
        try session.run(
            """
            INSERT INTO pending_reference (operation, reference) VALUES (?1, ?2)
            ON CONFLICT (operation) DO UPDATE SET reference = excluded.reference
            """, [.of(operation), .text(reference)])
    }

    func forgetPendingReference(of operation: OperationID) throws {
        try session.run("DELETE FROM pending_reference WHERE operation = ?1", [.of(operation)])
    }
}
