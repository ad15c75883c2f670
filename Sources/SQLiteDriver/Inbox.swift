import Ports

/// A bounded first-in, first-out queue between callers and the threads of the driver.
final class Inbox: Sendable {
    private struct State {
        var jobs: [Job] = []
        /// Where the first waiting job is; what lies before it has been taken.
        var head = 0
        var isClosed = false

        var count: Int { jobs.count - head }

        mutating func pop() -> Job? {
            guard head < jobs.count else { return nil }
            let job = jobs[head]
            head += 1
            if head == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 1_024 {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    private let limit: Int
    private let state = Monitor(State())

    init(limit: Int) { self.limit = limit }

    /// How many jobs wait.
    var depth: Int { state.withLock { $0.count } }

    /// Queues a job, or says why it was refused; nothing of it has run then.
    func push(_ job: Job) -> StoreError? {
        state.wakeOne { state in
            if state.isClosed { return .closed }
            if state.count >= limit { return .queueFull }
            state.jobs.append(job)
            return nil
        }
    }

    /// Moves what waits, up to `most`, to the end of `group`; sleeps while there is nothing.
    /// - Parameter milliseconds: sleep no longer than this; then `group` stays as it is.
    /// - Returns: false once the inbox is closed and empty.
    func take(_ most: Int, into group: inout [Job], atMost milliseconds: Int? = nil) -> Bool {
        func waiting(_ state: inout State) -> [Job]?? {
            guard state.count > 0 else { return state.isClosed ? .some(nil) : nil }
            var taken: [Job] = []
            taken.reserveCapacity(min(most, state.count))
            while taken.count < most, let job = state.pop() { taken.append(job) }
            return .some(taken)
        }
        let taken: [Job]? =
            if let milliseconds { state.wait(atMost: milliseconds, until: waiting) ?? [] } else {
                state.wait(until: waiting)
            }
        guard let taken else { return false }
        group += taken
        return true
    }

    /// Closes, and answers everything that waits with `error`.
    func refuse(with error: StoreError) {
        close()
        var waiting: [Job] = []
        while take(.max, into: &waiting) {
            for job in waiting { job.fail(error) }
            waiting.removeAll()
        }
    }

    /// Refuses new jobs; those that wait are still handed out.
    func close() {
        state.wakeAll { $0.isClosed = true }
    }
}
