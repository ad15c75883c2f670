import Glibc
import OpenSSLVault

/// What a process does before it touches a key.
package enum ProcessSetup {
    /// Locks key memory, forbids core dumps and backtraces, closes new files to others, ignores SIGPIPE. What the machine
    /// does not allow is said on standard error.
    package static func harden() {
        umask(0o077)
        signal(SIGPIPE, SIG_IGN)
        // Swift's backtracer would read our memory and print registers, which may hold a card number; and it lets the process
        // live on after a signal that came from outside.
        for crash in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGQUIT] { signal(crash, SIG_DFL) }
        for problem in ProcessHardening.apply().problems {
            let line = Array("florind: \(problem)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
        }
    }
}
