import Glibc
import NIOPosix
import Synchronization

/// Starts programs that end with this one. The kernel's promise (`PR_SET_PDEATHSIG`) is tied to the thread that starts
/// them, so all are started from one thread that lives as long as this value.
final class Nursery: Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init() { thread.start() }

    struct CannotStart: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter log: gets both of the program's outputs, appended.
    func start(_ program: String, _ arguments: [String], log: String) async throws -> ChildProcess {
        try await thread.runIfActive { try Nursery.spawn(program, arguments, log: log) }
    }

    private static let parentDeathTool = "/usr/bin/setpriv"

    private static func spawn(_ program: String, _ arguments: [String], log: String) throws -> ChildProcess {
        guard access(program, X_OK) == 0 else {
            throw CannotStart(description: "\(program) is not there; build it with 'swift build'")
        }
        var line = [program] + arguments
        if access(parentDeathTool, X_OK) == 0 { line = [parentDeathTool, "--pdeathsig", "KILL", "--"] + line }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words: [UnsafeMutablePointer<CChar>?] = line.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, line[0], &actions, nil, words, environ)
        guard result == 0 else { throw CannotStart(description: "\(line[0]): \(String(cString: strerror(result)))") }
        return ChildProcess(pid: pid)
    }
}

/// A program this one started.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let status = Mutex<CInt?>(nil)

    fileprivate init(pid: pid_t) { self.pid = pid }

    /// Whether it has ended, and how: the raw wait status.
    var ended: CInt? {
        status.withLock { status in
            if let status { return status }
            var found: CInt = 0
            guard waitpid(pid, &found, WNOHANG) == pid else { return nil }
            status = found
            return found
        }
    }

    /// Never reaches a stranger: the process id is this child's until it has been waited for.
    func send(_ signal: CInt) {
        if ended == nil { kill(pid, signal) }
    }

    /// - Returns: false when it still runs at the end of that time.
    func wait(atMost limit: Duration) async -> Bool {
        let end = ContinuousClock.now.advanced(by: limit)
        while ended == nil {
            guard ContinuousClock.now < end else { return false }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return true
    }

    func killAndWait() async {
        send(SIGKILL)
        _ = await wait(atMost: .seconds(10))
    }
}
