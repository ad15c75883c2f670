import Engine
import Payments
import Ports
import Primitives
import Synchronization

/// A bot's server for questions: answers as it was told, or keeps silent.
final class ScriptedCallbacks: CallbackTransport {
    private struct State {
        var replies: [CallbackResult] = []
        var asked: [(url: String, headers: [String: String], body: String)] = []
        var deadlines: [Duration] = []
        var onAsk: (@Sendable () async throws -> Void)?
    }
    private let state = Mutex(State())

    /// What is said to the next questions, in turn; then silence.
    func plan(_ replies: String...) {
        state.withLock { $0.replies += replies.map { .answered(status: 200, body: Array($0.utf8)) } }
    }
    func plan(_ result: CallbackResult) { state.withLock { $0.replies.append(result) } }
    /// Runs while a question is open.
    func whileAsked(_ body: (@Sendable () async throws -> Void)?) { state.withLock { $0.onAsk = body } }
    var questions: [String] { state.withLock { $0.asked.map(\.body) } }
    /// How long the bot was given for each question.
    var deadlines: [Duration] { state.withLock { $0.deadlines } }
    var headers: [[String: String]] { state.withLock { $0.asked.map(\.headers) } }

    func ask(
        url: String, headers: [(name: String, value: String)], body: [UInt8], deadline: Duration, maximumBytes: Int
    ) async -> CallbackResult {
        let (result, meanwhile) = state.withLock { state in
            state.deadlines.append(deadline)
            state.asked.append(
                (
                    url, Dictionary(headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
                    String(decoding: body, as: UTF8.self)
                ))
            return (state.replies.isEmpty ? CallbackResult.failed("silence") : state.replies.removeFirst(), state.onAsk)
        }
        try? await meanwhile?()
        return result
    }

    func fetch(url: String, deadline: Duration, maximumBytes: Int) async -> CallbackResult {
        await ask(url: url, headers: [], body: [], deadline: deadline, maximumBytes: maximumBytes)
    }
}

/// `yes`, `no WORDS`, or `tax N` and `ship ID N` for another price; anything else means nothing.
struct PlainCallbackCoding: CheckoutCallbackCoding {
    func question(
        _ question: CheckoutQuestion, named id: RequestID, checkout: [UInt8], livemode: Bool, answerBy: Timestamp,
        at now: Timestamp
    ) -> [UInt8] { Array("\(question.name)".utf8) }

    func reply(to question: CheckoutQuestion, _ body: [UInt8]) -> CheckoutReply? {
        let words = String(decoding: body, as: UTF8.self).split(separator: " ").map(String.init)
        var repricing = CheckoutRepricing()
        switch words.first {
        case "yes": return .agreed(repricing)
        case "no": return .refused(words.count > 1 ? words[1] : nil)
        case "tax": repricing.tax = words.count > 1 ? Int64(words[1]) : nil
        case "ship": repricing.shipping = [ShippingOption(id: words[1], label: words[1], amount: Int64(words[2]) ?? 0)]
        default: return nil
        }
        return .agreed(repricing)
    }
}
