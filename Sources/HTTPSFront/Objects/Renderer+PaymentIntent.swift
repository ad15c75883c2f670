import Engine
import Payments
import Ports
import Primitives

extension Renderer {
    /// Reads nothing for a payment that is neither expanded, nor declined, nor waiting for its cardholder.
    func write(
        _ payment: Payment, _ expand: Expansion, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        let texts = try sealing.fields(of: payment)
        var capturable = Int64(0)
        if case .authorized = payment.state, !payment.isUnderReview { capturable = payment.authorized }
        try json.object { json in
            json.field("id", payment.id)
            json.field("object", "payment_intent")
            json.field("amount", payment.amount.minorUnits)
            json.field("amount_capturable", capturable)
            json.object("amount_details") { $0.object("tip") { _ in } }
            json.field("amount_received", payment.captured)
            json.nulls("application", "application_fee_amount")
            writeAutomaticMethods(texts["automatic_payment_methods"], into: &json)
            json.field("canceled_at", payment.canceledAt)
            json.key("cancellation_reason")
            if payment.state == .canceled, let reason = payment.cancellation?.name {
                json.value(reason)
            } else {
                json.null()
            }
            json.field("capture_method", payment.captureMethod == .automatic ? "automatic" : "manual")
            json.field("client_secret", clientSecret(of: payment.id))
            json.field("confirmation_method", texts[DetailFields.confirmationMethod] ?? "automatic")
            json.field("created", payment.created)
            json.currency(payment.amount.currency)
            try write(payment.customer, expand.below("customer"), reader, into: &json)
            json.field("description", texts["description"])
            json.null("invoice")
            try writeLastError(of: payment, reader, into: &json)
            try writeLatestCharge(of: payment, expand.below("latest_charge"), reader, into: &json)
            json.field("livemode", payment.mode == .live)
            json.metadata(texts)
            try writeNextAction(of: payment, returnURL: texts["return_url"], reader, into: &json)
            json.null("on_behalf_of")
            try writeMethod(payment.paymentMethod, expand.below("payment_method"), reader, into: &json)
            writeMethodOptions(texts, into: &json)
            json.array("payment_method_types") { json in
                for type in texts[DetailFields.methodTypes]?.split(separator: ",") ?? ["card"] {
                    json.value(String(type))
                }
            }
            json.nulls("processing", "receipt_email", "review")
            json.field("setup_future_usage", texts[DetailFields.futureUsage])
            json.shipping(texts)
            json.field("statement_descriptor", texts["statement_descriptor"])
            json.field("statement_descriptor_suffix", texts[DetailFields.statementSuffix])
            // Bots that take money at once expect no other word for "wait" (docs/adr/0024).
            json.field("status", payment.isUnderReview ? "processing" : payment.state.statusName)
            json.nulls("transfer_data", "transfer_group")
        }
    }

    /// What a browser proves with that it was given this payment: derived, so that it is stored nowhere.
    func clientSecret<Kind>(of id: Identifier<Kind>) -> String {
        "\(id.text)_secret_\(Hex.encode(vault.hash(id.bytes, .clientSecret).bytes.prefix(16)))"
    }

    /// Compares without telling by its time how much of it is right.
    func isClientSecret<Kind>(_ text: String, of id: Identifier<Kind>) -> Bool {
        vault.hash(Array(text.utf8), .clientSecret)
            .isEqualInConstantTime(to: vault.hash(Array(clientSecret(of: id).utf8), .clientSecret))
    }

    func writeAutomaticMethods(_ redirects: String?, into json: inout JSONWriter) {
        guard let redirects else { return json.null("automatic_payment_methods") }
        json.object("automatic_payment_methods") { json in
            json.field("allow_redirects", redirects)
            json.field("enabled", true)
        }
    }

    private func writeMethodOptions(_ texts: DetailFields, into json: inout JSONWriter) {
        json.object("payment_method_options") { json in
            json.object("card") { json in
                json.nulls("installments", "mandate_options", "network")
                if let increments = texts[DetailFields.increments] {
                    json.field("request_incremental_authorization", increments)
                }
                json.field("request_three_d_secure", texts[DetailFields.threeDSecure] ?? "automatic")
            }
        }
    }

    private func writeLastError(of payment: Payment, _ reader: any StoreReader, into json: inout JSONWriter) throws {
        guard let decline = payment.lastDecline else { return json.null("last_payment_error") }
        let text = CardErrorText(decline.reason)
        try json.object("last_payment_error") { json in
            if let charge = payment.latestCharge { json.field("charge", charge) }
            json.field("code", text.code)
            json.field("decline_code", text.declineCode)
            json.field("message", text.message)
            let card = try payment.latestCharge.flatMap(reader.charge)?.paymentMethod
            if let method = try card.flatMap(reader.paymentMethod) {
                json.key("payment_method")
                try write(method, Expansion([]), reader, into: &json)
            }
            json.field("type", "card_error")
        }
    }

    private func writeLatestCharge(
        of payment: Payment, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand, let charge = try payment.latestCharge.flatMap(reader.charge) else {
            return json.field("latest_charge", payment.latestCharge)
        }
        json.key("latest_charge")
        try write(charge, of: payment, expand, reader, into: &json)
    }

    private func writeNextAction(
        of payment: Payment, returnURL: String?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard case .requiresAction(let id) = payment.state,
            case .requiresAction(let action)? = try reader.charge(id)?.state
        else { return json.null("next_action") }
        write(action, returnURL: returnURL, into: &json)
    }

    /// `next_action`: the page that the cardholder is to be sent to.
    func write(_ action: RequiredAction, returnURL: String?, into json: inout JSONWriter) {
        json.object("next_action") { json in
            json.object("redirect_to_url") { json in
                json.field("return_url", returnURL)
                json.field("url", SandboxPage.address(action.redirectURL, returningTo: returnURL))
            }
            json.field("type", "redirect_to_url")
        }
    }

    /// `customer`, as an identifier or whole.
    func write(
        _ id: CustomerID?, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard expand != nil, let customer = try id.flatMap(reader.customer) else { return json.field("customer", id) }
        json.key("customer")
        try write(customer, into: &json)
    }
}

extension PaymentState {
    /// As the `status` field has it. Everything whose outcome is open is `processing` (design invariant 4).
    var statusName: StaticString {
        switch self {
        case .requiresPaymentMethod: "requires_payment_method"
        case .requiresConfirmation: "requires_confirmation"
        case .requiresAction: "requires_action"
        case .authorizing, .capturing, .voiding, .incrementing: "processing"
        case .authorized: "requires_capture"
        case .succeeded: "succeeded"
        case .canceled: "canceled"
        }
    }
}

extension CancellationReason {
    /// nil when none was given.
    var name: StaticString? {
        switch self {
        case .requestedByCustomer: "requested_by_customer"
        case .duplicate: "duplicate"
        case .fraudulent: "fraudulent"
        case .abandoned: "abandoned"
        case .automatic: "automatic"
        case .unspecified: nil
        }
    }
}
