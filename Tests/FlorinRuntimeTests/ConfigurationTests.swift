import Engine
import Foundation
import HTTPListener
import Logging
import Primitives
import Testing

@testable import FlorinRuntime

@Suite("The configuration file")
struct ConfigurationTests {
    private func read(_ text: String) throws -> Configuration {
        try ConfigurationReader.read(text, file: "florin.yaml").value
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let refused as ConfigurationRefused {
            return refused.problems.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test("the committed file documents every key and reads back to the defaults")
    func committedFile() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../config/florin.yaml")
        let committed = try String(contentsOf: path, encoding: .utf8)
        #expect(committed == ConfigurationDocument.text(), "make it again: florind check --print-defaults")
        let read = try ConfigurationReader.read(committed, file: "florin.yaml")
        for key in ConfigurationTable.sections.flatMap(\.keys) {
            #expect(read.lines[key.path] != nil, "\(key.path) is not in the file")
            #expect(key.text(read.value) == key.text(Configuration()), "\(key.path)")
        }
    }

    @Test(
        "what is left out has its default: an empty file, an empty section",
        arguments: ["", "# nothing\n", "listen:\n"])
    func defaults(_ text: String) throws {
        #expect(ConfigurationDocument.text(try read(text)) == ConfigurationDocument.text())
    }

    @Test("what is written is what is read")
    func values() throws {
        let read = try read(
            """
            state: {directory: /srv/florin}
            listen:
              addresses: [0.0.0.0, "::"]
              port: 443
              certificate_key: credential:tls-key
              idle_time: 2m
              body_size: 1MiB
            limits:
              transfer_lapse: 36h
              daily_sending: {usd: "500.00", jpy: "70000"}
            log: {level: debug, format: json}
            sandbox: {enabled: false}
            """)
        #expect(read.state.directory == "/srv/florin")
        #expect(read.listen.addresses == ["0.0.0.0", "::"] && read.listen.port == 443)
        #expect(read.listen.certificateKey == .credential("tls-key"))
        #expect(read.listen.limits.idleTime == .seconds(120) && read.listen.limits.bodyBytes == 1_048_576)
        #expect(read.limits.transferLapse == .seconds(36 * 3_600))
        #expect(
            read.limits.dailySendingLimits.map { "\($0.key.code) \($0.value)" }.sorted() == ["JPY 70000", "USD 50000"])
        #expect(read.log == LogConfiguration(level: .debug, format: .json) && !read.sandbox.isEnabled)
    }

