/// Kills the daemon every few seconds, and the sandbox now and then, and starts them again.
struct Killer: Sendable {
    let stage: Stage
    let gateway: Gateway
    let findings: Findings
    let daemonPort: Int
    let sandbox: String
    var dice: Dice

    private var sandboxPort: Int { sandbox.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Until `end`; both programs serve when it returns.
    mutating func run(until end: ContinuousClock.Instant) async throws {
        while true {
            let pause = Duration.milliseconds(dice.number(2_000...6_000))
            let next = ContinuousClock.now.advanced(by: pause)
            while ContinuousClock.now < min(next, end) {
                try await Task.sleep(for: .milliseconds(20))
                stage.noteEndOfItsOwn()
            }
            guard ContinuousClock.now < end else { return }
            if dice.chance(25) { try await killSandbox() }
            try await killDaemon()
        }
    }

    private mutating func killDaemon() async throws {
        var isDying = true
        while isDying {
            await stage.killDaemon()
            findings.count("kills of the daemon")
            try await Task.sleep(for: .milliseconds(dice.number(0...400)))
            try await stage.startDaemon(port: daemonPort, sandbox: sandbox)
            // Sometimes it does not get to the end of its start.
            isDying = dice.chance(15)
            if isDying {
                try await Task.sleep(for: .milliseconds(dice.number(20...900)))
                findings.count("kills during the start")
            }
        }
        try await stage.waitUntilReady(gateway)
    }

    private mutating func killSandbox() async throws {
        await stage.killSandbox()
        findings.count("kills of the sandbox")
        try await Task.sleep(for: .milliseconds(dice.number(0...1_200)))
        _ = try await stage.startSandbox(port: sandboxPort)
    }
}
