import Payments
import Ports
import Primitives

extension SQLTransaction {
    func platformFee(of bot: BotID, currency: Currency) throws -> PlatformFee? {
        try one(
            "SELECT * FROM platform_fee WHERE bot = ?1 AND currency = ?2", [.of(bot), .of(currency)],
            PlatformFee.read(row:))
    }

    func platformFees(of bot: BotID) throws -> [PlatformFee] {
        try all(
            "SELECT * FROM platform_fee WHERE bot = ?1 ORDER BY currency", [.of(bot)], PlatformFee.read(row:))
    }

    func set(_ fee: PlatformFee, of bot: BotID) throws {
        try session.run(
            """
            INSERT INTO platform_fee (bot, currency, basis_points, fixed) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (bot, currency) DO UPDATE SET basis_points = excluded.basis_points, fixed = excluded.fixed
            """, [.of(bot), .of(fee.currency), .integer(fee.basisPoints), .integer(fee.fixed)])
    }

    func removePlatformFee(of bot: BotID, currency: Currency) throws {
        try session.run(
            "DELETE FROM platform_fee WHERE bot = ?1 AND currency = ?2", [.of(bot), .of(currency)])
    }
}

extension PlatformFee {
    fileprivate static func read(row: any SQLRow) throws(StoreError) -> PlatformFee {
        var columns = Columns(row, "platform_fee", from: 1)
        let currency = try columns.currency()
        let fee = PlatformFee(
            currency: currency, basisPoints: try columns.integer(), fixed: try columns.integer())
        return try columns.required(fee, "a fee within its limits")
    }
}
