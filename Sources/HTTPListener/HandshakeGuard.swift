import Instruments
import NIOCore
import NIOTLS

/// Closes a connection whose TLS handshake takes too long, or that is still in its handshake when the server stops.
/// Without it a silent connection would stay for ever. Stands right behind the TLS handler and leaves the pipeline when
/// the handshake is done.
final class HandshakeGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let deadline: TimeAmount
    private let meter: ListenerMeter
    private var isDone = false
    private var timer: Scheduled<Void>?

    init(_ deadline: TimeAmount, _ meter: ListenerMeter) {
        self.deadline = deadline
        self.meter = meter
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let late = meter.lateHandshakes
        timer = context.eventLoop.scheduleTask(in: deadline) {
            late.increment()
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if !isDone { meter.failedHandshakes.increment() }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Forward first: the handlers for the negotiated protocol are added by the event.
        context.fireUserInboundEventTriggered(event)
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            timer?.cancel()
            isDone = true
            meter.handshakes.increment()
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } else if event is ChannelShouldQuiesceEvent {
            context.close(promise: nil)
        }
    }
}
