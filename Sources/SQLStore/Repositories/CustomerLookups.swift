import Payments
import Ports
import Primitives

extension SQLTransaction {
    func customers(
        of bot: BotID, mode: Mode, foundUnder hashes: [[UInt8]], _ page: PageRequest
    ) throws -> Page<Customer> {
        guard let first = hashes.first, hashes.count <= CustomerSearch.mostTerms else {
            throw StoreError.constraint("a search for no text, or for too many")
        }
        // The statement has a fixed number of terms; the first one stands in for those that are missing.
        let terms = hashes + Array(repeating: first, count: CustomerSearch.mostTerms - hashes.count)
        return try self.page(
            page, [.of(bot), .of(mode)] + terms.map { .bytes($0) },
            newestFirst: """
                SELECT c.* FROM customer_lookup AS l JOIN customer AS c ON c.id = l.customer
                WHERE l.hash = ?6 AND l.bot = ?4 AND l.mode = ?5 AND l.customer > ?1 AND l.customer < ?2
                    AND c.is_deleted = 0
                    AND EXISTS (SELECT 1 FROM customer_lookup AS b
                        WHERE b.hash = ?7 AND b.bot = ?4 AND b.mode = ?5 AND b.customer = l.customer)
                    AND EXISTS (SELECT 1 FROM customer_lookup AS d
                        WHERE d.hash = ?8 AND d.bot = ?4 AND d.mode = ?5 AND d.customer = l.customer)
                    AND EXISTS (SELECT 1 FROM customer_lookup AS e
                        WHERE e.hash = ?9 AND e.bot = ?4 AND e.mode = ?5 AND e.customer = l.customer)
                    AND EXISTS (SELECT 1 FROM customer_lookup AS f
                        WHERE f.hash = ?10 AND f.bot = ?4 AND f.mode = ?5 AND f.customer = l.customer)
                ORDER BY l.customer DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT c.* FROM customer_lookup AS l JOIN customer AS c ON c.id = l.customer
                WHERE l.hash = ?6 AND l.bot = ?4 AND l.mode = ?5 AND l.customer > ?1 AND l.customer < ?2
                    AND c.is_deleted = 0
                    AND EXISTS (SELECT 1 FROM customer_lookup AS b
                        WHERE b.hash = ?7 AND b.bot = ?4 AND b.mode = ?5 AND b.customer = l.customer)
                    AND EXISTS (SELECT 1 FROM customer_lookup AS d
                        WHERE d.hash = ?8 AND d.bot = ?4 AND d.mode = ?5 AND d.customer = l.customer)
                    AND EXISTS (SELECT 1 FROM customer_lookup AS e
                        WHERE e.hash = ?9 AND e.bot = ?4 AND e.mode = ?5 AND e.customer = l.customer)
                    AND EXISTS (SELECT 1 FROM customer_lookup AS f
                        WHERE f.hash = ?10 AND f.bot = ?4 AND f.mode = ?5 AND f.customer = l.customer)
                ORDER BY l.customer LIMIT ?3
                """, Customer.init(row:))
    }

    func setLookups(_ hashes: [[UInt8]], of customer: Customer) throws {
        try session.run("DELETE FROM customer_lookup WHERE customer = ?1", [.of(customer.id)])
        for hash in Set(hashes) {
            try session.run(
                "INSERT INTO customer_lookup (hash, bot, mode, customer) VALUES (?1, ?2, ?3, ?4)",
                [.bytes(hash), .of(customer.bot), .of(customer.mode), .of(customer.id)])
        }
    }
}
