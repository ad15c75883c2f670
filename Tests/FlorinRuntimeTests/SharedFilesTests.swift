import Foundation
import Testing

@testable import FlorinRuntime

@Suite("Data files of the program")
struct SharedFilesTests {
    private let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("florin-\(UUID().uuidString)")
    }

    private func write(_ text: String, to path: String) throws {
        let file = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func read(_ name: String, _ program: String) -> String? {
        SharedFiles.read(name, besideProgram: root.appendingPathComponent(program).path)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("are found beside an installed program, in the source of one that was built, and nowhere else")
    func found() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try write("installed", to: "usr/share/florin/openapi.yaml")
        try write("source", to: "tree/docs/openapi.yaml")
        try write("", to: "tree/Package.swift")
        try write("stray", to: "docs/openapi.yaml")
        #expect(read("openapi.yaml", "usr/bin/florind") == "installed")
        #expect(read("openapi.yaml", "tree/.build/x86_64/debug/florind") == "source")
        #expect(read("other.yaml", "tree/.build/x86_64/debug/florind") == nil)
        #expect(read("openapi.yaml", "elsewhere/bin/florind") == nil)
        #expect(read("openapi.yaml", "docs/florind") == nil)
    }

    @Test("are there for the programs of this source")
    func ours() throws {
        let text = try #require(SharedFiles.read("openapi.yaml"))
        #expect(text.starts(with: "# The HTTPS API of Florin.".utf8))
    }
}
