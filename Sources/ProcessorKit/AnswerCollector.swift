import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Primitives
import Synchronization

/// Collects one answer, remembers how much of its request left, and ends a phase that takes too long.
final class AnswerCollector: HTTPClientResponseDelegate {
    typealias Response = WireAnswer

    struct TooLarge: Error {}
    /// A phase after the first byte of the request took too long.
    struct TooSlow: Error {}
    private struct NoAnswer: Error {}

    private struct State {
        var sent: SentPart?
        var head: HTTPResponseHead?
        var body: [UInt8] = []
        var phase: Scheduled<Void>?
    }

    private let limits: ExecutorLimits
    private let state = Mutex(State())

    init(limits: ExecutorLimits) { self.limits = limits }

    /// How much of the request was written; nil for less than its head. The client calls back after the write of the head
    /// has succeeded, and writes the body only afterwards.
    var sent: SentPart? { state.withLock { $0.sent } }

    func didSendRequestHead(task: HTTPClient.Task<WireAnswer>, _ head: HTTPRequestHead) {
        state.withLock { $0.sent = .part }
        begin(limits.write, task)
    }

    func didSendRequest(task: HTTPClient.Task<WireAnswer>) {
        // An answer may begin before the request has ended.
        let isAnswered = state.withLock { state in
            state.sent = .all
            return state.head != nil
        }
        if !isAnswered { begin(limits.firstByte, task) }
    }

    func didReceiveHead(task: HTTPClient.Task<WireAnswer>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        begin(limits.body, task)
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<WireAnswer>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = state.withLock { state in
            guard state.body.count + buffer.readableBytes <= limits.answerBytes else { return false }
            state.body.append(contentsOf: buffer.readableBytesView)
            return true
        }
        return fits ? task.eventLoop.makeSucceededVoidFuture() : task.eventLoop.makeFailedFuture(TooLarge())
    }

    func didReceiveError(task: HTTPClient.Task<WireAnswer>, _ error: any Error) { end() }

    func didFinishRequest(task: HTTPClient.Task<WireAnswer>) throws -> WireAnswer {
        end()
        let state = state.withLock { $0 }
        guard let head = state.head else { throw NoAnswer() }
        return WireAnswer(
            status: Int(head.status.code), headers: head.headers.map { (name: $0.name, value: $0.value) },
            body: state.body)
    }

    private func begin(_ limit: Duration, _ task: HTTPClient.Task<WireAnswer>) {
        let timer = task.eventLoop.scheduleTask(in: .microseconds(limit.wholeMicroseconds)) {
            task.fail(reason: TooSlow())
        }
        let previous = state.withLock { state in
            defer { state.phase = timer }
            return state.phase
        }
        previous?.cancel()
    }

    private func end() {
        let timer = state.withLock { state in
            defer { state.phase = nil }
            return state.phase
        }
        timer?.cancel()
    }
}
