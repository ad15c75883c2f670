package import Payments
package import Ports
package import Primitives

/// Turns operations into messages and answers into outcomes. Pure: the same operation always gives the same bytes.
package enum SandboxCodec {
    /// The message holds the card number and the security code: cleanse it after use.
    package static func encode(_ request: AuthorizeRequest) -> [UInt8] {
        var writer = begin(request.capture ? .sale : .authorize, request.reference)
        write(request.amount, into: &writer)
        write(request.card, into: &writer)
        if let credential = request.credential { write(credential, into: &writer) }
        if request.requiresAuthentication { writer.field("secure", "1") }
        if let reference = request.authenticatedReference { writer.text("auth", reference, limit: 64) }
        if let descriptor = request.statementDescriptor { writer.text("descriptor", descriptor, limit: 64) }
        return writer.bytes
    }

    /// The message holds the card number and the security code: cleanse it after use. It names an amount of nothing.
    package static func encode(_ request: VerifyRequest) -> [UInt8] {
        var writer = begin(.verify, request.reference)
        write(SandboxCodec.nothing, into: &writer)
        write(request.card, into: &writer)
        write(.first(for: request.usage), into: &writer)
        if request.requiresAuthentication { writer.field("secure", "1") }
        if let reference = request.authenticatedReference { writer.text("auth", reference, limit: 64) }
        return writer.bytes
    }

    /// What a verification asks for.
    static let nothing = Money(minorUnits: 0, currency: .usd)

    package static func encode(_ request: IncrementRequest) -> [UInt8] {
        var writer = begin(.increment, request.reference)
        write(request.total, into: &writer)
        writer.text("original", request.original.processorReference, limit: 64)
        return writer.bytes
    }

    private static func write(_ credential: StoredCredential, into writer: inout SandboxLines.Writer) {
        if let reason = credential.merchantReason { writer.field("mit", MerchantWord(reason).rawValue) }
        if credential.stage == .first { writer.field("keep", "1") }
        if let id = credential.networkTransactionID { writer.text("network", id, limit: 64) }
    }

    package static func encode(_ request: CaptureRequest) -> [UInt8] {
        var writer = begin(.capture, request.reference)
        write(request.amount, into: &writer)
        writer.text("original", request.original.processorReference, limit: 64)
        return writer.bytes
    }

    package static func encode(_ request: VoidRequest) -> [UInt8] {
        var writer = begin(.void, request.reference)
        writer.text("original", request.original.processorReference, limit: 64)
        return writer.bytes
    }

    package static func encode(_ request: RefundRequest) -> [UInt8] {
        var writer = begin(.refund, request.reference)
        write(request.amount, into: &writer)
        writer.text("original", request.original.processorReference, limit: 64)
        return writer.bytes
    }

    /// The message holds the card number: cleanse it after use.
    package static func encode(_ request: PushRequest) -> [UInt8] {
        var writer = begin(.push, request.reference)
        write(request.amount, into: &writer)
        write(request.card, into: &writer)
        return writer.bytes
    }

    /// Only what the evidence comes to is sent; the sandbox believes the words that its page lists.
    package static func encode(_ request: EvidenceRequest) -> [UInt8] {
        var writer = begin(.evidence, request.reference)
        writer.text("dispute", request.disputed.dispute, limit: 64)
        writer.field("says", SandboxEvidence(request.evidence).rawValue)
        return writer.bytes
    }

    /// Names the dispute only.
    package static func encode(_ request: DisputeAcceptanceRequest) -> [UInt8] {
        var writer = begin(.accept, request.reference)
        writer.text("dispute", request.disputed.dispute, limit: 64)
        return writer.bytes
    }

    package static func encodeLookUp(_ reference: WireReference) -> [UInt8] {
        begin(.lookUp, reference).bytes
    }

    /// Carries no reference: it is about whatever happened.
    package static func encodeChanges(since number: Int64) -> [UInt8] {
        var writer = SandboxLines.Writer()
        writer.field("op", SandboxOperation.changes.word)
        writer.field("since", String(number))
        return writer.bytes
    }

    /// Says that the time to answer in a dispute is over, and asks for no change.
    static func encodePassedDeadline(ofDispute name: String) -> [UInt8] {
        var writer = SandboxLines.Writer()
        writer.field("op", SandboxOperation.changes.word)
        writer.field("since", String(Int64.max))
        writer.text("dispute", name, limit: 64)
        return writer.bytes
    }

    /// Reads the answer to the question what has changed since `number`: one change, or none.
    package static func changes(_ result: TransportResult, since number: Int64) -> ReportedChanges {
        guard case .answered(status: 200, let body) = result, let reply = SandboxReply(parsing: body) else {
            return .unavailable
        }
        switch SandboxStatus(rawValue: reply.status) {
        case .unchanged: return .facts([], next: String(number))
        case .changed:
            guard let change = reply.change, change > number, let kind = kind(of: reply) else { return .unavailable }
            let fact = ProcessorFact(id: "change_\(change)", operation: reply.reference, kind: kind)
            return .facts([fact], next: String(change))
        default: return .unavailable
        }
    }

    private static func kind(of reply: SandboxReply) -> ProcessorFact.Kind? {
        guard let dispute = reply.dispute else {
            return SandboxStatusMap.decline(reply.reason ?? "").map { .refundFailed($0) }
        }
        return dispute.report.map { .dispute($0) }
    }

    /// Reads the answer to a message.
    /// - Parameter asked: the amount that was sent; nil for a void, which names none.
    package static func outcome(
        _ result: TransportResult, of operation: SandboxOperation, reference: OperationID, asked: Money?
    ) -> Outcome {
        switch result {
        case .notSent: return .notProcessed(.notSent)
        case .silent(let reason): return .unknown(reason)
        case .answered(status: 200, let body):
            guard let reply = SandboxReply(parsing: body), reply.reference == reference else {
                return .unknown(.contractViolation)
            }
            return outcome(reply, of: operation, asked: asked)
        // Both are documented as "nothing was executed": docs/sandbox.md, "Statuses".
        case .answered(status: 429, _): return .notProcessed(.refusedBusy)
        case .answered(status: 400, _): return .notProcessed(.refusedInvalid)
        case .answered(status: 500...599, _): return .unknown(.serverError)
        case .answered: return .unknown(.contractViolation)
        }
    }

    /// Reads the answer to a look-up. An answer that breaks the contract teaches nothing.
    package static func lookUpAnswer(_ result: TransportResult, reference: OperationID) -> LookupAnswer {
        guard case .answered(status: 200, let body) = result, let reply = SandboxReply(parsing: body),
            reply.reference == reference
        else { return .unavailable }
        switch SandboxStatus(rawValue: reply.status) {
        case .absent, .expired: return .absent
        case .waiting: return .notFoundYet
        default: break
        }
        let outcome = outcome(reply, of: nil, asked: nil)
        if case .unknown = outcome { return .unavailable }
        return .found(outcome)
    }
}

