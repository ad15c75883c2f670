import Foundation
import Glibc

/// The bound C: a C program with one TLS thread and one SQLite writer, on lean rows (Benchmarks/florin-ceiling).
final class Ceiling {
    let generator: LoadGenerator
    private let process: Process
    /// Open for as long as the program is to run.
    private let input: Pipe

    private init(_ process: Process, _ input: Pipe, _ generator: LoadGenerator) {
        self.process = process
        self.input = input
        self.generator = generator
    }

    /// - Returns: nil when the program is not built or openssl is not installed.
    static func start(program: String, in directory: String) async throws -> Ceiling? {
        guard FileManager.default.isExecutableFile(atPath: program),
            let certificate = try? Certificate(in: directory, name: "ceiling")
        else { return nil }
        // It makes its tables itself, and each measurement begins with empty ones.
        for file in ["ceiling.sqlite", "ceiling.sqlite-wal", "ceiling.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: "\(directory)/\(file)")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["\(directory)/ceiling.sqlite", certificate.file, certificate.key]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.runUnblocked()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            process.terminate()
            throw BenchFailure("\(program) did not say its port")
        }
        return Ceiling(process, input, try LoadGenerator(port: port, caFile: certificate.file))
    }

    /// Not by SIGTERM, which the program may have been started with blocked; it has nothing to save.
    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    static let transfer = [
        Request("POST", "/transfer", key: "sk_test_0123456789abcdef0123456789", form: form, isOnce: true)
    ]
    static let charge = [
        Request("POST", "/charge", key: "sk_test_0123456789abcdef0123456789", form: form, isOnce: true)
    ]
    /// As long as the daemon's.
    private static let form = [
        ("amount", "100"), ("currency", "usd"), ("funding", "wallet"), ("auto_accept", "true"),
        ("sender", "per_00000000000000000000000000"), ("recipient", "per_00000000000000000000000000"),
    ]
}

/// A self-signed certificate for `localhost`, made by openssl(1).
struct Certificate {
    let file: String
    let key: String

    init(in directory: String, name: String) throws {
        (file, key) = ("\(directory)/\(name).pem", "\(directory)/\(name).key")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", file,
        ]
        process.standardError = FileHandle.nullDevice
        try process.runUnblocked()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("no certificate could be made") }
    }
}
