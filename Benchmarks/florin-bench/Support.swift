import Foundation
import Glibc

/// Nanoseconds of a clock that nobody sets.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// A rate in whole operations per second.
func perSecond(_ count: Int, nanoseconds: UInt64) -> Int {
    nanoseconds == 0 ? 0 : Int(Double(count) * 1e9 / Double(nanoseconds))
}

/// A directory that is removed with everything in it when `body` has ended.
func withTemporaryDirectory<Value>(
    in parent: String?, _ body: (String) async throws -> Value
) async throws -> Value {
    let base = parent ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    var template = Array("\(base)/florin-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw BenchFailure("no directory can be made in \(base): \(String(cString: strerror(errno)))")
    }
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

/// One JSON object on standard output.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Says what is being measured, on standard error, so that standard output holds figures only.
func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
}

extension Process {
    /// As `run()`, with no signal blocked: threads of the pool block all of them, a child inherits that, and some children
    /// need SIGALRM and SIGTERM.
    func runUnblocked() throws {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}