    @Test(
        "is refused by name and line",
        arguments: [
            ("listen:\n  prot: 8443", "florin.yaml:2:3: listen.prot: unknown key; did you mean listen.port?"),
            ("lisen:\n  port: 8443", "florin.yaml:1:1: lisen: unknown section; did you mean listen?"),
            ("state:\n  port: 8443", "florin.yaml:2:3: state.port: unknown key; did you mean listen.port?"),
            ("colour: red", "florin.yaml:1:1: colour: unknown section"),
            ("listen: 8443", "florin.yaml:1:9: listen: takes keys below it, not a value"),
            ("- listen", "florin.yaml:1:1: takes keys below it, not a value"),
            (
                "listen:\n  port: eighty",
                "florin.yaml:2:9: listen.port: “eighty” is not a value for it; it takes a whole number from 1 to 65535"
            ),
            (
                "listen:\n  port: 70000",
                "florin.yaml:2:9: listen.port: “70000” is not a value for it; it takes a whole number from 1 to 65535"
            ),
            (
                "listen:\n  port: \"8443\"",
                "florin.yaml:2:9: listen.port: takes a whole number from 1 to 65535, without quotation marks"
            ),
            (
                "listen:\n  port: 0x1F",
                "florin.yaml:2:9: listen.port: “0x1F” is not a value for it; it takes a whole number from 1 to 65535"
            ),
            (
                "listen:\n  port: [1]",
                "florin.yaml:2:9: listen.port: takes a whole number from 1 to 65535"
            ),
            (
                "listen:\n  port:\n  idle_time: 60s",
                "florin.yaml:2:3: listen.port: has no value: remove the line for the default, or give it a whole number "
                    + "from 1 to 65535"
            ),
            (
                "listen:\n  idle_time: 60",
                "florin.yaml:2:14: listen.idle_time: “60” is not a value for it; it takes a duration (ms, s, m, h, d) from "
                    + "5s to 1h"
            ),
            (
                "listen:\n  body_size: 1MB",
                "florin.yaml:2:14: listen.body_size: “1MB” is not a value for it; it takes a size (KiB, MiB, GiB) from "
                    + "64KiB to 16MiB"
            ),
            (
                "sandbox:\n  enabled: yes",
                "florin.yaml:2:12: sandbox.enabled: “yes” is not a value for it; it takes true or false"
            ),
            (
                "database:\n  synchronous: normal",
                "florin.yaml:2:16: database.synchronous: “normal” is not a value for it; it takes only full"
            ),
            (
                "listen:\n  addresses: [127.0.0.1,\n    localhost]",
                "florin.yaml:3:5: listen.addresses: “localhost” is none of a list of 1 to 16 addresses"
            ),
            (
                "limits:\n  daily_sending:\n    usd: 10.00\n    zzz: 1",
                "florin.yaml:4:5: limits.daily_sending: “zzz” is not a currency of ISO 4217"
            ),
            (
                "limits:\n  daily_sending: {usd: 10.001}",
                "florin.yaml:2:24: limits.daily_sending: “10.001” is not an amount in USD"
            ),
            (
                "limits: {first_lookup: 60s, longest_lookup: 1s}",
                "florin.yaml:1:45: limits.longest_lookup: must not be shorter than limits.first_lookup"
            ),
            (
                "metrics: {port: 8443}",
                "florin.yaml:1:17: metrics.port: is listen.port on the same address: two listeners cannot share it"
            ),
            (
                "rates:\n  bot: {read: fast, write: none}",
                "florin.yaml:2:15: rates.bot: “fast” is no rate; it takes {read: RATE, write: RATE}, each RATE as "
                    + "250/s burst 500 (up to 1000000), or none"
            ),
            ("listen: {port: 1", "florin.yaml:2:1: this is not YAML: did not find expected ',' or '}'"),
        ])
    func refusal(_ text: String, _ expected: String) {
        #expect(problems(text) == [expected])
    }

    @Test("a secret in the file is refused: only where it lies may stand there")
    func inlineSecret() {
        let found = problems("vault:\n  root_key: 8f1d2c\n")
        #expect(found.count == 1 && found[0].hasPrefix("florin.yaml:2:13: vault.root_key: "))
    }

    @Test("everything that is wrong is reported at once, in the order of the lines, repetitions too")
    func allAtOnce() {
        let found = problems(
            """
            listen:
              port: x
              prot: 1
              idle_time: 1s
              port: 8443
            vault:
              root_key: inline
            state: {directory: relative}
            listen: {port: 1}
            """)
        #expect(found.count == 7, "\(found)")
        #expect(found.contains { $0.contains("listen: stands there twice") })
        #expect(found.contains { $0.contains("port: stands there twice") })
        #expect(found == found.sorted { line($0) < line($1) })
    }

    private func line(_ problem: String) -> Int { Int(problem.split(separator: ":")[1]) ?? 0 }

    @Test(
        "no text makes the reader trap",
        arguments: [
            "\0", "a: &a [*a]", "? {a: b}: c", "listen: {? [1] : 2}", "%YAML 9.9", "--- \n---\n", "{{{{",
            "listen: {port: 9999999999999999999999}", "<<: {listen: {port: 1}}", "listen: {\"\": 1}",
            "\u{FEFF}listen:\n  port: 1",
        ])
    func rubbish(_ text: String) {
        _ = problems(text)
    }

    @Test("every key has documentation, a section of its own and a default that its own rule accepts")
    func table() {
        for section in ConfigurationTable.sections {
            #expect(!section.documentation.isEmpty)
            for key in section.keys {
                #expect(key.path.hasPrefix(section.name + "."), "\(key.path)")
                #expect(key.documentation.hasSuffix("."), "\(key.path)")
            }
        }
        let paths = ConfigurationTable.sections.flatMap(\.keys).map(\.path)
        #expect(Set(paths).count == paths.count)
    }
}
