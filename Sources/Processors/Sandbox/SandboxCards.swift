package import Payments

/// How the sandbox's acquirer treats a test card.
package enum SandboxBehaviour: Hashable, Sendable {
    case approve
    /// Approves half of what was asked, rounded down, at least one minor unit.
    case approvePartly
    case decline(DeclineReason)
    case authenticate(AuthenticationRule)
    /// Approves; its refunds answer `pending` and succeed some seconds later.
    case refundPending
    /// Approves; its refunds are approved and, some seconds later, fail after all.
    case refundFailsLater
    /// Approves; some seconds after the money was taken, the cardholder disputes it.
    case dispute(DisputeReason)
    /// Approves; some seconds after the money was taken, the issuer inquires.
    case inquire(DisputeReason)
    case misbehave(SandboxMisbehaviour)
}

/// When a card asks its holder to authenticate.
package enum AuthenticationRule: Hashable, Sendable {
    /// Always; a merchant-initiated charge is declined, since nobody is there to ask.
    case always
    /// Only when the cardholder is present; merchant-initiated charges pass.
    case unlessMerchantInitiated
    /// Always, and declined afterwards all the same.
    case alwaysThenDecline(DeclineReason)
}

/// What goes wrong between the acquirer and its caller. Look-ups of the same operation are always honest.
package enum SandboxMisbehaviour: Hashable, Sendable {
    /// Executes at once, answers after so many seconds.
    case answersLate(seconds: Int64)
    /// Takes no money and never answers.
    case silentBefore
    /// Takes the money and never answers.
    case silentAfter
    /// Takes the money and cuts the connection.
    case cutsAfter
    /// Takes the money once and answers twice in one body.
    case answersTwice
    /// Books the right amount and answers another.
    case liesAboutAmount
    /// Answers under another operation's reference.
    case liesAboutReference
    /// Takes the money and answers bytes that are no answer.
    case answersGarbage
    /// Takes the money and answers a status word that is in no contract.
    case answersUnknownStatus
    /// Takes no money and answers 429.
    case refusesBusy
    /// Takes the money and answers 500.
    case failsAfter
}

/// One test card.
package struct SandboxCard: Sendable {
    /// Stored in the acquirer's book instead of the number. Never reused for another card.
    package let id: Int64
    /// The number as docs/sandbox.md prints it. Test numbers are public; nothing here is a real card.
    package let digits: String
    package let number: CardNumber
    package let behaviour: SandboxBehaviour
    /// One line for people.
    package let summary: String
}

/// Every card number that test mode accepts.
///
/// The numbers up to id 99 are the well-known ones of docs.stripe.com/testing (read 2026-11), with the behaviour they
/// have there. The others are Florin's own, made up under 4000 0099 with a valid check digit.
package enum SandboxCards {
    package static let all: [SandboxCard] = rows.compactMap { id, digits, behaviour, summary in
        guard let number = try? CardNumber(parsing: digits.utf8) else { return nil }
        return SandboxCard(id: id, digits: digits, number: number, behaviour: behaviour, summary: summary)
    }

    /// - Returns: nil when test mode must refuse the number.
    package static func card(_ number: CardNumber) -> SandboxCard? { byNumber[number] }

    package static func card(id: Int64) -> SandboxCard? { byID[id] }

    /// Whether test mode accepts this number.
    package static func isTestCard(_ number: CardNumber) -> Bool { byNumber[number] != nil }

    private static let byNumber = Dictionary(all.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    private static let byID = Dictionary(all.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })

    /// How many rows were written down; fewer in ``all`` means that one of them is no valid number.
    package static var rowCount: Int { rows.count }

    private static let rows: [(Int64, String, SandboxBehaviour, String)] = [
        (1, "4242424242424242", .approve, "Visa: approved"),
        (2, "4000056655665556", .approve, "Visa debit: approved"),
        (3, "5555555555554444", .approve, "Mastercard: approved"),
        (4, "5200828282828210", .approve, "Mastercard debit: approved"),
        (5, "2223003122003222", .approve, "Mastercard 2-series: approved"),
        (6, "378282246310005", .approve, "American Express: approved"),
        (7, "371449635398431", .approve, "American Express: approved"),
        (10, "4000000000000002", .decline(.genericDecline), "declined: `generic_decline`"),
        (11, "4000000000009995", .decline(.insufficientFunds), "declined: `insufficient_funds`"),
        (12, "4000000000009987", .decline(.lostCard), "declined: `lost_card`"),
        (13, "4000000000009979", .decline(.stolenCard), "declined: `stolen_card`"),
        (14, "4000000000000069", .decline(.expiredCard), "declined: `expired_card`"),
        (15, "4000000000000127", .decline(.incorrectSecurityCode), "declined: `incorrect_cvc`"),
        (16, "4000000000000119", .decline(.processingError), "declined: `processing_error`"),
        (17, "4000000000006975", .decline(.cardVelocityExceeded), "declined: `card_velocity_exceeded`"),
        (18, "4000000000000341", .decline(.genericDecline), "can be stored, then every charge is declined"),
        (19, "4100000000000019", .decline(.fraudulent), "declined: `fraudulent`"),
        (30, "4000002760003184", .authenticate(.always), "authentication required, always"),
        (
            31, "4000008260003178", .authenticate(.alwaysThenDecline(.insufficientFunds)),
            "authentication required, then declined: `insufficient_funds`"
        ),
        (
            32, "4000002500003155", .authenticate(.unlessMerchantInitiated),
            "authentication required unless the charge is merchant-initiated"
        ),
        (40, "4000000000007726", .refundPending, "approved; a refund is pending and succeeds after 3 seconds"),
        (41, "4000000000005126", .refundFailsLater, "approved; a refund succeeds and fails after 3 seconds"),
        (50, "4000000000000259", .dispute(.fraudulent), "approved; disputed as `fraudulent` after 3 seconds"),
        (
            51, "4000000000002685", .dispute(.productNotReceived),
            "approved; disputed as `product_not_received` after 3 seconds"
        ),
        (52, "4000000000001976", .inquire(.general), "approved; an inquiry after 3 seconds"),
        (100, "4000009900000103", .misbehave(.answersLate(seconds: 3)), "approved; the answer takes 3 seconds"),
        (101, "4000009900000301", .misbehave(.answersLate(seconds: 30)), "approved; the answer takes 30 seconds"),
        (110, "4000009900001101", .misbehave(.silentBefore), "no answer, no money taken"),
        (111, "4000009900001200", .misbehave(.silentAfter), "money taken, no answer"),
        (112, "4000009900001309", .misbehave(.cutsAfter), "money taken, connection cut"),
        (113, "4000009900001408", .misbehave(.answersTwice), "approved; the answer comes twice"),
        (114, "4000009900001507", .misbehave(.liesAboutAmount), "money taken; the answer names another amount"),
        (115, "4000009900001606", .misbehave(.liesAboutReference), "money taken; the answer names another operation"),
        (116, "4000009900001705", .misbehave(.answersGarbage), "money taken; the answer is garbage"),
        (117, "4000009900001804", .misbehave(.refusesBusy), "refused as busy (429), no money taken"),
        (118, "4000009900001903", .misbehave(.failsAfter), "money taken; the answer is a server error (500)"),
        (
            119, "4000009900002000", .misbehave(.answersUnknownStatus),
            "money taken; the answer's status is not in the contract"
        ),
        (120, "4000009900002109", .approvePartly, "approved for half of the amount"),
    ]
}
