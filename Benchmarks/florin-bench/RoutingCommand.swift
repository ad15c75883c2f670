import ArgumentParser
import Payments
import Primitives

/// How long a routing decision takes.
struct RoutingReport: Codable {
    var rules: Int
    var decisions: Int
    /// Microseconds. The aim for p99 is 50 with 1 000 rules.
    var p50: Double
    var p99: Double
    var p999: Double
    /// Reading the table's text, in milliseconds: once when it is set and once at each start.
    var readMilliseconds: Double
}

struct RoutingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routing",
        abstract: "One routing decision with many rules: conditions, health of the candidates, draw.",
        discussion: "Every charge meets the last rule, after all others were looked at: the worst case.")

    @Option(help: "Rules in the table, 2 to 1000.")
    var rules = 1_000
    @Option(help: "How many decisions.")
    var rounds = 100_000

    func validate() throws {
        guard (2...RoutingTable.mostRules).contains(rules), rounds > 0 else {
            throw ValidationError("--rules is from 2 to \(RoutingTable.mostRules), --rounds at least 1")
        }
    }

    func run() async throws {
        try printJSON(try RoutingBench(rules: rules, rounds: rounds).measured())
    }
}

/// Decisions, each of which meets the last rule of the table.
struct RoutingBench {
    let rules: Int
    let rounds: Int

    private static let connections = (1...4).map { ConnectionID(high: 7, low: UInt64($0)) }

    /// Conditions as tables have them: by bot, by issuer, by brand and country, by amount.
    private func text() -> String {
        let (first, second) = (Self.connections[0], Self.connections[1])
        var text = ""
        for index in 0..<rules - 1 {
            text += "rule number \(index)\n"
            switch index % 4 {
            case 0:
                text +=
                    "  bot \((0..<5).map { BotID(high: 9, low: UInt64(index * 5 + $0)).text }.joined(separator: ", "))\n"
            case 1: text += "  bin \(500_000 + index), \(510_000 + index)-\(511_000 + index)\n"
            case 2: text += "  brand visa, mastercard\n  country FR, ES, PT, NL\n"
            default: text += "  currency usd\n  amount \(1_000_000 + index)..\n"
            }
            text += "  to \(first) 70\n  to \(second) 30\n"
        }
        return text + "rule everything\n" + Self.connections.map { "  to \($0) 10\n" }.joined()
    }

    func measured() throws -> RoutingReport {
        note("routing: \(rounds) decisions with \(rules) rules")
        let text = text()
        let began = monotonicNanoseconds()
        let table = try RoutingText.table(version: 1, text)
        let read = monotonicNanoseconds() - began
        let policy = HealthPolicy()
        let now = Timestamp(seconds: 1_000)
        var health: [ConnectionID: ConnectionHealth] = [:]
        for id in Self.connections {
            var one = ConnectionHealth()
            for _ in 0..<50 { one.record(.approved, latency: .milliseconds(300), at: now, policy) }
            health[id] = one
        }
        guard let dollar = Currency(code: "usd") else { throw BenchFailure("there is no dollar") }
        var times: [UInt64] = []
        times.reserveCapacity(rounds)
        var chosen = 0
        for round in 0..<rounds + 1_000 {
            let facts = RoutingFacts(
                bot: BotID(high: 8, low: UInt64(round % 7)), country: "DE", brand: .visa, issuerPrefix: 42_424_242,
                amount: Money(minorUnits: Int64(1_000 + round % 100), currency: dollar))
            let start = monotonicNanoseconds()
            let decision = table.decide(facts, draw: UInt64(round)) { id in
                guard let one = health[id] else { return .usable(.open, score: 1_000) }
                return .usable(one.admission(at: now, policy), score: one.score(at: now, policy))
            }
            if round >= 1_000 { times.append(monotonicNanoseconds() - start) }
            chosen += decision?.ranked.count ?? 0
        }
        guard chosen == (rounds + 1_000) * Self.connections.count else { throw BenchFailure("a decision was not made") }
        times.sort()
        func microseconds(_ share: Double) -> Double {
            Double(times[min(Int(Double(times.count) * share), times.count - 1)]) / 1_000
        }
        return RoutingReport(
            rules: rules, decisions: rounds, p50: microseconds(0.5), p99: microseconds(0.99),
            p999: microseconds(0.999), readMilliseconds: Double(read) / 1_000_000)
    }
}
