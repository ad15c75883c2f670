import Payments
import Primitives
internal import Synchronization

/// How many questions to bots are waiting for an answer. A request that waits for a bot costs memory and nothing else, but whoever is at
/// a page can begin one: a bot that does not answer must not use up the room of all the others.
package final class OpenQuestions: Sendable {
    /// Of all bots together.
    static let most = 512
    /// Of one bot that answers.
    static let mostOfOneBot = 64
    /// Of one bot whose last question brought nothing.
    static let mostOfASilentBot = 4

    private struct State {
        var total = 0
        var ofBot: [BotID: Int] = [:]
        /// Bots that were silent when they were asked last; of so many at most that the set stays small.
        var silent: Set<BotID> = []
    }
    private let state = Mutex(State())

    package init() {}

    /// Questions under way.
    package var count: Int { state.withLock(\.total) }

    /// Asks, unless too much is being asked already.
    /// - Returns: what the bot says; nil for silence, and for a bot that is not asked because others wait for it.
    func ask(_ bot: BotID, _ question: nonisolated(nonsending) () async -> CheckoutReply?) async -> CheckoutReply? {
        guard begin(bot) else { return nil }
        let reply = await question()
        end(bot, isSilent: reply == nil)
        return reply
    }

    private func begin(_ bot: BotID) -> Bool {
        state.withLock { state in
            let most = state.silent.contains(bot) ? Self.mostOfASilentBot : Self.mostOfOneBot
            guard state.total < Self.most, state.ofBot[bot, default: 0] < most else { return false }
            state.total += 1
            state.ofBot[bot, default: 0] += 1
            return true
        }
    }

    private func end(_ bot: BotID, isSilent: Bool) {
        state.withLock { state in
            state.total -= 1
            let left = state.ofBot[bot, default: 1] - 1
            state.ofBot[bot] = left > 0 ? left : nil
            if !isSilent {
                state.silent.remove(bot)
            } else if state.silent.count < Self.mostSilent {
                state.silent.insert(bot)
            }
        }
    }

    private static let mostSilent = 10_000
}
