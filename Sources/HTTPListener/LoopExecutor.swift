import NIOCore

/// Runs a connection's tasks on its own event loop, which spares the hops between loop and thread pool for every
/// request. Nothing that runs here may block.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// One executor for each loop of `group`.
    static func forLoops(of group: any EventLoopGroup) -> [ObjectIdentifier: LoopExecutor] {
        var executors: [ObjectIdentifier: LoopExecutor] = [:]
        for loop in group.makeIterator() { executors[ObjectIdentifier(loop)] = LoopExecutor(loop) }
        return executors
    }
}
