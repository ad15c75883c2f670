import Engine
import Payments

/// What callers other than an object's owner see of it. The objects are made whole and cut here, so that what a new field
/// shows to whom is decided in one place: guests see only what is listed, people do not see what is listed.
extension JSONShape {
    /// An answer about a payment, or the error of a declined card around it, as a browser with the client secret sees it: of
    /// a payment what Stripe's reference marks as retrievable with a publishable key. Nothing of the bot's own: no customer,
    /// metadata, charge or statement texts.
    static let answerForGuest = JSONShape.only(
        paymentForGuest.merging([
            "error": .only([
                "code": .whole, "decline_code": .whole, "message": .whole, "param": .whole, "type": .whole,
                "request_id": .whole, "payment_intent": .only(paymentForGuest), "payment_method": cardForGuest,
            ])
        ]) { first, _ in first })

    private static let paymentForGuest: [String: JSONShape] = [
        "id": .whole, "object": .whole, "amount": .whole, "amount_details": .whole,
        "automatic_payment_methods": .whole, "canceled_at": .whole, "cancellation_reason": .whole,
        "capture_method": .whole, "client_secret": .whole, "confirmation_method": .whole, "created": .whole,
        "currency": .whole, "description": .whole, "livemode": .whole, "next_action": .whole, "payment_method": .whole,
        "payment_method_types": .whole, "processing": .whole, "receipt_email": .whole, "setup_future_usage": .whole,
        "shipping": .whole, "status": .whole,
        "last_payment_error": .only([
            "code": .whole, "decline_code": .whole, "message": .whole, "type": .whole, "payment_method": cardForGuest,
        ]),
    ]

    /// The same of a setup intent.
    static let setupForGuest = JSONShape.only(
        setupMembersForGuest.merging([
            "error": .only([
                "code": .whole, "decline_code": .whole, "message": .whole, "param": .whole, "type": .whole,
                "request_id": .whole, "setup_intent": .only(setupMembersForGuest), "payment_method": cardForGuest,
            ])
        ]) { first, _ in first })

    private static let setupMembersForGuest: [String: JSONShape] = [
        "id": .whole, "object": .whole, "automatic_payment_methods": .whole, "cancellation_reason": .whole,
        "client_secret": .whole, "created": .whole, "description": .whole, "livemode": .whole, "next_action": .whole,
        "payment_method": .whole, "payment_method_types": .whole, "status": .whole, "usage": .whole,
        "last_setup_error": .only([
            "code": .whole, "decline_code": .whole, "message": .whole, "type": .whole, "payment_method": cardForGuest,
        ]),
    ]

    /// Enough to show which card it was.
    private static let cardForGuest = JSONShape.only([
        "id": .whole, "object": .whole, "created": .whole, "livemode": .whole, "type": .whole,
        "card": .only([
            "brand": .whole, "exp_month": .whole, "exp_year": .whole, "funding": .whole, "last4": .whole,
        ]),
    ])

    /// A person as they see themself: without what the platform notes of them.
    static let personForThemself = JSONShape.except(["metadata": .absent, "reference": .absent])

    /// A card as the person sees it who keeps it.
    static let cardForPerson = JSONShape.except(["metadata": .absent, "customer": .absent])

    /// A transfer as its recipient sees it: where the sender takes the money from is the sender's.
    static let transferForRecipient = JSONShape.except([
        "funding": .null, "payment_method": .null, "failure_code": .null, "failure_message": .null,
    ])
}

extension Answer {
    /// - Throws: a defect of ours, when the answer is no JSON: then nothing of it is shown.
    func cut(to shape: JSONShape) throws(APIError) -> Answer {
        guard let body = shape.cut(body) else { throw .internalError }
        return Answer(status: status, body: body, isReplay: isReplay)
    }

    /// Whole for owners; cut for a person who calls by a session of their own.
    func shown(to principal: some CallingPrincipal, as shape: JSONShape) throws(APIError) -> Answer {
        principal.person == nil ? self : try cut(to: shape)
    }
}

extension Renderer {
    /// - Parameter person: who looks; nil for the platform.
    func write(_ transfer: FriendTransfer, seenBy person: PersonID?, into json: inout JSONWriter) throws {
        guard let person, person != transfer.sender else { return try write(transfer, into: &json) }
        var whole = JSONWriter(capacity: 700)
        try write(transfer, into: &whole)
        guard let cut = JSONShape.transferForRecipient.cut(whole.bytes) else { throw APIError.internalError }
        json.raw(cut)
    }
}
