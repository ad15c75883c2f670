import Ports

/// Two bounded first-in, first-out queues between callers and the threads of the driver: what is urgent goes first.
final class Inbox: Sendable {
    enum Lane {
        case ordinary, urgent
    }

    private struct Queue {
        let limit: Int
        private var jobs: [Job] = []
        /// Where the first waiting job is; what lies before it has been taken.
        private var head = 0

        init(limit: Int) { self.limit = limit }

        var count: Int { jobs.count - head }

        mutating func append(_ job: Job) -> StoreError? {
            if count >= limit { return .queueFull }
            jobs.append(job)
            return nil
        }

        /// Moves up to `most` jobs to the end of `group`.
        mutating func move(_ most: Int, to group: inout [Job]) {
            let end = head + min(count, max(most, 0))
            group += jobs[head..<end]
            head = end
            if head == jobs.count {
                jobs.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 1_024 {
                jobs.removeFirst(head)
                head = 0
            }
        }
    }

    private struct State {
        var ordinary: Queue
        var urgent: Queue
        var isClosed = false

        var count: Int { ordinary.count + urgent.count }
    }

    private let state: Monitor<State>

    init(limit: Int, urgentLimit: Int) {
        state = Monitor(State(ordinary: Queue(limit: limit), urgent: Queue(limit: urgentLimit)))
    }

    /// How many jobs wait.
    var depth: Int { state.withLock { $0.count } }

    /// Queues a job, or says why it was refused; nothing of it has run then.
    func push(_ job: Job, _ lane: Lane = .ordinary) -> StoreError? {
        state.wakeOne { state in
            if state.isClosed { return .closed }
            return lane == .urgent ? state.urgent.append(job) : state.ordinary.append(job)
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
            state.urgent.move(most, to: &taken)
            state.ordinary.move(most - taken.count, to: &taken)
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
