import NIOCore
import NIOPosix

/// How a listener's connections are shared out among those who connect, so that nobody takes all places. Only for plain
/// listeners: whoever finds no place is told so in words.
package struct ConnectionSeats: Sendable {
    /// Who is at the other end.
    package enum Guest: Hashable, Sendable {
        /// May take any place, also one of those that are kept.
        case host
        /// Shares with all others of the same number.
        case guest(UInt32)
        /// Is let in nowhere.
        case unknown
    }

    /// How many places guests of one number have at most.
    package let perGuest: Int
    /// How many of the listener's places no guest takes.
    package let kept: Int
    /// A whole HTTP answer, for whom there is no place.
    package let refusal: [UInt8]
    /// Asked on the event loop, with the connection's descriptor: it must not block.
    package let guest: @Sendable (CInt) -> Guest

    package init(perGuest: Int, kept: Int, refusal: [UInt8], guest: @escaping @Sendable (CInt) -> Guest) {
        self.perGuest = perGuest
        self.kept = kept
        self.refusal = refusal
        self.guest = guest
    }

    func guest(at channel: any Channel) -> Guest {
        let found = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            guest($0)
        }
        return found ?? .unknown
    }
}

/// Answers whatever comes with a refusal, and closes. Bound in time: nobody keeps what is no place.
final class TurnAway: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let refusal: [UInt8]
    private var hasAnswered = false

    init(_ refusal: [UInt8]) { self.refusal = refusal }

    func handlerAdded(context: ChannelHandlerContext) { close(context.channel, in: .seconds(2)) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasAnswered else { return }
        hasAnswered = true
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: refusal)), promise: nil)
        // Closing at once, with bytes of the client unread, would lose the answer.
        close(context.channel, in: .milliseconds(500))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    private func close(_ channel: any Channel, in time: TimeAmount) {
        channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}
