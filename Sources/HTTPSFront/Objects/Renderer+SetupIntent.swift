import Engine
package import Payments
package import Ports
import Primitives

extension Renderer {
    /// `setup_intent`, with what `expand` names shown whole.
    package func setupIntent(_ intent: SetupIntent, expand: [String], _ reader: any StoreReader) throws -> [UInt8] {
        var json = JSONWriter(capacity: 1_500)
        try write(intent, Expansion(expand), reader, into: &json)
        return json.bytes
    }

    /// The error of a declined verification, with the setup intent inside it.
    package func declined(
        _ decline: Decline, setup intent: SetupIntent, expand: [String], _ reader: any StoreReader
    ) throws -> [UInt8] {
        let text = CardErrorText(decline.reason)
        var json = JSONWriter(capacity: 3_000)
        json.beginObject()
        try json.object("error") { json in
            json.field("code", text.code)
            json.field("decline_code", text.declineCode)
            json.field("message", text.message)
            try writeMethod(ofAttempt: intent.latestAttempt, reader, into: &json)
            json.key("setup_intent")
            try write(intent, Expansion(expand), reader, into: &json)
            json.field("type", "card_error")
        }
        json.endObject()
        return json.bytes
    }

    func write(
        _ intent: SetupIntent, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        let texts = try sealing.fields(of: intent)
        try json.object { json in
            json.field("id", intent.id)
            json.field("object", "setup_intent")
            json.null("application")
            writeAutomaticMethods(texts["automatic_payment_methods"], into: &json)
            if intent.state == .canceled {
                json.text("cancellation_reason", intent.cancellation?.name)
            } else {
                json.null("cancellation_reason")
            }
            json.field("client_secret", clientSecret(of: intent.id))
            json.field("created", intent.created)
            try write(intent.customer, expand.below("customer"), reader, into: &json)
            json.field("description", texts["description"])
            json.null("flow_directions")
            try writeLastError(of: intent, reader, into: &json)
            try writeAttempt(intent.latestAttempt, expand.below("latest_attempt"), reader, into: &json)
            json.field("livemode", intent.mode == .live)
            try writeMandate(intent.mandate, expand.below("mandate"), reader, into: &json)
            json.metadata(texts)
            try writeNextAction(of: intent, returnURL: texts["return_url"], reader, into: &json)
            json.null("on_behalf_of")
            try writeMethod(intent.paymentMethod, expand.below("payment_method"), reader, into: &json)
            json.object("payment_method_options") { json in
                json.object("card") { json in
                    json.nulls("mandate_options", "network")
                    json.field("request_three_d_secure", texts[DetailFields.threeDSecure] ?? "automatic")
                }
            }
            json.array("payment_method_types") { $0.value("card") }
            json.null("single_use_mandate")
            json.field("status", intent.state.statusName)
            json.field("usage", intent.usage.name)
        }
    }

    private func writeLastError(
        of intent: SetupIntent, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let decline = intent.lastDecline else { return json.null("last_setup_error") }
        let text = CardErrorText(decline.reason)
        try json.object("last_setup_error") { json in
            json.field("code", text.code)
            json.field("decline_code", text.declineCode)
            json.field("message", text.message)
            try writeMethod(ofAttempt: intent.latestAttempt, reader, into: &json)
            json.field("type", "card_error")
        }
    }

    /// The card that was declined: it is not on the intent any more.
    private func writeMethod(
        ofAttempt id: SetupAttemptID?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let card = try id.flatMap(reader.setupAttempt)?.paymentMethod,
            let method = try reader.paymentMethod(card)
        else { return }
        json.key("payment_method")
        try write(method, Expansion([]), reader, into: &json)
    }

    private func writeNextAction(
        of intent: SetupIntent, returnURL: String?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard case .requiresAction(let id) = intent.state,
            case .requiresAction(let action)? = try reader.setupAttempt(id)?.state
        else { return json.null("next_action") }
        write(action, returnURL: returnURL, into: &json)
    }

    /// `payment_method`, as an identifier or whole.
    func writeMethod(
        _ id: PaymentMethodID?, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand, let method = try id.flatMap(reader.paymentMethod) else {
            return json.field("payment_method", id)
        }
        json.key("payment_method")
        try write(method, expand, reader, into: &json)
    }

    private func writeAttempt(
        _ id: SetupAttemptID?, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand, let attempt = try id.flatMap(reader.setupAttempt) else {
            return json.field("latest_attempt", id)
        }
        let intent = try reader.setupIntent(attempt.setupIntent)
        let method = try reader.paymentMethod(attempt.paymentMethod)
        try json.object("latest_attempt") { json in
            json.field("id", attempt.id)
            json.field("object", "setup_attempt")
            json.null("application")
            json.field("created", attempt.created)
            json.field("customer", intent?.customer)
            json.null("flow_directions")
            json.field("livemode", attempt.mode == .live)
            json.null("on_behalf_of")
            try writeMethod(attempt.paymentMethod, expand.below("payment_method"), reader, into: &json)
            json.object("payment_method_details") { json in
                if let method { writeAttemptedCard(method, attempt, into: &json) }
                json.field("type", "card")
            }
            if let decline = attempt.state.decline {
                let text = CardErrorText(decline)
                json.object("setup_error") { json in
                    json.field("code", text.code)
                    json.field("decline_code", text.declineCode)
                    json.field("message", text.message)
                    json.field("type", "card_error")
                }
            } else {
                json.null("setup_error")
            }
            json.field("setup_intent", attempt.setupIntent)
            json.field("status", attempt.statusName(isCurrent: intent?.latestAttempt == attempt.id, intent?.state))
            json.field("usage", attempt.usage.name)
        }
    }

    private func writeAttemptedCard(
        _ method: PaymentMethod, _ attempt: SetupAttempt, into json: inout JSONWriter
    ) {
        json.object("card") { json in
            json.field("brand", method.brand.name)
            json.null("checks")
            json.null("country")
            json.field("exp_month", method.expiry.month)
            json.field("exp_year", method.expiry.year)
            json.field("fingerprint", method.shownFingerprint)
            json.field("funding", method.funding.name)
            json.field("last4", method.lastFour.text)
            json.field("network", method.brand.name)
            json.nulls("three_d_secure", "wallet")
        }
    }
}

extension SetupState {
    /// As the `status` field has it.
    var statusName: StaticString {
        switch self {
        case .requiresPaymentMethod: "requires_payment_method"
        case .requiresConfirmation: "requires_confirmation"
        case .requiresAction: "requires_action"
        case .processing: "processing"
        case .succeeded: "succeeded"
        case .canceled: "canceled"
        }
    }
}

extension SetupAttempt {
    /// As the `status` field of an attempt has it.
    fileprivate func statusName(isCurrent: Bool, _ intent: SetupState?) -> StaticString {
        switch state {
        case .pending: "processing"
        case .approved: "succeeded"
        case .declined, .notProcessed: "failed"
        // What its cardholder was asked was asked once: a later attempt, or the end of the intent, lets it go.
        case .requiresAction: isCurrent && intent == .requiresAction(id) ? "requires_action" : "abandoned"
        }
    }
}
