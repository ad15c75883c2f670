import Synchronization

/// What disagrees, and how much was done. One for the whole run.
final class Findings: Sendable {
    private struct State {
        var problems: [String] = []
        var suppressed = 0
        var figures: [String: Int64] = [:]
    }
    private let state = Mutex(State())
    private static let limit = 60

    /// Something that must not be. The run fails at its end.
    func report(_ problem: String) {
        state.withLock { state in
            if state.problems.count < Self.limit { state.problems.append(problem) } else { state.suppressed += 1 }
        }
    }

    func count(_ figure: String, _ amount: Int64 = 1) {
        state.withLock { $0.figures[figure, default: 0] += amount }
    }

    func figure(_ name: String) -> Int64 { state.withLock { $0.figures[name] ?? 0 } }

    var problems: [String] {
        state.withLock { state in
            state.suppressed == 0 ? state.problems : state.problems + ["… and \(state.suppressed) more"]
        }
    }

    var figures: [(name: String, value: Int64)] {
        state.withLock { $0.figures.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}
