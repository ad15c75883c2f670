import Foundation
import Glibc
import NIOHTTP1
import Synchronization

/// The two programs under test, their files, and how they are started again after a kill.
final class Stage: Sendable {
    let directory: String
    private let programs: String
    private let nursery = Nursery()
    private let findings: Findings
    private let faultSeed: UInt64
    private let daemon = Mutex<ChildProcess?>(nil)
    private let sandbox = Mutex<ChildProcess?>(nil)
    private let sandboxStarts = Mutex<UInt64>(0)
    private let faults: String
    private let validity: Int

    /// - Parameters:
    ///   - directory: an empty one of its own.
    ///   - programs: where florind and florin-sandbox are.
    ///   - validity: how long the daemon's messages may be executed, in seconds.
    init(directory: String, programs: String, faults: String, validity: Int, seed: UInt64, findings: Findings) {
        (self.directory, self.programs, self.findings) = (directory, programs, findings)
        (self.faults, self.validity, faultSeed) = (faults, validity, seed)
    }

    struct NotServing: Error, CustomStringConvertible {
        let description: String
    }

    var daemonState: String { "\(directory)/florin" }
    var sandboxState: String { "\(directory)/sandbox" }

    // MARK: Sandbox

    /// Starts it on a free port the first time, on the same one later.
    /// - Returns: its address.
    func startSandbox(port: Int = 0) async throws -> String {
        let log = "\(directory)/sandbox.log"
        let offset = Stage.size(of: log)
        let starts = sandboxStarts.withLock { starts in
            starts += 1
            return starts
        }
        let child = try await nursery.start(
            "\(programs)/florin-sandbox",
            [
                "--state", sandboxState, "--port", "\(port)", "--faults", faults, "--fault-seed",
                "\(faultSeed &+ starts)", "--silence-seconds", "12",
            ], log: log)
        sandbox.withLock { $0 = child }
        return try await waiting(for: child, "florin-sandbox", log) {
            Stage.text(of: log, from: offset).split(separator: "\n").compactMap { line in
                JSON(Array(line.utf8))["base_url"].text
            }.last
        }
    }

    func killSandbox() async {
        guard let child = sandbox.withLock({ $0 }) else { return }
        await child.killAndWait()
    }

    // MARK: Daemon

    /// What `dev.json` says.
    struct Profile: Sendable {
        let base: String
        let authority: String
        let adminSocket: String
        let platformKey: String
        let botKey: String
        let bot: String

        init?(_ json: JSON) {
            guard let base = json["base_url"].text, let authority = json["ca_file"].text,
                let socket = json["admin_socket"].text, let platformKey = json["platform_key"].text,
                let botKey = json["bot_key"].text, let bot = json["bot"].text
            else { return nil }
            (self.base, self.authority, adminSocket) = (base, authority, socket)
            (self.platformKey, self.botKey, self.bot) = (platformKey, botKey, bot)
        }

        var port: Int { base.split(separator: ":").last.flatMap { Int($0) } ?? 0 }
    }

    func startDaemon(port: Int, sandbox: String) async throws {
        let child = try await nursery.start(
            "\(programs)/florind",
            [
                "dev", "--unlimited", "--state", daemonState, "--port", "\(port)", "--sandbox", sandbox,
                "--message-validity",
                "\(validity)",
            ], log: "\(directory)/florind.log")
        daemon.withLock { $0 = child }
    }

    /// The first start, until `dev.json` is there.
    func waitForProfile() async throws -> Profile {
        guard let child = daemon.withLock({ $0 }) else { throw NotServing(description: "florind was not started") }
        return try await waiting(for: child, "florind", "\(directory)/florind.log") {
            FileManager.default.contents(atPath: "\(self.daemonState)/dev.json").flatMap { Profile(JSON(Array($0))) }
        }
    }

    /// A later start, until it answers.
    func waitUntilReady(_ gateway: Gateway) async throws {
        guard let child = daemon.withLock({ $0 }) else { throw NotServing(description: "florind was not started") }
        let began = ContinuousClock.now
        _ = try await waiting(for: child, "florind", "\(directory)/florind.log") {
            (try? await gateway.once(.GET, "/readyz"))?.status == 200 ? true : nil
        }
        let taken = (ContinuousClock.now - began) / .milliseconds(1)
        findings.count("milliseconds until ready again, sum", Int64(taken))
        findings.count("restarts until ready")
    }

    func killDaemon() async {
        guard let child = daemon.withLock({ $0 }) else { return }
        noteEndOfItsOwn(child)
        await child.killAndWait()
    }

    /// Asks it to stop and waits for it; the stop must be a clean one.
    func stopDaemon() async {
        guard let child = daemon.withLock({ $0 }) else { return }
        noteEndOfItsOwn(child)
        child.send(SIGTERM)
        if await child.wait(atMost: .seconds(30)) {
            if let status = child.ended, status != 0 {
                findings.report("florind ended with status \(status) on SIGTERM")
            }
        } else {
            findings.report("florind did not stop within 30 s of SIGTERM")
            await child.killAndWait()
        }
    }

    /// A program that ends without being killed is a finding.
    func noteEndOfItsOwn() {
        if let child = daemon.withLock({ $0 }) { noteEndOfItsOwn(child) }
    }

    private func noteEndOfItsOwn(_ child: ChildProcess) {
        if let status = child.ended { findings.report("florind ended by itself, wait status \(status)") }
    }

    private func waiting<Value>(
        for child: ChildProcess, _ name: String, _ log: String, _ look: () async -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now.advanced(by: .seconds(60))
        while ContinuousClock.now < end {
            if let value = await look() { return value }
            if let status = child.ended {
                throw NotServing(
                    description:
                        "\(name) ended with wait status \(status): \(Stage.text(of: log, from: 0).suffix(2_000))")
            }
            try await Task.sleep(for: .milliseconds(15))
        }
        throw NotServing(
            description: "\(name) did not serve within 60 s: \(Stage.text(of: log, from: 0).suffix(2_000))")
    }

    static func size(of path: String) -> Int {
        var facts = stat()
        return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
    }

    private static func text(of path: String, from offset: Int) -> Substring {
        guard let data = FileManager.default.contents(atPath: path) else { return "" }
        return Substring(decoding: data.dropFirst(offset), as: UTF8.self)
    }
}
