import Glibc
import OpenSSLVault

/// What a process does before it touches a key.
package enum ProcessSetup {
    /// Locks key memory, forbids core dumps, ignores SIGPIPE. What the machine does not allow is said on standard error.
    package static func harden() {
        signal(SIGPIPE, SIG_IGN)
        for problem in ProcessHardening.apply().problems {
            let line = Array("florind: \(problem)\n".utf8)
            _ = write(STDERR_FILENO, line, line.count)
        }
    }
}