extension SandboxCodec {
    private static func begin(_ operation: SandboxOperation, _ reference: WireReference) -> SandboxLines.Writer {
        var writer = SandboxLines.Writer()
        writer.field("op", operation.word)
        writer.field("ref", reference.operation.text)
        writer.field("until", String(reference.validUntil.microseconds))
        return writer
    }

    private static func write(_ amount: Money, into writer: inout SandboxLines.Writer) {
        writer.field("amount", String(amount.minorUnits))
        writer.field("currency", amount.currency.lowercaseCode)
    }

    private static func write(_ card: CardCredentials, into writer: inout SandboxLines.Writer) {
        writer.digits("card", capacity: card.number.digitCount) { card.number.writeDigits(into: $0) }
        writer.field("exp", String(card.expiry.year * 100 + card.expiry.month))
        if let code = card.securityCode {
            writer.digits("cvc", capacity: SecurityCode.longest) { code.writeDigits(into: $0) }
        }
    }

    private static func outcome(_ reply: SandboxReply, of operation: SandboxOperation?, asked: Money?) -> Outcome {
        let isCharge = operation == nil || operation == .authorize || operation == .sale || operation == .verify
        switch SandboxStatus(rawValue: reply.status) {
        case .approved:
            guard let approval = approval(reply), asked == nil || approval.amount == asked else { break }
            return .approved(approval)
        case .partial:
            guard isCharge, let approval = approval(reply), isLess(approval.amount, than: asked) else { break }
            return .approvedPartial(approval)
        case .declined:
            guard let decline = SandboxStatusMap.decline(reply.reason ?? "") else { break }
            return .declined(decline)
        case .action:
            guard isCharge, let url = reply.url, let name = reply.processorReference, isLink(url) else { break }
            return .requiresAction(RequiredAction(redirectURL: url, processorReference: name))
        case .pending:
            guard let name = reply.processorReference else { break }
            return .pending(processorReference: name)
        case .refused: return .notProcessed(.refusedInvalid)
        // The acquirer has recorded that it never will.
        case .expired: return .notProcessed(.provenAbsent)
        // What the earlier message with this reference did is not told: look it up.
        case .conflict, .absent, .waiting, .changed, .unchanged, nil: break
        }
        return .unknown(.contractViolation)
    }

    private static func approval(_ reply: SandboxReply) -> Approval? {
        guard let amount = reply.amount, amount >= 0, let currency = reply.currency,
            let name = reply.processorReference, !name.isEmpty
        else { return nil }
        return Approval(
            processorReference: name, authorizationCode: reply.authorizationCode,
            networkTransactionID: reply.networkTransactionID, amount: Money(minorUnits: amount, currency: currency),
            securityCodeMatched: reply.securityCodeMatched)
    }

    private static func isLess(_ amount: Money, than asked: Money?) -> Bool {
        guard let asked else { return true }
        return amount.currency == asked.currency && amount.isPositive && amount.minorUnits < asked.minorUnits
    }

    private static func isLink(_ url: String) -> Bool {
        url.hasPrefix("https://") || url.hasPrefix("http://") || url.hasPrefix("/")
    }
}
