import Synchronization

/// libcrypto contexts that hold a key, lent to one thread at a time.
///
/// A context is not thread-safe, and making one costs as much as sealing. So each caller borrows one: taken and given back
/// under a lock that is held for a few nanoseconds, made anew when all are out.
final class HandlePool: Sendable {
    private let release: @Sendable (OpaquePointer) -> Void
    private let idle: Mutex<Idle>

    /// `@unchecked`: a handle in the list is used by nobody.
    private struct Idle: @unchecked Sendable {
        var handles: [OpaquePointer] = []
    }

    /// With more threads than this at once, the surplus contexts are freed after use.
    private static let kept = 16

    init(release: @escaping @Sendable (OpaquePointer) -> Void) {
        self.release = release
        var idle = Idle()
        idle.handles.reserveCapacity(HandlePool.kept)
        self.idle = Mutex(idle)
    }

    deinit {
        idle.withLock { $0.handles.forEach(release) }
    }

    /// - Returns: what `body` returned, or -1 when no context could be made.
    func with(make: () -> OpaquePointer?, _ body: (OpaquePointer) -> Int32) -> Int32 {
        guard let handle = idle.withLock({ $0.handles.popLast() }) ?? make() else { return -1 }
        let result = body(handle)
        let isSurplus = idle.withLock { idle in
            guard idle.handles.count < HandlePool.kept else { return true }
            idle.handles.append(handle)
            return false
        }
        if isSurplus { release(handle) }
        return result
    }
}
