package import Payments
package import Primitives

/// What operators set and use cases obey.
package struct EngineConfiguration: Sendable {
    /// How long a message to a processor may be executed after it was stored.
    package var operationValidity: Duration = .seconds(60)
    /// How long a duplicate waits for the first request's answer before it is told that the key is in use.
    package var duplicateWait: Duration = .seconds(20)
    /// When a friend transfer that nobody accepted goes back.
    package var transferLapse: Duration = .seconds(7 * 24 * 3600)
    /// The most a person may send in one UTC day, by currency, in minor units; no entry means no limit.
    package var dailySendingLimits: [Currency: Int64] = [:]
    /// The most a person may send at once; the same units.
    package var singleSendingLimits: [Currency: Int64] = [:]
    /// The most a person may send in seven days, today included; the same units.
    package var weeklySendingLimits: [Currency: Int64] = [:]
    /// What holds or refuses charges and friend transfers; empty lets everything through and stores no decisions.
    package var riskRules = RiskRules()
    /// Whose banks issued cards, for rules about it; nil when the operator has supplied no table.
    package var issuerCountries: IssuerCountryTable?
    /// How long a payment waits for an operator before it is voided; below the time for which issuers hold money.
    package var reviewTime: Duration = .seconds(3 * 24 * 3600)
    /// First wait before a processor is asked about an open operation; doubled up to ``lookupBackoffMaximum``.
    package var lookupBackoff: Duration = .seconds(1)
    package var lookupBackoffMaximum: Duration = .seconds(300)
    /// How long a processor may leave an outcome unknown before it becomes a case for a person. Asking goes on.
    package var unansweredHandOver: Duration = .seconds(3600)
    /// How long a cardholder may be away before the processor is asked, without being asked to, what became of a payment
    /// that waits for them; doubled each time, up to a day.
    package var cardholderWait: Duration = .seconds(3600)
    /// How long stored answers are kept; at least 30 days by the API's promise.
    package var answerRetention: Duration = .seconds(31 * 24 * 3600)
    /// How long a new place to pay a bot out to waits before it is used.
    package var payoutDestinationHold: Duration = .seconds(3 * 24 * 3600)
    /// How long a standard payout waits before it is sent, and can be canceled.
    package var payoutWait: Duration = .seconds(3600)
    /// How long a bank transfer takes, as bots are told; nothing depends on it.
    package var bankTransferTime: Duration = .seconds(2 * 24 * 3600)
    /// Above this, in minor units, a bank transfer is confirmed by another operator than the one who began it; no entry means
    /// never.
    package var secondOperatorAbove: [Currency: Int64] = [:]
    /// To whom checkouts and payment links are open.
    package var checkout = CheckoutAvailability()
    /// How long a bot has to answer a question about its checkout: ten seconds, as Telegram gives it (core.telegram.org/bots/payments,
    /// read 2026-11). Below the minute for which the page waits for an answer.
    package var answerDeadline: Duration = .seconds(10)
    /// When a person's PIN is asked for.
    package var pin = PINRules()
    /// How long what buyers said of themselves is kept, when they are nobody's customers and nothing needs it
    /// any more.
    package var buyerRetention: Duration = .seconds(180 * 24 * 3600)
    /// Whether a restored book is opened by one who proposes and another who approves. Not in a try-out that one person runs.
    package var openingNeedsTwoPeople = true
    /// In dev only: webhooks may go to loopback addresses over plain HTTP.
    package var allowsLoopbackWebhooks = false

    package init() {}
}

/// A table of issuers' countries, and the file it was read from.
package struct IssuerCountryTable: Hashable, Sendable {
    package let path: String
    package let countries: IssuerCountries

    package init(path: String, _ countries: IssuerCountries) {
        self.path = path
        self.countries = countries
    }
}
