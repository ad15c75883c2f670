import Observability
import Payments
import Ports
import Primitives
import Testing

@Suite("What the engine is measured by")
struct EngineMeterTests {
    private let meter = EngineMeter()
    private let connection = ConnectionID(high: 1, low: 2)

    private var page: String {
        var page = MetricPage()
        meter.write(to: &page)
        return String(decoding: page.bytes, as: UTF8.self)
    }

    private func answer(_ outcome: Outcome, to purpose: OperationPurpose = .charge, at connection: ConnectionID? = nil)
    {
        meter.answered(outcome, to: purpose, at: connection ?? self.connection, since: meter.moment())
    }

    private func sample(_ family: String, _ outcome: String, _ reason: String, of name: String? = nil) -> String {
        let processor = name == nil ? "sandbox" : "other"
        let connection = name ?? self.connection.text
        return
            "\(family){connection=\"\(connection)\",processor=\"\(processor)\",outcome=\"\(outcome)\",reason=\"\(reason)\"}"
    }

    @Test(
        "declines are counted by what can be done about them",
        arguments: [
            (DeclineReason.insufficientFunds, "funds"), (.expiredCard, "card"), (.stolenCard, "fraud"),
            (.doNotHonor, "other"),
        ])
    func declines(reason: DeclineReason, word: String) {
        meter.register(connection, processor: "sandbox")
        answer(.declined(Decline(reason: reason, isSoft: true)))
        #expect(page.contains(sample("florin_payment_outcomes_total", "declined", word) + " 1\n"))
    }

    @Test("an approval rate is made of messages that ask for money, and of nothing else")
    func money() {
        meter.register(connection, processor: "sandbox")
        for purpose in OperationPurpose.allCases { answer(.unknown(.timedOut), to: purpose) }
        #expect(page.contains(sample("florin_payment_outcomes_total", "unknown", "") + " 3\n"))
        #expect(
            page.contains(
                sample("florin_processor_outcomes_total", "unknown", "") + " \(OperationPurpose.allCases.count)\n"))
    }

    @Test("connections beyond the bound share one series")
    func bounded() {
        for number in 0..<UInt64(EngineMeter.connectionLimit + 5) {
            let connection = ConnectionID(high: 9, low: number)
            meter.register(connection, processor: "sandbox")
            answer(.notProcessed(.notSent), at: connection)
        }
        #expect(page.contains(sample("florin_processor_outcomes_total", "not_processed", "", of: "other") + " 5\n"))
        #expect(page.split(separator: "\n").filter { $0.hasPrefix("florin_processor_seconds_count") }.count == 201)
    }

    @Test("every stage and every result of a delivery has a series from the start")
    func complete() {
        for stage in ["authentication", "first_commit", "processor", "second_commit", "rendering"] {
            #expect(page.contains("florin_stage_seconds_count{stage=\"\(stage)\"} 0\n"))
        }
        for result in ["delivered", "refused", "failed", "given_up"] {
            #expect(page.contains("florin_webhook_delivery_seconds_count{result=\"\(result)\"} 0\n"))
        }
    }
}
