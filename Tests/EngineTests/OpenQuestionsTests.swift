import Payments
import Primitives
import Testing

@testable import Engine

@Suite("Questions to bots that wait for an answer", .timeLimit(.minutes(1)))
struct OpenQuestionsTests {
    private let questions = OpenQuestions()
    private let slow = BotID(high: 1, low: 1)
    private let other = BotID(high: 1, low: 2)

    /// Holds `count` questions to a bot open, looks, and lets the bot say `reply` to all of them.
    private func holding(
        _ count: Int, of bot: BotID, _ reply: CheckoutReply?, _ look: () async throws -> Void
    ) async throws {
        let (begun, release) = (AsyncStream<Void>.makeStream(), Signal())
        let questions = questions
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count {
                group.addTask {
                    _ = await questions.ask(bot) {
                        begun.continuation.yield()
                        await release.wait()
                        return reply
                    }
                }
            }
            var waiting = begun.stream.makeAsyncIterator()
            for _ in 0..<count { await waiting.next() }
            try await look()
            release.fire()
            try await group.waitForAll()
        }
    }

    private func isAsked(_ bot: BotID) async -> Bool {
        await questions.ask(bot) { .agreed(CheckoutRepricing()) } != nil
    }

    @Test("a bot with enough to answer is not asked more, and another one is asked meanwhile")
    func ofOneBot() async throws {
        try await holding(OpenQuestions.mostOfOneBot, of: slow, .refused(nil)) {
            #expect(questions.count == OpenQuestions.mostOfOneBot)
            #expect(await !isAsked(slow))
            #expect(await isAsked(other))
        }
        #expect(questions.count == 0)
        #expect(await isAsked(slow))
    }

    @Test("a bot that was silent may hold up few, until it answers again")
    func silent() async throws {
        #expect(await questions.ask(slow) { nil } == nil)
        try await holding(OpenQuestions.mostOfASilentBot, of: slow, .refused(nil)) {
            #expect(await !isAsked(slow))
        }
        try await holding(OpenQuestions.mostOfASilentBot + 1, of: slow, .refused(nil)) {}
    }

    @Test("all bots together hold up no more than there is room for")
    func ofAll() async throws {
        var bots = (0..<(OpenQuestions.most / OpenQuestions.mostOfOneBot)).map { BotID(high: 2, low: UInt64($0)) }
        func fill() async throws {
            guard let bot = bots.popLast() else {
                #expect(questions.count == OpenQuestions.most)
                #expect(await !isAsked(other))
                return
            }
            try await holding(OpenQuestions.mostOfOneBot, of: bot, .refused(nil), fill)
        }
        try await fill()
        #expect(await isAsked(other))
    }
}
