package import Instruments
import Primitives

/// How long the answers of one route took, by the class of their status. Made with the route table; the names never come
/// from a request, so their number is that of the routes.
package final class RouteMeter: Sendable {
    package let method: String
    package let route: String
    private let classes: [Histogram]

    init(method: String, route: String) {
        self.method = method
        self.route = route
        classes = (0..<5).map { _ in Histogram(.latency) }
    }

    /// - Parameter status: 100 to 599; others count as 5xx.
    func record(status: Int, since start: UInt64) {
        let index = (100..<600).contains(status) ? status / 100 - 1 : 4
        classes[index].record(MonotonicTime.since(start))
    }

    /// Those that have been used: `2xx` and its times.
    package var used: [(statusClass: String, times: Histogram)] {
        classes.enumerated().filter { !$0.element.isEmpty }.map { ("\($0.offset + 1)xx", $0.element) }
    }
}

extension RouteMeter: Loggable {
    /// Method and pattern, as the program names them.
    package var logText: String { "\(method) \(route)" }
}
