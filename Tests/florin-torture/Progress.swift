import Glibc

/// A line that keeps changing on a terminal, plain lines elsewhere.
struct Progress: Sendable {
    let findings: Findings
    let began = ContinuousClock.now

    private static let isTerminal = isatty(STDOUT_FILENO) == 1

    func say(_ text: String) {
        print(Self.isTerminal ? "\r\u{1B}[K\(text)" : text)
        fflush(nil)
    }

    /// Until it is cancelled.
    func run(_ operations: Operator) async {
        let pause = Duration.seconds(Self.isTerminal ? 1 : 10)
        while true {
            do { try await Task.sleep(for: pause) } catch { break }
            let status = await operations.status()
            let open =
                status.map { "\($0.open) open, \($0.unknown) unknown, \($0.pendingDeliveries) to deliver" } ?? "down"
            let line =
                "\((ContinuousClock.now - began).components.seconds) s: \(findings.figure("requests")) requests, "
                + "\(findings.figure("kills of the daemon")) kills, \(findings.problems.count) findings; \(open)"
            if Self.isTerminal { print("\r\u{1B}[K\(line)", terminator: "") } else { print(line) }
            fflush(nil)
        }
        if Self.isTerminal { print("\r\u{1B}[K", terminator: "") }
    }
}
