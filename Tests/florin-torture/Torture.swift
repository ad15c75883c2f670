import ArgumentParser
import Foundation
import Glibc
import NIOHTTP1

/// Charges, refunds and sends under fire, then compares every book with every other.
@main
struct Torture: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "florin-torture",
        abstract: "Kill florind again and again under load, with a sandbox that misbehaves, then audit all books.",
        discussion: """
            Starts florind and florin-sandbox from its own directory on loopback ports and a temporary directory, and stops \
            by itself. Fails, with its seed and reasons, when anything disagrees; the directory is kept then.
            """)

    @Option(help: "How long the clients work; the audit comes on top.")
    var seconds = 180

    @Option(help: "Draws everything but the machine's own timing; a random one by default.")
    var seed: UInt64?

    @Option(help: "How many clients work at once.")
    var clients = 24

    @Option(help: "Shares of the sandbox's messages that meet a fault; see docs/sandbox.md.")
    var faults =
        "drop:0.02,hold:0.03,delay:0.08,repeat:0.03,error:0.02,cut:0.02,lie:0.02,garbage:0.02,busy:0.02"

    @Option(help: "Seconds for which a message may be executed: how long a lost one stays unknown at least.")
    var messageValidity = 20

    @Flag(help: "Keep the directory even when everything agrees.")
    var keep = false

    func validate() throws {
        guard (1...86_400).contains(seconds) else { throw ValidationError("--seconds is from 1 to 86400.") }
        guard (1...256).contains(clients) else { throw ValidationError("--clients is from 1 to 256.") }
    }

    func run() async throws {
        let seed = seed ?? UInt64.random(in: 1...999_999)
        let directory = FileManager.default.temporaryDirectory.path + "/florin-torture-\(seed)-\(getpid())"
        guard mkdir(directory, 0o700) == 0 else { throw ValidationError("\(directory) cannot be made.") }
        let findings = Findings()
        print("torture: seed \(seed), \(clients) clients, \(seconds) s, in \(directory)")
        do {
            try await Run(options: self, seed: seed, directory: directory, findings: findings).run()
        } catch {
            findings.report("the run itself failed: \(error)")
        }
        for (name, value) in findings.figures {
            print("  \(name.padding(toLength: 64, withPad: " ", startingAt: 0)) \(value)")
        }
        let problems = findings.problems
        guard problems.isEmpty else {
            print("torture: seed \(seed) FAILED; everything is in \(directory)")
            for problem in problems { print("- \(problem)") }
            throw ExitCode.failure
        }
        if !keep { try? FileManager.default.removeItem(atPath: directory) }
        print("torture: seed \(seed), all books agree")
    }
}

/// One run from the first start to the last comparison.
private struct Run {
    let options: Torture
    let seed: UInt64
    let directory: String
    let findings: Findings

    func run() async throws {
        let programs = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().path
        let stage = Stage(
            directory: directory, programs: programs, faults: options.faults, validity: options.messageValidity,
            seed: seed, findings: findings)
        let receiver = Receiver(seed: seed, findings: findings)
        let hook = "http://127.0.0.1:\(try await receiver.start())"
        let sandbox = try await stage.startSandbox()
        try await stage.startDaemon(port: 0, sandbox: sandbox)
        let profile = try await stage.waitForProfile()
        let gateway = try Gateway(base: profile.base, authority: profile.authority, findings: findings)
        let operations = Operator(socket: profile.adminSocket)
        let cast = Cast(
            seed: seed, gateway: gateway, findings: findings, botKey: profile.botKey, platformKey: profile.platformKey,
            end: .now.advanced(by: .seconds(options.seconds)))
        let earlier = try await listen(hook, cast)
        let progress = Progress(findings: findings)
        let line = Task { await progress.run(operations) }
        var book = ClientBook()
        do {
            book = try await work(stage, cast, profile.port, sandbox)
            receiver.bePatient()
            _ = try? await gateway.once(.POST, "\(sandbox)/faults")
            try await settle(stage, operations, progress)
        } catch {
            line.cancel()
            throw error
        }
        line.cancel()
        _ = await line.value
        let expectation = await audit(
            Audit(gateway: gateway, cast: cast, findings: findings, book: book), receiver, earlier, operations)
        FileSearch(directory: directory, findings: findings).run()
        let lines = try await gateway.once(.GET, "\(sandbox)/book")
        await gateway.shutdown()
        await operations.shutdown()
        await stage.stopDaemon()
        await stage.killSandbox()
        await receiver.stop()
        try await BookAudit(findings: findings).run(
            database: "\(stage.daemonState)/florin.sqlite", book: String(decoding: lines.body, as: UTF8.self),
            expectation)
        checkThatItWasARun()
    }

