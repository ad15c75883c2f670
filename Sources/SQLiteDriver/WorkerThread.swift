import Ports

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A thread that runs one closure and says when it has ended.
///
/// SQLite blocks by trade; Swift's cooperative pool has as many threads as the machine has cores and must not wait for a disk.
final class WorkerThread: Sendable {
    private let ended = Monitor(false)

    /// - Throws: `.unavailable` when the system has no thread left.
    init(_ body: @escaping @Sendable () -> Void) throws(StoreError) {
        let ended = self.ended
        let box = Unmanaged.passRetained(
            Entry {
                body()
                ended.wakeAll { $0 = true }
            })
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        let code = pthread_create(&thread, &attributes, runEntry, box.toOpaque())
        if code != 0 {
            box.release()
            throw .unavailable("a database thread could not be started (error \(code)): raise the limit of threads")
        }
    }

    /// Blocks until the closure has returned. Not to be called from the thread itself.
    func waitUntilEnded() {
        ended.wait { $0 ? () : nil }
    }
}

private final class Entry: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

#if canImport(Darwin)
    private func runEntry(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
#else
    private func runEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        Unmanaged<Entry>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
#endif
