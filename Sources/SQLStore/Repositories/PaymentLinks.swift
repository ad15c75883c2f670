import Payments
import Ports
import Primitives

extension SQLTransaction {
    func paymentLink(_ id: PaymentLinkID) throws -> PaymentLink? {
        try one("SELECT * FROM payment_link WHERE id = ?1", [.of(id)], PaymentLink.read(row:))
    }

    func paymentLinks(of bot: BotID, mode: Mode, isActive: Bool?, _ page: PageRequest) throws -> Page<PaymentLink> {
        try self.page(
            page, [.of(bot), .of(mode), .of(isActive ?? false), .of(isActive ?? true)],
            newestFirst: """
                SELECT * FROM payment_link
                WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND active BETWEEN ?6 AND ?7
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM payment_link
                WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND active BETWEEN ?6 AND ?7
                ORDER BY id LIMIT ?3
                """, PaymentLink.read(row:))
    }

    func countCheckoutsCompleted(of link: PaymentLinkID) throws -> Int64 {
        try one(
            "SELECT count(*) FROM checkout WHERE link = ?1 AND state = ?2 AND state IN (3, 4)",
            [.of(link), .of(CheckoutFilter.Status.complete)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout")
            return try columns.integer()
        } ?? 0
    }

    func countCheckoutsTaken(of link: PaymentLinkID, besides checkout: CheckoutID) throws -> Int64 {
        try one(
            "SELECT count(*) FROM checkout WHERE link = ?1 AND state IN (3, 4) AND id <> ?2",
            [.of(link), .of(checkout)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout")
            return try columns.integer()
        } ?? 0
    }

    func insert(_ link: PaymentLink) throws {
        try session.run(
            """
            INSERT INTO payment_link (id, bot, mode, created, currency, active, completed_limit, terms_key, terms_box,
                version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            [
                .of(link.id), .of(link.bot), .of(link.mode), .of(link.created), .of(link.currency),
                .of(link.isActive), .of(link.completedLimit), .integer(link.terms.dataKey), .bytes(link.terms.box),
                .integer(link.version),
            ])
    }

    func update(_ link: PaymentLink) throws {
        let changed = try session.run(
            """
            UPDATE payment_link
            SET active = ?3, completed_limit = ?4, terms_key = ?5, terms_box = ?6, version = version + 1
            WHERE id = ?1 AND version = ?2
            """,
            [
                .of(link.id), .integer(link.version), .of(link.isActive), .of(link.completedLimit),
                .integer(link.terms.dataKey), .bytes(link.terms.box),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }
}

extension PaymentLink {
    fileprivate static func read(row: any SQLRow) throws(StoreError) -> PaymentLink {
        var columns = Columns(row, "payment_link")
        let id = try columns.identifier(PaymentLinkKind.self)
        let bot = try columns.identifier(BotKind.self)
        let mode = try columns.value(Mode.self)
        let created = try columns.time()
        let currency = try columns.currency()
        let isActive = try columns.flag()
        let limit = try columns.optionalInteger()
        var link = PaymentLink(
            id: id, bot: bot, mode: mode, created: created, currency: currency, isActive: isActive,
            completedLimit: limit, terms: try columns.sealed())
        link.version = try columns.integer()
        return link
    }
}
