import Payments
import Ports
import Primitives

extension SQLTransaction {
    func availability(of bot: BotID, mode: Mode) throws -> [AvailabilityRule] {
        try all(
            "SELECT * FROM availability WHERE bot = ?1 AND mode = ?2 ORDER BY feature, author",
            [.of(bot), .of(mode)], AvailabilityRule.read(row:))
    }

    func set(_ rule: AvailabilityRule, of bot: BotID, mode: Mode) throws {
        try session.run(
            """
            INSERT INTO availability (bot, mode, feature, author, is_on, countries, currencies, testers_only, testers)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (bot, mode, feature, author) DO UPDATE SET is_on = excluded.is_on,
                countries = excluded.countries, currencies = excluded.currencies,
                testers_only = excluded.testers_only, testers = excluded.testers
            """,
            [
                .of(bot), .of(mode), .of(rule.feature), .of(rule.author), .of(rule.isOn),
                .text(rule.countries.joined(separator: " ")), .text(rule.currencies.joined(separator: " ")),
                .of(rule.testersOnly), .text(rule.testers.joined(separator: " ")),
            ])
    }

    func removeAvailability(
        of bot: BotID, mode: Mode, _ feature: AvailabilityFeature, _ author: AvailabilityRule.Author
    ) throws {
        try session.run(
            "DELETE FROM availability WHERE bot = ?1 AND mode = ?2 AND feature = ?3 AND author = ?4",
            [.of(bot), .of(mode), .of(feature), .of(author)])
    }
}

extension AvailabilityRule {
    fileprivate static func read(row: any SQLRow) throws(StoreError) -> AvailabilityRule {
        var columns = Columns(row, "availability", from: 2)
        var rule = AvailabilityRule(feature: try columns.value(), author: try columns.value())
        rule.isOn = try columns.flag()
        rule.countries = words(try columns.text())
        rule.currencies = words(try columns.text())
        rule.testersOnly = try columns.flag()
        rule.testers = words(try columns.text())
        return rule
    }

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
