import Engine
import Payments
import Primitives

/// What payments and setup intents ask about the card, under `payment_method_options[card]`.
struct CardOptions {
    var threeDSecure: String?
    var increments: String?
}

extension Parameters {
    private enum SecureChoice: String, CaseIterable { case automatic, any }
    private enum IncrementChoice: String, CaseIterable {
        case never
        case ifAvailable = "if_available"
    }
    private enum AcceptanceChoice: String, CaseIterable { case offline, online }
    private enum SessionChoice: String, CaseIterable {
        case oneOff = "one_off"
        case recurring
    }
    private enum UsageChoice: String, CaseIterable {
        case onSession = "on_session"
        case offSession = "off_session"
    }
    private enum RedirectChoice: String, CaseIterable { case always, never }

    /// - Parameter mayIncrement: whether holds are raised here at all.
    func cardOptions(mayIncrement: Bool) throws(APIError) -> CardOptions {
        var options = CardOptions()
        guard let card = try object("payment_method_options")?.object("card") else { return options }
        if let choice = try card.enumeration("request_three_d_secure", SecureChoice.self) {
            options.threeDSecure = choice.rawValue
        }
        guard mayIncrement else { return options }
        if try card.enumeration("request_incremental_authorization", IncrementChoice.self) == .ifAvailable {
            options.increments = IncrementChoice.ifAvailable.rawValue
        }
        return options
    }

    /// `mandate_data`: how the cardholder agreed, with the names the texts are stored under.
    func mandateData() throws(APIError) -> DetailFields {
        var texts = DetailFields()
        guard let data = try object("mandate_data") else { return texts }
        let acceptance = try data.requiredObject("customer_acceptance")
        guard let type = try acceptance.enumeration("type", AcceptanceChoice.self) else {
            throw .missing(acceptance.path("type"))
        }
        texts[DetailFields.acceptanceType] = type.rawValue
        if let time = try acceptance.optionalInteger("accepted_at", in: 0...253_402_300_799) {
            texts[DetailFields.acceptanceTime] = String(time)
        }
        switch type {
        case .offline: _ = try acceptance.object("offline")
        case .online:
            let online = try acceptance.requiredObject("online")
            texts[DetailFields.acceptanceAddress] = try online.string("ip_address", max: 64)
            texts[DetailFields.acceptanceAgent] = try online.string("user_agent", max: 1_000)
        }
        return texts
    }

    /// `setup_future_usage`; empty takes it away.
    func futureUsage() throws(APIError) -> Change<String> {
        switch try change("setup_future_usage", max: 20) {
        case .unchanged: return .unchanged
        case .cleared: return .cleared
        case .set(let text):
            guard UsageChoice(rawValue: text) != nil else {
                throw .invalid(
                    path("setup_future_usage"),
                    "Invalid \(path("setup_future_usage")): must be one of on_session, off_session.")
            }
            return .set(text)
        }
    }

    /// What goes with one confirmation only: whether anybody is there, and on what mandate the charge rests.
    func confirmation() throws(APIError) -> DetailFields {
        var texts = DetailFields()
        texts[DetailFields.offSession] = try offSession()?.name
        if let mandate = try optionalIdentifier("mandate", of: "mandate", MandateKind.self) {
            guard texts[DetailFields.offSession] != nil else {
                throw .invalid(
                    "mandate", "A mandate is for charges without the cardholder: send off_session=true with it.")
            }
            texts[DetailFields.mandate] = mandate.text
        }
        if try bool("error_on_requires_action") == true { texts[DetailFields.errorOnAction] = "1" }
        return texts
    }

    /// `off_session`: true or false, or how often.
    private func offSession() throws(APIError) -> MerchantReason? {
        guard let text = try optionalWord("off_session") else { return nil }
        switch text {
        case "true", SessionChoice.oneOff.rawValue: return .unscheduled
        case "false": return nil
        case SessionChoice.recurring.rawValue: return .recurring
        default:
            throw .invalid(
                path("off_session"), "Invalid \(path("off_session")): must be true, false, one_off or recurring.")
        }
    }

    /// - Returns: whether redirects are allowed, when the methods are left to us.
    func automaticMethods() throws(APIError) -> String? {
        guard let automatic = try object("automatic_payment_methods") else { return nil }
        let redirects = try automatic.enumeration("allow_redirects", RedirectChoice.self) ?? .always
        guard let isEnabled = try automatic.bool("enabled") else { throw .missing(automatic.path("enabled")) }
        return isEnabled ? redirects.rawValue : nil
    }

    /// `payment_method_types` where only cards are taken.
    func checkCardsOnly() throws(APIError) {
        for (index, type) in try strings("payment_method_types").enumerated() where type != "card" {
            throw APIError.invalid(
                "payment_method_types[\(index)]", "Invalid payment_method_types[\(index)]: only cards are kept.")
        }
    }

    /// What stands behind the account's own name on a statement: up to 22 characters with a letter among them.
    func statementSuffix() throws(APIError) -> Change<String> {
        let change = try change("statement_descriptor_suffix", max: 22)
        if case .set(let text) = change, !StatementDescriptor.isValidSuffix(text) {
            throw .invalid(
                path("statement_descriptor_suffix"), code: "statement_descriptor_invalid",
                "\(path("statement_descriptor_suffix")) must have \(StatementDescriptor.suffixRule).")
        }
        return change
    }

    /// Receipts are sent by mail, and there is none.
    func refuseReceipts() throws(APIError) {
        guard has("receipt_email") else { return }
        throw .invalid(
            "receipt_email", code: "parameter_unknown",
            "Received unknown parameter: receipt_email. This installation sends no mail; send the receipt yourself.")
    }
}

extension APIError {
    static func onlyWhenConfirming(_ parameter: String) -> APIError {
        .invalid(parameter, "\(parameter) can only be sent with confirm=true, or when the payment is confirmed.")
    }
}
