import HTTPTypes
package import HummingbirdCore
package import NIOCore
import NIOHTTP1
package import Primitives

/// What a request came with, besides itself.
package struct RequestArrival: Sendable {
    /// The connection; over HTTP/2, the request's own stream.
    package let channel: any Channel
    package let admission: RequestAdmission
    package let receivedAt: Timestamp
    let limits: ListenerLimits
    let gate: RequestGate

    /// The connection itself, also over HTTP/2: for socket options such as SO_PEERCRED.
    package var connection: any Channel {
        guard isStream, let parent = channel.parent else { return channel }
        return parent
    }

    package var remoteAddress: SocketAddress? { connection.remoteAddress }

    /// Whether this is one of many requests on an HTTP/2 connection. A connection's parent is the listening socket.
    var isStream: Bool { channel.parent?.parent != nil }
}

extension RequestArrival {
    /// Waits a moment before a caller is told that there is no room.
    ///
    /// Reading, refusing and writing cost most of what the work itself costs, and a caller who waits for an answer before
    /// sending the next request sends as fast as we refuse: three times the capacity, refused at once, leaves half of it
    /// for work. Retry-After asks for at least a second anyway, and this is the part of it that nobody can disregard.
    /// Meanwhile the request takes up no place of ``ListenerLimits/requestsInFlight``. When many wait already, or the
    /// listener stops, it does not wait.
    package func pauseRefusal() async {
        guard limits.refusalPause > .zero, gate.setAside() else { return }
        defer { gate.takeBack() }
        let pause = channel.eventLoop.scheduleTask(in: limits.refusalPause.timeAmount) {}
        // Fails when the listener ends, and then nobody waits for an answer any more.
        await withTaskCancellationHandler {
            try? await pause.futureResult.get()
        } onCancel: {
            pause.cancel()
        }
    }
}

/// Why a body could not be had.
package enum RequestBodyError: Error, Hashable, Sendable {
    /// Larger than the limit: 413.
    case tooLarge
    /// Not complete in time: 408.
    case timedOut
    /// The client broke off or broke the protocol: 400. What arrived must not be acted on.
    case cut
}

extension RequestArrival {
    /// The most that ``body(of:)`` reads.
    package var bodyLimit: Int { limits.bodyBytes }

    /// Reads the whole body. Call at most once.
    ///
    /// After an error, answer with `Connection: close`: the rest of the body is not read.
    package func body(of request: Request) async throws(RequestBodyError) -> ByteBuffer {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        if let announced, announced > limits.bodyBytes { throw .tooLarge }
        if request.method == .get, announced == nil, request.headers[.transferEncoding] == nil { return ByteBuffer() }
        let channel = self.channel
        let timer = channel.eventLoop.scheduleTask(in: limits.bodyTime.timeAmount) {
            channel.pipeline.fireErrorCaught(BodyTimeOut())
        }
        defer { timer.cancel() }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: limits.bodyBytes)
        } catch is NIOTooManyBytesError {
            throw .tooLarge
        } catch is BodyTimeOut {
            throw .timedOut
        } catch {
            throw .cut
        }
        // The stream of parts ends without an error when the connection does. Half a body is not a shorter body.
        guard channel.isActive, announced == nil || announced == body.readableBytes else { throw .cut }
        return body
    }
}

/// Sent through the pipeline, from where it ends the stream of body parts.
private struct BodyTimeOut: Error {}
