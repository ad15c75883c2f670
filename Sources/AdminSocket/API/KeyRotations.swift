import AdminContract
import Logging
import Observability
import Ports
import Primitives
import Synchronization

/// Runs key rotations one at a time, beside the requests that start and watch them.
final class KeyRotations: Sendable {
    enum Target: Hashable, Sendable, Loggable {
        case keyEncryptionKey
        case dataKey(KeyPurpose)

        var name: String {
            switch self {
            case .keyEncryptionKey: "kek"
            case .dataKey(let purpose): Names.of(purpose)
            }
        }

        var logText: String { name }
    }

    private let keys: any KeyAdministration
    private let clock: any WallClock
    private let logger: Logger
    private let current = Mutex<RotationView?>(nil)
    private let jobs: AsyncStream<Target>
    private let queue: AsyncStream<Target>.Continuation

    init(keys: any KeyAdministration, clock: any WallClock, logger: Logger) {
        self.keys = keys
        self.clock = clock
        self.logger = logger
        (jobs, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// The rotation that runs, or the last one.
    var latest: RotationView? { current.withLock { $0 } }

    /// Starts a rotation; ``run()`` does the work.
    func start(_ target: Target) throws(AdminError) -> RotationView {
        let view = RotationView(
            target: target.name, state: .running, started: clock.now().description, done: 0, total: 0, message: nil,
            report: nil)
        let isFree = current.withLock { current in
            guard current?.state != .running else { return false }
            current = view
            return true
        }
        guard isFree else {
            throw AdminError(.conflict, "A rotation is running. Watch it with: florinctl vault status")
        }
        queue.yield(target)
        return view
    }

    /// Carries out what was started, until the task is cancelled.
    func run() async {
        for await target in jobs { await rotate(target) }
    }

    private func rotate(_ target: Target) async {
        logger.say(.notice, "rotation of the \("key", target) key begins")
        let show: @Sendable (KeyRotationProgress) -> Void = { [self] progress in
            change { $0.with(done: progress.done, total: progress.total) }
        }
        do {
            let report =
                switch target {
                case .keyEncryptionKey: try await keys.rotateKeyEncryptionKey(progress: show)
                case .dataKey(let purpose): try await keys.rotateDataKey(of: purpose, progress: show)
                }
            change { $0.ended(.succeeded, Self.describe(report), RotationReportView(report)) }
            logger.say(.notice, "rotation of the \("key", target) key ended, \("moved", report.moved) moved")
        } catch {
            change { $0.ended(.failed, Self.describe(error), nil) }
            logger.say(.error, "rotation of the \("key", target) key failed: \(error)")
        }
    }

    private func change(_ body: (RotationView) -> RotationView) {
        current.withLock { current in
            if let view = current { current = body(view) }
        }
    }

    private static func describe(_ report: KeyRotationReport) -> String {
        switch report.ending {
        case .provedEmpty: "Proved: nothing is under the old key any more."
        case .oldRowsAgeOut: "New rows use the new key; the old ones age out under theirs."
        }
    }

    private static func describe(_ error: any Error) -> String {
        guard let error = error as? KeyRotationError else {
            return "It was interrupted; nothing is lost. Start it again to carry on. The daemon's log has the reason."
        }
        return switch error {
        case .alreadyRunning: "Another rotation is running."
        case .notRotatable(let purpose): "Keys of purpose \(Names.of(purpose)) are never replaced."
        case .rowsRemain(let key, let count):
            "\(count) rows stay under data key \(key) although none was found to re-seal: report this; start it again."
        case .notVerified(let key): "Data key \(key) did not read back as it was meant: report this; start it again."
        }
    }
}

extension RotationView {
    fileprivate func with(done: Int64, total: Int64) -> RotationView {
        RotationView(
            target: target, state: state, started: started, done: done, total: total, message: message, report: report)
    }

    fileprivate func ended(_ state: State, _ message: String, _ report: RotationReportView?) -> RotationView {
        RotationView(
            target: target, state: state, started: started, done: done, total: total, message: message, report: report)
    }
}

extension RotationReportView {
    fileprivate init(_ report: KeyRotationReport) {
        self.init(
            isProvedEmpty: report.ending == .provedEmpty, wasResumed: report.resumed, moved: report.moved,
            current: report.current, retired: report.retired)
    }
}
