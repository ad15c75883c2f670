import Engine
import Observability
import Payments
import Ports
import Primitives

extension DaemonMetrics {
    /// Checkouts that are not over; counted once a minute, because there may be many.
    func addCheckouts(_ store: any Store, _ questions: OpenQuestions, clock: any WallClock) {
        registry.add { page in
            page.family(
                "florin_checkout_questions_open", .gauge,
                "Questions about checkouts that bots have not answered yet; at 512 nobody else is asked."
            ) { $0.add(.none, Int64(questions.count)) }
        }
        let sampled = Sampled(clock: clock, lifetime: .seconds(60)) {
            try await store.read { try $0.countCheckouts() }
        }
        registry.add { page in
            guard let counts = await sampled.value() else { return }
            page.family(
                "florin_checkouts_open", .gauge,
                "Checkouts that are not over, shares too: open, paid by a group, their bot being asked, being paid, or complete and not settled."
            ) { samples in
                let states: [(Int64, String)] = [
                    (1, "open"), (2, "asking"), (3, "paying"), (4, "unsettled"), (6, "gathering"),
                ]
                for (state, name) in states {
                    samples.add(MetricLabels(("state", name)), counts.first { $0.state == state }?.count ?? 0)
                }
            }
        }
    }
}
