import Instruments
package import Payments
package import Ports
import Primitives
import Synchronization

/// Counts what the engine does. Instruments of connections are made when a connection is registered, never on the way of
/// a payment.
package final class EngineMeter: EngineObserver {
    private let stages: [Histogram]
    private let deliveries: [Histogram]
    private let connections = Mutex<[ConnectionID: ConnectionMeter]>([:])
    /// What is not known by name: connections beyond the bound, or never registered.
    private let others = ConnectionMeter(labels: ["other", "other"])

    /// How many connections have series of their own; what comes after them is counted under `other`.
    package static let connectionLimit = 200

    /// Knows no connection yet; see ``register(_:processor:)``.
    package init() {
        stages = CommandStage.allCases.map { _ in Histogram(.work) }
        deliveries = DeliveryResult.allCases.map { _ in Histogram(.latency) }
    }

    /// Gives a connection series of its own.
    /// - Parameter processor: the adapter's name.
    package func register(_ connection: ConnectionID, processor: String) {
        connections.withLock { connections in
            guard connections[connection] == nil, connections.count < Self.connectionLimit else { return }
            connections[connection] = ConnectionMeter(labels: [connection.text, processor])
        }
    }

    package func moment() -> UInt64 { MonotonicTime.nanoseconds }

    package func ended(_ stage: CommandStage, since: UInt64) {
        stages[stage.rawValue].record(MonotonicTime.since(since))
    }

    package func answered(
        _ outcome: Outcome, to purpose: OperationPurpose, at connection: ConnectionID, since: UInt64
    ) {
        let time = MonotonicTime.since(since)
        stages[CommandStage.processor.rawValue].record(time)
        let meter = meter(of: connection)
        meter.latency.record(time)
        meter.outcomes[OutcomeClass(outcome).rawValue].increment()
        // An approval rate is about people paying: captures and refunds would only dilute it.
        if purpose.isAskingForMoney { meter.payments[OutcomeClass(outcome).rawValue].increment() }
    }

    package func lookedUp(_ answer: LookupAnswer, at connection: ConnectionID) {
        meter(of: connection).lookups[LookupClass(answer).rawValue].increment()
    }

    package func delivered(_ result: DeliveryResult, since: UInt64) {
        deliveries[result.rawValue].record(MonotonicTime.since(since))
    }

    private func meter(of connection: ConnectionID) -> ConnectionMeter {
        connections.withLock { $0[connection] } ?? others
    }

    /// Every connection with series of its own, and the rest if it was used.
    private var meters: [ConnectionMeter] {
        let known = connections.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
        return others.latency.isEmpty ? known : known + [others]
    }
}

extension OperationPurpose {
    fileprivate var isAskingForMoney: Bool {
        switch self {
        case .charge, .transferFunding, .topUp: true
        case .capture, .void, .refund, .transferRefund, .cashOut, .reversal, .disputeEvidence, .disputeAcceptance,
            .verification, .increment, .payout, .destinationCheck:
            false
        }
    }
}

/// What a connection has answered.
private final class ConnectionMeter: Sendable {
    let names: [String]
    let labels: MetricLabels
    let latency = Histogram(.latency)
    let outcomes = OutcomeClass.allCases.map { _ in Counter() }
    let payments = OutcomeClass.allCases.map { _ in Counter() }
    let lookups = LookupClass.allCases.map { _ in Counter() }

    init(labels names: [String]) {
        self.names = names
        labels = MetricLabels(("connection", names[0]), ("processor", names[1]))
    }

    func labels(_ name: StaticString, _ value: String) -> MetricLabels {
        MetricLabels(("connection", names[0]), ("processor", names[1]), (name, value))
    }
}

/// What became of a message, in as few words as an operator needs.
enum OutcomeClass: Int, CaseIterable {
    case approved = 0
    case approvedPartial, declinedFunds, declinedCard, declinedFraud, declinedOther, requiresAction, pending
    case notProcessed, unknown

    init(_ outcome: Outcome) {
        switch outcome {
        case .approved: self = .approved
        case .approvedPartial: self = .approvedPartial
        case .declined(let decline): self = OutcomeClass(decline.reason)
        case .requiresAction: self = .requiresAction
        case .pending: self = .pending
        case .notProcessed: self = .notProcessed
        case .unknown: self = .unknown
        }
    }

