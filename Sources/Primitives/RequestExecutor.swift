/// The executor on which the current request's task runs, for work that outlives the request and would otherwise be moved
/// to the thread pool and back: two wake-ups that a charge can spare.
package enum RequestExecutor {
    /// Bound by the listener for each connection; nil elsewhere, which means the thread pool. Nothing on it may block.
    @TaskLocal package static var current: (any TaskExecutor)?
}
