import Payments
import Ports
import Primitives

extension SQLTransaction {
    func platform(_ id: PlatformID) throws -> Platform? {
        try one("SELECT * FROM platform WHERE id = ?1", [.of(id)], Platform.init(row:))
    }

    func platforms() throws -> [Platform] {
        try all("SELECT * FROM platform ORDER BY id", [], Platform.init(row:))
    }

    func insert(_ platform: Platform) throws {
        try session.run(
            "INSERT INTO platform (id, name, created) VALUES (?1, ?2, ?3)",
            [.of(platform.id), .text(platform.name), .of(platform.created)])
    }

    func bot(_ id: BotID) throws -> Bot? {
        try one("SELECT * FROM bot WHERE id = ?1", [.of(id)], Bot.init(row:))
    }

    func bots(of platform: PlatformID?, _ page: PageRequest) throws -> Page<Bot> {
        try self.page(
            page, Self.range(of: platform),
            newestFirst: """
                SELECT * FROM bot WHERE id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM bot WHERE id > ?1 AND id < ?2 AND platform BETWEEN ?4 AND ?5 ORDER BY id LIMIT ?3
                """, Bot.init(row:))
    }

    func insert(_ bot: Bot) throws {
        try session.run(
            """
            INSERT INTO bot (id, platform, name, legal_name, merchant_category, country, statement_descriptor, is_active,
                created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            [
                .of(bot.id), .of(bot.platform), .text(bot.name), .text(bot.legalName), .integer(bot.merchantCategory),
                .text(bot.country), .text(bot.statementDescriptor), .of(bot.isActive), .of(bot.created),
            ])
    }

    func update(_ bot: Bot) throws {
        try change(
            """
            UPDATE bot SET name = ?2, legal_name = ?3, merchant_category = ?4, country = ?5, statement_descriptor = ?6,
                is_active = ?7
            WHERE id = ?1
            """,
            [
                .of(bot.id), .text(bot.name), .text(bot.legalName), .integer(bot.merchantCategory), .text(bot.country),
                .text(bot.statementDescriptor), .of(bot.isActive),
            ])
    }

    /// The bounds that let everything through when `id` is nil. A filter written as a range leaves the list in the order
    /// of the primary key.
    static func range<Kind>(of id: Identifier<Kind>?) -> [SQLValue] {
        [.of(id?.bits ?? PageBounds.lowest), .of(id?.bits ?? PageBounds.highest)]
    }

    static func range(of mode: Mode?) -> [SQLValue] {
        [.of(mode ?? Mode.test), .of(mode ?? Mode.live)]
    }
}

extension Platform {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "platform")
        self.init(id: try columns.identifier(), name: try columns.text(), created: try columns.time())
    }
}

extension Bot {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "bot")
        self.init(
            id: try columns.identifier(), platform: try columns.identifier(), name: try columns.text(),
            legalName: try columns.text(), merchantCategory: try columns.integer(), country: try columns.text(),
            statementDescriptor: try columns.text(), isActive: try columns.flag(), created: try columns.time())
    }
}
