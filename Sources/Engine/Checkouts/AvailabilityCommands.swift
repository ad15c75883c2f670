package import Payments
package import Ports
package import Primitives

/// The platform, and bots themselves, say to whom a bot's checkouts are open.
package struct AvailabilityCommands: Sendable {
    let commands: Commands

    /// Replaces what the caller says of one feature. A rule that asks for nothing is forgotten.
    /// - Parameter rendering: how the bot's rules look.
    package func set(
        _ rule: AvailabilityRule, of bot: BotID, _ caller: Caller,
        _ rendering: @escaping @Sendable ([AvailabilityRule]) -> [UInt8]
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, _ in
            try Self.check(bot, caller, transaction)
            try Self.store(rule, of: bot, caller.mode, transaction)
            return .answered(Answer(body: rendering(try transaction.availability(of: bot, mode: caller.mode))))
        }
    }

    /// As ``set(_:of:_:_:)``, in a commit of somebody else's.
    package static func store(
        _ rule: AvailabilityRule, of bot: BotID, _ mode: Mode, _ transaction: any StoreTransaction
    ) throws {
        if rule.isOpen {
            try transaction.removeAvailability(of: bot, mode: mode, rule.feature, rule.author)
        } else {
            try transaction.set(rule, of: bot, mode: mode)
        }
    }

    /// Whether the caller has a say about this bot.
    package static func check(_ id: BotID, _ caller: Caller, _ reader: any StoreReader) throws {
        let bot = try reader.bot(id)
        guard let bot, caller.owner == .bot(id) || caller.owner == .platform(bot.platform) else {
            throw Refusal.notFound(kind: "bot", id: id.text, parameter: nil)
        }
    }
}
