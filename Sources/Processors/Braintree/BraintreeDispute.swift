import Payments
import Ports
import Primitives
import ProcessorKit

/// A dispute as Braintree shows it, with all that happened in it.
struct BraintreeDispute: Sendable {
    private let name: String
    private let isInquiry: Bool
    private let amount: Money
    private let won: Money?
    private let reason: DisputeReason
    private let code: String?
    private let respondBy: Timestamp?
    private let order: String?
    /// The oldest first.
    private let events: [(status: String, at: Timestamp)]

    /// - Returns: nil for what lacks what every dispute has, and for a word that is not listed.
    init?(_ object: JSONValue) {
        guard let name = object["legacyId"]?.text, (1...100).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), let type = object["type"]?.text,
            ["CHARGEBACK", "PRE_ARBITRATION", "RETRIEVAL"].contains(type),
            let amount = BraintreeTransaction.money(object["amountDisputed"])
        else { return nil }
        var events: [(status: String, at: Timestamp)] = []
        for event in object["statusHistory"]?.elements ?? [] {
            guard let status = event["status"]?.text, let at = event["timestamp"]?.text.flatMap({ Timestamp(text: $0) })
            else { return nil }
            events.append((status, at))
        }
        self.name = name
        self.amount = amount
        isInquiry = type == "RETRIEVAL"
        won = BraintreeTransaction.money(object["amountWon"])
        let response = object["processorResponse"]
        reason = BraintreeDispute.reason(response?["reason"]?.text)
        code = BraintreeDeclines.shown(response?["reasonCode"]?.text)
        respondBy = object["replyByDate"]?.text.flatMap { Timestamp(text: $0) }
        order = object["transaction"]?["orderId"]?.text
        self.events = events.sorted { $0.at < $1.at }
    }

    /// What happened, in order; nothing for what is not Florin's, or disputes nothing.
    var facts: [(fact: ProcessorFact, at: Timestamp)] {
        guard let operation = order.flatMap({ OperationID($0) }), amount.isPositive else { return [] }
        return events.flatMap { event in
            news(event.status).map { word, news in
                let report = DisputeReport(
                    dispute: name, amount: amount, reason: reason, networkReasonCode: code, respondBy: respondBy,
                    news: news)
                let fact = ProcessorFact(id: "\(name):\(word)", operation: operation, kind: .dispute(report))
                return (fact, event.at)
            }
        }
    }

    /// Braintree takes the disputed amount when a chargeback is opened and gives it, or part of it, back when it is won.
    /// Source: `Dispute.amountDisputed`, `amountWon` and `DisputeStatus` of the published schema.
    private func news(_ status: String) -> [(String, DisputeNews)] {
        switch (status, isInquiry) {
        case ("OPEN", true): [("inquiry", .inquiry)]
        case ("OPEN", false): [("opened", .opened), ("withdrawn", .fundsWithdrawn(amount, fee: nil))]
        case ("DISPUTED", _), ("UNDER_REVIEW", _): [("review", .underReview)]
        case ("WON", false):
            (won.flatMap { $0.isPositive ? [("reinstated", .fundsReinstated($0, fee: nil))] : nil } ?? []) + [
                ("won", .won)
            ]
        case ("LOST", false), ("ACCEPTED", false), ("AUTO_ACCEPTED", false), ("EXPIRED", false): [("lost", .lost)]
        case ("WON", true), ("LOST", true), ("ACCEPTED", true), ("AUTO_ACCEPTED", true), ("EXPIRED", true):
            [("closed", .inquiryClosed)]
        default: []
        }
    }

    /// Source: `DisputeReason` of the published schema.
    private static func reason(_ word: String?) -> DisputeReason {
        switch word {
        case "FRAUD": .fraudulent
        case "NOT_RECOGNIZED": .unrecognized
        case "DUPLICATE": .duplicate
        case "PRODUCT_NOT_RECEIVED": .productNotReceived
        case "PRODUCT_UNSATISFACTORY": .productUnacceptable
        case "CANCELLED_RECURRING_TRANSACTION": .subscriptionCanceled
        case "CREDIT_NOT_PROCESSED": .creditNotProcessed
        case "INVALID_ACCOUNT": .incorrectAccountDetails
        default: .general
        }
    }
}
