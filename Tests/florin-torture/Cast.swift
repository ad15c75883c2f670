import Synchronization

/// Whom and what the clients share: keys, test cards, people, and when to stop.
final class Cast: Sendable {
    let seed: UInt64
    let gateway: Gateway
    let findings: Findings
    let botKey: String
    let platformKey: String
    let end: ContinuousClock.Instant
    private let receivers = Mutex<[String]>([])

    init(
        seed: UInt64, gateway: Gateway, findings: Findings, botKey: String, platformKey: String,
        end: ContinuousClock.Instant
    ) {
        (self.seed, self.gateway, self.findings) = (seed, gateway, findings)
        (self.botKey, self.platformKey, self.end) = (botKey, platformKey, end)
    }

    var isOver: Bool { ContinuousClock.now >= end }

    /// Somebody to whom anybody may send, from any card but ``TestCards/receiving``.
    func join(receiver: String) { receivers.withLock { $0.append(receiver) } }

    func receiver(_ dice: inout Dice) -> String? { dice.pick(receivers.withLock { $0 }) }
}

/// Test cards of docs/sandbox.md, as often as they are drawn.
enum TestCards {
    /// Approves, and can be paid out to.
    static let sending = "4000056655665556"
    static let receiving = "5200828282828210"

    typealias Weighted = [(weight: UInt64, choice: String)]

    private static let good: Weighted = [
        (20, "4242424242424242"), (8, "5555555555554444"), (4, "2223003122003222"), (4, "378282246310005"),
        (3, "371449635398431"),
    ]
    /// Silent, cut, late, twice, lying, garbage, busy, failing, out of contract.
    private static let misbehaving: Weighted = [
        (2, "4000009900000103"), (1, "4000009900000301"), (1, "4000009900001101"), (1, "4000009900001200"),
        (2, "4000009900001309"), (2, "4000009900001408"), (2, "4000009900001507"), (2, "4000009900001606"),
        (2, "4000009900001705"), (1, "4000009900001804"), (2, "4000009900001903"), (2, "4000009900002000"),
    ]
    private static let declining: Weighted = [
        (2, "4000000000000002"), (2, "4000000000009995"), (1, "4000000000000341"), (1, "4000000000000119"),
    ]
    private static let special: Weighted = [
        (3, "4000000000007726"), (2, Known.refundsBounce), (2, "4000009900002109"),
        (2, Known.disputed),
    ]

    /// For payments.
    static let charging: Weighted = good + misbehaving + declining + special
    /// For sending to friends and filling wallets.
    static let funding: Weighted = good + misbehaving + declining + [(10, sending)]
    static let authenticating = ["4000002760003184", "4000008260003178", "4000002500003155"]

    /// Every number the run may use, for the search in files.
    static var all: Set<String> {
        Set(charging.map(\.choice) + funding.map(\.choice) + authenticating + [sending, receiving])
    }
}
