import HummingbirdCore
import Instruments
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Observability
import Primitives
import ServiceLifecycle

/// What the listening socket hands over.
private enum Accepted<Value: Sendable>: Sendable {
    case connection(Value, any Channel, HeadGuard)
    case refused(any Channel)
    /// Is being told that there is no place, and closes by itself.
    case turnedAway
}

extension ListenerService {
    func serve<Child: ServerChildChannel>(_ child: Child, isTLS: Bool) async throws {
        let socket = try await bind { [self] channel -> EventLoopFuture<Accepted<Child.Value>> in
            guard connections.admit(channel) else {
                meter.refused.increment()
                if !isTLS, connections.turnAway(channel) {
                    return channel.eventLoop.makeSucceededFuture(.turnedAway)
                }
                return channel.eventLoop.makeSucceededFuture(.refused(channel))
            }
            meter.accepted.increment()
            return child.setup(channel: channel, logger: logger).flatMapThrowing { [self] value in
                let head = HeadGuard(limits.headTime.timeAmount, meter.lateHeads) { [connections] in
                    connections.heard(ObjectIdentifier(channel))
                }
                try guardConnection(channel, head, isTLS: isTLS)
                // A connection that is made while the listener stops is handed to nobody. NIO traps when its writer goes
                // before it was finished, and closing is what finishes it.
                channel.closeFuture.whenComplete { _ in withExtendedLifetime(value) {} }
                return .connection(value, channel, head)
            }
        }
        defer { connections.closeAll() }
        if let bound = socket.channel.localAddress {
            logger.say(.info, "listening on \("address", address), port \("port", bound.port ?? 0)")
            await onListening(bound)
        }
        let listening = socket.channel
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.accept(from: socket, child) }
            group.addTask { try await self.stopOnShutdown(listening) }
            defer { group.cancelAll() }
            try await group.next()
            // Whichever ended first: after a stop, wait for the connections; after a failure, the stop is moot.
            try await group.next()
        }
    }

    private func accept<Child: ServerChildChannel>(
        from socket: NIOAsyncChannel<Accepted<Child.Value>, Never>, _ child: Child
    ) async throws {
        let executors = LoopExecutor.forLoops(of: group)
        let logger = self.logger
        try await withThrowingDiscardingTaskGroup { tasks in
            try await socket.executeThenClose { accepted in
                for try await next in accepted {
                    switch next {
                    case .refused(let channel):
                        logger.say(.debug, "connection refused: at the maximum")
                        channel.close(promise: nil)
                    case .turnedAway: logger.say(.debug, "connection turned away: no place for its user")
                    case .connection(let value, let channel, let head):
                        let executor = executors[ObjectIdentifier(channel.eventLoop)]
                        tasks.addTask(executorPreference: executor) {
                            await RequestExecutor.$current.withValue(executor) {
                                await HeadGuard.$current.withValue(head) {
                                    await child.handle(value: value, logger: logger)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func guardConnection(_ channel: any Channel, _ head: HeadGuard, isTLS: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        guard isTLS else { return try pipeline.addHandler(head, position: .first) }
        let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
        try pipeline.addHandler(HandshakeGuard(limits.handshakeTime.timeAmount, meter), position: .after(tls))
        try pipeline.addHandler(head, position: .after(tls))
    }
}

// MARK: - Stopping

extension ListenerService {
    /// Waits for the graceful shutdown, then stops in two steps, see ``ListenerService``.
    private func stopOnShutdown(_ socket: any Channel) async throws {
        do { try await gracefulShutdown() } catch { return }  // cancelled: the group ends everything by itself
        // Who has got through is answered: closing the listener or their connection now would lose what they are about to
        // ask, although whoever comes a moment later waits for the next process when that one inherits the socket.
        try? await socket.setOption(ChannelOptions.autoRead, value: false).get()
        await within(limits.firstRequestTime, giveUp: connections.giveUpOnSilent) { await connections.allHeard() }
        gate.close()
        socket.close(promise: nil)
        await within(limits.drainTime, giveUp: gate.giveUp) { await gate.drained() }
        if gate.inFlight > 0 {
            logger.say(.warning, "stopping with \("requests", gate.inFlight) requests in flight")
        }
        connections.quiesce()
        await within(limits.closeTime, giveUp: connections.giveUp) { await connections.emptied() }
        connections.closeAll()
    }

    /// Runs `wait`, ending it by `giveUp` after `time`.
    private func within(_ time: Duration, giveUp: @escaping @Sendable () -> Void, _ wait: () async -> Void) async {
        let timer = group.any().scheduleTask(in: time.timeAmount) { giveUp() }
        await wait()
        timer.cancel()
    }
}

// MARK: - Binding

extension ListenerService {
    /// - Throws: ``ListenerError`` when the system refuses the address.
    private func bind<Value: Sendable>(
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Value>
    ) async throws -> NIOAsyncChannel<Value, Never> {
        do {
            return try await bound(initializer)
        } catch let error as IOError {
            throw ListenerError.cannotListen(listener: name, address: address, errno: error.errnoCode)
        }
    }

    private func bound<Value: Sendable>(
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Value>
    ) async throws -> NIOAsyncChannel<Value, Never> {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        switch address {
        case .tcp(let host, let port):
            return try await bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: host, port: port, childChannelInitializer: initializer)
        case .unixSocket(let path):
            return try await bootstrap.bind(
                unixDomainSocketPath: path, cleanupExistingSocketFile: true, childChannelInitializer: initializer)
        case .inherited(let descriptor):
            return try await bootstrap.bind(descriptor, childChannelInitializer: initializer)
        }
    }
}
