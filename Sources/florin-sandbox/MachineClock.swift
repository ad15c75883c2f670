import Glibc
import Ports
import Primitives

/// The machine's clock.
struct MachineClock: WallClock {
    func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    func sleep(until deadline: Timestamp) async throws {
        let left = deadline.duration(since: now())
        if left > .zero { try await Task.sleep(for: left) }
    }
}