    /// Registers the receiver for both owners.
    /// - Returns: the events that were there before.
    private func listen(_ hook: String, _ cast: Cast) async throws -> Set<String> {
        var earlier: Set<String> = []
        let audit = Audit(gateway: cast.gateway, cast: cast, findings: findings, book: ClientBook())
        for (name, apiKey) in [("bot", cast.botKey), ("platform", cast.platformKey)] {
            let form = [("url", "\(hook)/\(name)"), ("enabled_events[]", "*")]
            let answer = await cast.gateway.insist(
                Command(
                    path: "/v1/webhook_endpoints", form: form, apiKey: apiKey, idempotencyKey: "\(seed)-hook-\(name)"))
            guard answer?.status == 200 else {
                throw Stage.NotServing(
                    description: "no webhook endpoint: \(String(decoding: answer?.body ?? [], as: UTF8.self))")
            }
            earlier.formUnion(await audit.list("/v1/events", apiKey).map(\.id))
        }
        return earlier
    }

    /// Clients and killer side by side.
    private func work(_ stage: Stage, _ cast: Cast, _ port: Int, _ sandbox: String) async throws -> ClientBook {
        let (seed, findings, count) = (seed, findings, options.clients)
        async let killing: Void = {
            var killer = Killer(
                stage: stage, gateway: cast.gateway, findings: findings, daemonPort: port, sandbox: sandbox,
                dice: Dice(seed: seed, stream: 1_000_000))
            try await killer.run(until: cast.end)
        }()
        let book = await withTaskGroup(of: ClientBook.self) { group in
            for number in 0..<count {
                group.addTask {
                    var client = Client(number: number, cast: cast)
                    return await client.run()
                }
            }
            var merged = ClientBook()
            for await book in group { merged.merge(book) }
            return merged
        }
        try await killing
        return book
    }

    /// How long everything may take to come to rest: what was lost is unknown until its message may
    /// not be executed any more, and is asked about with growing pauses.
    private static let patience = Duration.seconds(700)

    /// How long it must stay quiet: a refund may still fail after it has succeeded, and a charge be disputed, and a processor
    /// without news is asked for it every five seconds.
    private static let aftermath = Duration.seconds(10)

    /// Waits until nothing is open, nothing is to be delivered, and nothing more comes.
    private func settle(_ stage: Stage, _ operations: Operator, _ progress: Progress) async throws {
        let began = ContinuousClock.now
        progress.say("the clients are done; waiting for unknowns to be resolved and events to be delivered")
        var quiet: ContinuousClock.Instant?
        while ContinuousClock.now - began < Self.patience {
            stage.noteEndOfItsOwn()
            if let status = await operations.status(), status.open == status.conflicts, status.pendingDeliveries == 0 {
                let since = quiet ?? .now
                quiet = since
                if ContinuousClock.now - since > Self.aftermath {
                    findings.count("seconds until nothing was open", (since - began).components.seconds)
                    break
                }
            } else {
                quiet = nil
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        guard let status = await operations.status() else {
            findings.report("the daemon does not answer its operators at the end")
            return
        }
        if status.pendingDeliveries != 0 {
            findings.report("\(status.pendingDeliveries) events were not delivered in \(Self.patience)")
        }
        for line in await operations.unknown() { findings.report("still open: \(line)") }
    }

    private func audit(
        _ audit: Audit, _ receiver: Receiver, _ earlier: Set<String>, _ operations: Operator
    ) async -> Expectation {
        var audit = audit
        await audit.replayAll()
        let expectation = await audit.readAll()
        await audit.compareBalances(expectation)
        await audit.findStrangers()
        await audit.compareEvents(receiver.received, besides: earlier)
        switch await operations.verify() {
        case nil: findings.report("the daemon could not verify its ledger")
        case let problems?: problems.forEach { findings.report("florind finds in its ledger: \($0)") }
        }
        return expectation
    }

    /// A run in which nothing succeeded, or nobody was killed, proves nothing.
    private func checkThatItWasARun() {
        let needed = [
            "payments at the end: succeeded", "refunds at the end: succeeded", "transfers at the end: accepted",
            "top-ups at the end: succeeded", "cash-outs at the end: succeeded",
        ]
        for name in needed where findings.figure("  \(name)") == 0 { findings.report("no \(name)") }
        // Again is allowed after a kill, for what was underway then; not as a habit.
        let again = findings.figure("webhooks received again")
        let excuses = 64 * (findings.figure("kills of the daemon") + 1)
        if again > excuses {
            findings.report("\(again) webhooks came again, more than \(excuses) that kills can explain")
        }
        if options.seconds >= 10, findings.figure("kills of the daemon") == 0 { findings.report("nobody was killed") }
    }
}