    private init(_ reason: DeclineReason) {
        switch reason {
        case .insufficientFunds, .cardVelocityExceeded: self = .declinedFunds
        case .expiredCard, .incorrectSecurityCode, .incorrectNumber, .cardNotSupported, .restrictedCard,
            .authenticationRequired:
            self = .declinedCard
        case .lostCard, .stolenCard, .pickupCard, .fraudulent: self = .declinedFraud
        case .genericDecline, .doNotHonor, .processingError, .tryAgainLater, .currencyNotSupported, .invalidAmount:
            self = .declinedOther
        }
    }

    /// `outcome` and `reason` on the page.
    var words: (outcome: String, reason: String) {
        switch self {
        case .approved: ("approved", "")
        case .approvedPartial: ("approved_partial", "")
        case .declinedFunds: ("declined", "funds")
        case .declinedCard: ("declined", "card")
        case .declinedFraud: ("declined", "fraud")
        case .declinedOther: ("declined", "other")
        case .requiresAction: ("requires_action", "")
        case .pending: ("pending", "")
        case .notProcessed: ("not_processed", "")
        case .unknown: ("unknown", "")
        }
    }
}

/// What a question about a message found.
private enum LookupClass: Int, CaseIterable {
    case found = 0
    case absent, notFoundYet, unavailable

    init(_ answer: LookupAnswer) {
        switch answer {
        case .found: self = .found
        case .absent: self = .absent
        case .notFoundYet: self = .notFoundYet
        case .unavailable: self = .unavailable
        }
    }

    var word: String {
        switch self {
        case .found: "found"
        case .absent: "absent"
        case .notFoundYet: "not_found_yet"
        case .unavailable: "unavailable"
        }
    }
}

// MARK: - The page

extension EngineMeter {
    /// Writes what has been counted.
    package func write(to page: inout MetricPage) {
        writeStages(&page)
        writeConnections(&page)
        page.family(
            "florin_webhook_delivery_seconds", .histogram,
            "Attempts to deliver a webhook, by result: delivered, refused (not 2xx), failed (no answer), given_up."
        ) { samples in
            for result in DeliveryResult.allCases {
                samples.add(MetricLabels(("result", result.word)), deliveries[result.rawValue])
            }
        }
    }

    private func writeStages(_ page: inout MetricPage) {
        page.family(
            "florin_stage_seconds", .histogram,
            "Time of each stage of a command: authentication, first_commit, processor, second_commit, rendering."
        ) { samples in
            for stage in CommandStage.allCases {
                samples.add(MetricLabels(("stage", stage.word)), stages[stage.rawValue])
            }
        }
    }

    private func writeConnections(_ page: inout MetricPage) {
        let meters = meters
        page.family(
            "florin_processor_seconds", .histogram, "Time from sending a message to a processor to its outcome."
        ) { samples in
            for meter in meters { samples.add(meter.labels, meter.latency) }
        }
        page.family(
            "florin_processor_outcomes_total", .counter,
            "Messages to processors by outcome; declines by reason: funds, card, fraud, other."
        ) { samples in
            for meter in meters { Self.write(meter, meter.outcomes, &samples) }
        }
        page.family(
            "florin_payment_outcomes_total", .counter,
            "The same for messages that ask a card for money (charges, top-ups, sends): what approval rates are made of."
        ) { samples in
            for meter in meters { Self.write(meter, meter.payments, &samples) }
        }
        page.family(
            "florin_processor_lookups_total", .counter,
            "Questions to processors about messages without an outcome, by answer."
        ) { samples in
            for meter in meters {
                for kind in LookupClass.allCases {
                    samples.add(meter.labels("answer", kind.word), meter.lookups[kind.rawValue].value)
                }
            }
        }
    }

    private static func write(_ meter: ConnectionMeter, _ counters: [Counter], _ samples: inout Samples) {
        for kind in OutcomeClass.allCases {
            let words = kind.words
            let labels = MetricLabels(
                ("connection", meter.names[0]), ("processor", meter.names[1]), ("outcome", words.outcome),
                ("reason", words.reason))
            samples.add(labels, counters[kind.rawValue].value)
        }
    }
}

extension CommandStage {
    var word: String {
        switch self {
        case .authentication: "authentication"
        case .firstCommit: "first_commit"
        case .processor: "processor"
        case .secondCommit: "second_commit"
        case .rendering: "rendering"
        }
    }
}

extension DeliveryResult {
    var word: String {
        switch self {
        case .delivered: "delivered"
        case .refused: "refused"
        case .failed: "failed"
        case .givenUp: "given_up"
        }
    }
}
