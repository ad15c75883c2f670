import NIOCore
import NIOPosix
import Synchronization

/// Looks host names up for ``GuardedWebhookTransport``. The system's resolver blocks its thread for as long as a name server is silent,
/// and a bot chooses its name server: so it has threads of its own, a name is looked up once for all who want it, nobody waits
/// longer than they want to, and an answer is good for a moment.
final class NameLookups: Sendable {
    typealias Answer = Result<GuardedAddress, AddressRefusal>

    /// Why there is no address.
    enum Failure: Error {
        case refused(AddressRefusal)
        case late
    }

    private struct Key: Hashable {
        let host: String
        let isSecure: Bool
    }

    private struct Known {
        let answer: EventLoopFuture<Answer>
        /// Nil while it is being looked up.
        var goodUntil: NIODeadline?
    }

    private static let threads: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 8)
        pool.start()
        return pool
    }()
    /// So many names may wait for a thread, or be remembered.
    private static let most = 1_000
    private static let lifetime = TimeAmount.seconds(5)

    private let known = Mutex<[Key: Known]>([:])
    private let addressGuard: AddressGuard
    private let resolve: @Sendable (String) -> Answer

    /// - Parameter resolve: looks one URL's host up and blocks; tests give their own.
    init(_ addressGuard: AddressGuard, resolve: (@Sendable (String) -> Answer)? = nil) {
        self.addressGuard = addressGuard
        self.resolve =
            resolve ?? { url in
                Result { () throws(AddressRefusal) in try addressGuard.resolve(url) }
            }
    }

    func address(of url: String, until deadline: NIODeadline) async throws(Failure) -> GuardedAddress {
        let key: Key
        do {
            let (host, isSecure) = try addressGuard.parse(url)
            key = Key(host: host, isSecure: isSecure)
        } catch { throw .refused(error) }
        guard let lookUp = lookUp(key, url), let answer = try? await Self.first(lookUp, before: deadline).get() else {
            throw .late
        }
        do { return try answer.get() } catch { throw .refused(error) }
    }

    /// - Returns: nil when too many are waiting.
    private func lookUp(_ key: Key, _ url: String) -> EventLoopFuture<Answer>? {
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Answer.self)
        let (found, isNew) = known.withLock { known -> (EventLoopFuture<Answer>?, Bool) in
            let now = NIODeadline.now()
            if let there = known[key], there.goodUntil.map({ now < $0 }) ?? true { return (there.answer, false) }
            if known.count >= Self.most { known = known.filter { $0.value.goodUntil.map { now < $0 } ?? true } }
            guard known.count < Self.most else { return (nil, false) }
            known[key] = Known(answer: promise.futureResult, goodUntil: nil)
            return (promise.futureResult, true)
        }
        guard isNew else {
            promise.fail(CancellationError())
            return found
        }
        Self.threads.submit { [self] _ in
            let answer = resolve(url)
            known.withLock { $0[key]?.goodUntil = .now() + Self.lifetime }
            promise.succeed(answer)
        }
        return found
    }

    /// A look-up cannot be cancelled: whoever has waited long enough leaves it alone.
    private static func first(
        _ answer: EventLoopFuture<Answer>, before deadline: NIODeadline
    ) -> EventLoopFuture<Answer?> {
        let promise = answer.eventLoop.makePromise(of: Answer?.self)
        let alarm = answer.eventLoop.scheduleTask(deadline: deadline) { promise.succeed(nil) }
        answer.whenComplete { result in
            alarm.cancel()
            promise.completeWith(result.map { $0 })
        }
        return promise.futureResult
    }
}
