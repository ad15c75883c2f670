import Foundation
import Testing
import WebSurface

/// Codes are read back by a decoder that is not ours: `zbarimg` of Debian's zbar-tools. A machine without it says so; where
/// tests are required (`CI=true`) it must be there.
@Suite("QR codes are read by somebody else's decoder", .serialized)
struct QRDecodingTests {
    private static let decoder = "/usr/bin/zbarimg"
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: decoder) }
    static var isRequired: Bool { ProcessInfo.processInfo.environment["CI"] == "true" }

    @Test(
        "every version comes back as it went in", .enabled(if: isThere || isRequired, "zbarimg is not installed"),
        arguments: [
            1, 14, 15, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
        ])
    func decodes(_ length: Int) throws {
        let link = "https://pay.example/checkout/cs_test_0123456789#secret_"
        let text = String((link + String(repeating: "Zy9-_~", count: 120)).prefix(length))
        let picture = try #require(QRCode(text)).png(scale: 4)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("florin-qr-\(length)-\(getpid()).png")
        try Data(picture).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try decoded(file) == text)
    }

    private func decoded(_ file: URL) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.decoder)
        process.arguments = ["--quiet", "--raw", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
