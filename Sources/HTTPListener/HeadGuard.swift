import Instruments
import NIOCore
import NIOTLS
import Synchronization

/// Closes a connection on which the head of a request takes too long to arrive.
///
/// The idle time alone lets a client keep a connection for days by sending one byte now and then. Over HTTP/2 there is
/// nothing to do: there, a connection without a request is closed when the idle time is over, whatever bytes it sends.
///
/// Bytes are seen on the event loop; the other two calls come from the task that answers, which runs there as well. All
/// state is atomic, so nothing depends on that.
final class HeadGuard: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = ByteBuffer

    /// The guard of the connection whose request is being answered.
    @TaskLocal static var current: HeadGuard?

    private enum State: UInt8, AtomicRepresentable {
        case idle
        /// Something of a head is there.
        case receiving
        /// A request is being answered.
        case answering
    }

    private let limit: UInt64
    private let late: Counter
    private let state = Atomic(State.idle)
    private let since = Atomic<UInt64>(0)
    private let ticking: Mutex<RepeatedTask?>
    private let hasAsked = Atomic(false)
    private let onFirstRequest: @Sendable () -> Void

    /// - Parameter onFirstRequest: called once, when the first request of the connection has arrived.
    init(_ limit: TimeAmount, _ late: Counter, onFirstRequest: @escaping @Sendable () -> Void) {
        self.limit = UInt64(clamping: limit.nanoseconds)
        self.late = late
        self.onFirstRequest = onFirstRequest
        ticking = Mutex(nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // One timer for each connection, not one for each request.
        let pause = TimeAmount.nanoseconds(Int64(clamping: max(limit / 4, 1_000_000)))
        let channel = context.channel
        let task = context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { [weak self] task in
            guard let self else { return task.cancel() }
            guard isLate else { return }
            task.cancel()
            late.increment()
            channel.close(promise: nil)
        }
        ticking.withLock { $0 = task }
    }

    func handlerRemoved(context: ChannelHandlerContext) { ticking.withLock { $0.take() }?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if state.load(ordering: .relaxed) == .idle {
            since.store(MonotonicTime.nanoseconds, ordering: .relaxed)
            state.store(.receiving, ordering: .relaxed)
        }
        context.fireChannelRead(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Bytes of HTTP/2 are not only those of requests.
        if case .handshakeCompleted("h2")? = event as? TLSUserEvent { state.store(.answering, ordering: .relaxed) }
        context.fireUserInboundEventTriggered(event)
    }

    /// A request is whole enough to be answered; its body has a deadline of its own.
    func headArrived() {
        state.store(.answering, ordering: .relaxed)
        if !hasAsked.load(ordering: .relaxed), !hasAsked.exchange(true, ordering: .relaxed) { onFirstRequest() }
    }

    /// The answer has been written.
    func answered() { state.store(.idle, ordering: .relaxed) }

    private var isLate: Bool {
        state.load(ordering: .relaxed) == .receiving
            && MonotonicTime.since(since.load(ordering: .relaxed)) > limit
    }
}
