import Payments
import Ports
import Primitives

extension SQLTransaction {
    func shares(of checkout: CheckoutID, limit: Int) throws -> [Checkout] {
        try all(
            "SELECT * FROM checkout WHERE share_of = ?1 ORDER BY id DESC LIMIT ?2",
            [.of(checkout), .integer(Int64(max(limit, 0)))], Checkout.read(row:))
    }

    func checkoutsTogetherDue(by time: Timestamp, limit: Int) throws -> [CheckoutID] {
        try all(
            "SELECT id FROM checkout WHERE people IS NOT NULL AND due <= ?1 ORDER BY due, id LIMIT ?2",
            [.of(time), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout")
            return try columns.identifier()
        }
    }
}
