import Foundation
import Glibc

/// A `florind dev` of its own, on a temporary state directory, for one run.
final class Daemon {
    /// What dev.json tells, as far as it is needed here.
    struct Profile: Decodable {
        var baseUrl: String
        var caFile: String
        var platformKey: String
        var botKey: String
        var adminSocket: String
    }

    let profile: Profile
    let port: UInt16
    /// From the start of the process until it served.
    let startSeconds: Double
    private let process: Process

    private init(_ process: Process, _ profile: Profile, _ port: UInt16, since start: UInt64) {
        startSeconds = Double(monotonicNanoseconds() - start) / 1e9
        self.process = process
        self.profile = profile
        self.port = port
    }

    /// Starts the program and waits until it serves.
    /// - Parameter environment: added to this process's own.
    static func start(
        program: String, state: String, environment: [String: String] = [:]
    ) async throws -> Daemon {
        let process = Process()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let before = Self.version(of: "\(state)/dev.json")
        let start = monotonicNanoseconds()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["dev", "--state", state, "--port", "0", "--unlimited", "--log-level", "error"]
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        do { try process.runUnblocked() } catch { throw BenchFailure("\(program) does not start: \(error)") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        for _ in 0..<12_000 {
            try await Task.sleep(for: .milliseconds(10))
            guard process.isRunning else {
                throw BenchFailure("\(program) dev ended with status \(process.terminationStatus) before it served")
            }
            guard Self.version(of: "\(state)/dev.json") != before,
                let text = FileManager.default.contents(atPath: "\(state)/dev.json"),
                let profile = try? decoder.decode(Profile.self, from: text),
                let port = URL(string: profile.baseUrl)?.port, port > 0
            else { continue }
            return Daemon(process, profile, UInt16(port), since: start)
        }
        process.terminate()
        throw BenchFailure("\(program) dev did not serve within 120 s")
    }

    /// Another one each time the file is replaced; 0 while there is none.
    private static func version(of path: String) -> UInt64 {
        var found = stat()
        guard stat(path, &found) == 0 else { return 0 }
        return UInt64(found.st_ino) &+ UInt64(found.st_mtim.tv_sec) &* 1_000_003 &+ UInt64(found.st_mtim.tv_nsec)
    }

    /// May be called twice.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// Memory in use, in megabytes.
    func residentMegabytes() -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/statm", encoding: .utf8) else {
            return 0
        }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Double(pages * Int(getpagesize())) / 1_048_576
    }

    /// Processor time so far, in seconds.
    func processorSeconds() -> Double {
        guard let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(CInt(_SC_CLK_TCK)))
    }
}
