import Glibc
import OpenSSLVault

/// What a process does before it touches a key.
package enum ProcessSetup {
    /// Lets SIGHUP do nothing until reloads are listened for: its default would end a daemon that has not finished starting.
    ///
    /// A handler and not SIG_IGN: an ignored signal would never reach those who listen later.
    package static func awaitReloads() { signal(SIGHUP, { _ in }) }

    /// Locks key memory, forbids core dumps and backtraces, closes new files to others, ignores SIGPIPE. What the machine
    /// does not allow is said on standard error.
    /// - Returns: false when something is missing without which no real card may be kept.
    @discardableResult
    package static func harden() -> Bool {
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        // Swift's backtracer would read our memory and print registers, which may hold a card number; and it lets the process
        // live on after a signal that came from outside.
        for crash in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGQUIT] { signal(crash, SIG_DFL) }
        let report = ProcessHardening.apply()
        for problem in report.problems {
            let line = Array("florind: \(problem)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
        }
        return report.isComplete
    }
}
