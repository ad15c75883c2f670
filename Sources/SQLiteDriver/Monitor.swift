#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// State behind a POSIX mutex with one condition: what a thread needs to sleep until there is work.
///
/// `Synchronization.Mutex` has no condition, and a dispatch semaphore counts instead of looking at the state.
///
/// Unchecked because the compiler cannot see that `state` is only touched with the mutex held.
final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State
    /// How many threads sleep in this monitor: whoever changes the state makes no system call when there are none.
    private var sleepers = 0

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        #if !canImport(Darwin)
            // A time-out must not depend on somebody setting the clock.
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        #endif
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Reads or changes the state without waking anybody.
    func withLock<Value>(_ body: (inout State) -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }

    /// Changes the state and wakes one sleeper.
    func wakeOne<Value>(_ body: (inout State) -> Value) -> Value {
        pthread_mutex_lock(mutex)
        let value = body(&state)
        let wake = sleepers > 0
        pthread_mutex_unlock(mutex)
        if wake { pthread_cond_signal(condition) }
        return value
    }

    /// Changes the state and wakes every sleeper.
    func wakeAll<Value>(_ body: (inout State) -> Value) -> Value {
        pthread_mutex_lock(mutex)
        let value = body(&state)
        pthread_mutex_unlock(mutex)
        pthread_cond_broadcast(condition)
        return value
    }

    /// Sleeps until `take` returns a value.
    func wait<Value>(until take: (inout State) -> Value?) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let value = take(&state) { return value }
            sleepers += 1
            pthread_cond_wait(condition, mutex)
            sleepers -= 1
        }
    }

    /// Sleeps until `take` returns a value, at most `milliseconds`.
    /// - Returns: nil when the time ran out.
    func wait<Value>(atMost milliseconds: Int, until take: (inout State) -> Value?) -> Value? {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = Int(deadline.tv_nsec) + (milliseconds % 1_000) * 1_000_000
        deadline.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000

        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let value = take(&state) { return value }
            sleepers += 1
            let code = pthread_cond_timedwait(condition, mutex, &deadline)
            sleepers -= 1
            if code != 0 { return take(&state) }
        }
    }
}
