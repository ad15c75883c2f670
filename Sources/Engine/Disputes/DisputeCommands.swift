package import Payments
import Ports
import Primitives

/// What an owner says in a dispute.
package struct DisputeAnswer: Sendable {
    package var dispute: DisputeID
    /// Texts to add or replace; an empty one removes what was there.
    package var evidence: [EvidenceField: String]
    /// Metadata to set, and names of texts to remove.
    package var details: DetailFields
    package var removals: [String]
    /// Hand all evidence to the processor, for good. Nil: when this brings any.
    package var submit: Bool?

    package init(
        dispute: DisputeID, evidence: [EvidenceField: String] = [:], details: DetailFields = DetailFields(),
        removals: [String] = [], submit: Bool? = nil
    ) {
        self.dispute = dispute
        self.evidence = evidence
        self.details = details
        self.removals = removals
        self.submit = submit
    }
}

/// An owner answers in a dispute, or gives it up. That there is one, and how it ends, the processor reports.
package struct DisputeCommands: Sendable {
    let commands: Commands
    let tools: SettlementTools
    let directory: ConnectionDirectory

    package init(commands: Commands, tools: SettlementTools, directory: ConnectionDirectory) {
        self.commands = commands
        self.tools = tools
        self.directory = directory
    }

    /// Keeps texts with the dispute and, if wanted, hands all of them to the processor: once, and before the deadline.
    package func update(_ answer: DisputeAnswer, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            var dispute = try owned(answer.dispute, caller, transaction)
            let time = tools.clocks.now(of: dispute.owner, dispute.mode, at: now)
            if !answer.evidence.isEmpty || answer.submit == true { try checkTakesEvidence(dispute, time) }
            var fields = try tools.sealing.fields(of: dispute)
                .changed(by: answer.details, removing: answer.removals)
            for (field, text) in answer.evidence { fields[field.name] = text.isEmpty ? nil : text }
            let evidence = DisputeEvidence(fields)
            try evidence.checkLength()
            dispute.hasEvidence = !evidence.texts.isEmpty
            dispute.details = try tools.sealing.seal(
                fields, .disputeDetails, of: dispute.id, mode: dispute.mode, salt: dispute.id.bytes)
            guard answer.submit ?? !answer.evidence.isEmpty else {
                return .answered(try stored(dispute, caller, transaction, now))
            }
            guard dispute.hasEvidence else {
                throw Refusal.invalid(
                    parameter: "evidence", code: "parameter_missing",
                    message: "There is no evidence to submit: send some in evidence[…].")
            }
            let id: OperationID = tools.randomness.identifier(at: now)
            return try sending(id, .disputeEvidence, dispute, .submitEvidence(id, now: time), caller, transaction, now)
        }
    }

    /// Gives a dispute up: the cardholder keeps the money.
    package func close(_ id: DisputeID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let dispute = try owned(id, caller, transaction)
            let operation: OperationID = tools.randomness.identifier(at: now)
            return try sending(
                operation, .disputeAcceptance, dispute, .accept(operation), caller, transaction, now)
        }
    }

    private func owned(_ id: DisputeID, _ caller: Caller, _ reader: any StoreReader) throws -> Dispute {
        guard let dispute = try reader.dispute(id), dispute.owner == caller.owner, dispute.mode == caller.mode else {
            throw Refusal.notFound(kind: "dispute", id: id.text, parameter: "dispute")
        }
        return dispute
    }

    /// Texts are taken as long as they can be handed on.
    private func checkTakesEvidence(_ dispute: Dispute, _ now: Timestamp) throws {
        // Which message would be sent does not matter here.
        if case .refused(let refusal) = dispute.step(.submitEvidence(dispute.id.retyped(), now: now)) {
            throw Refusal(refusal)
        }
    }

    private func sending(
        _ id: OperationID, _ purpose: OperationPurpose, _ dispute: Dispute, _ event: DisputeEvent, _ caller: Caller,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Prepared {
        guard directory.processor(for: dispute.connection) is any DisputingProcessor else {
            throw Refusal.unexpectedState(
                code: "dispute_response_unsupported",
                message: "The processor of this charge takes no answers from here: answer in its own dashboard.")
        }
        switch dispute.step(event) {
        case .moved(let next, _):
            try transaction.update(next)
            let open = try tools.open(
                id, purpose, subject: dispute.id.bits, at: dispute.connection, for: caller, transaction, now)
            guard let message = try tools.builder.dispute(open, transaction) else {
                throw StoreError.corrupt("dispute \(dispute.id) has no message to send")
            }
            return .sending(message)
        case .refused(let refusal): throw Refusal(refusal)
        case .ignored, .conflict: throw StoreError.corrupt("dispute \(dispute.id) ignored its owner")
        }
    }

    private func stored(
        _ dispute: Dispute, _ caller: Caller, _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> Answer {
        try transaction.update(dispute)
        try tools.settlement(transaction, now, caller).announce(.chargeDisputeUpdated, dispute)
        return Answer(body: try tools.renderer.dispute(dispute, expand: caller.expansions, transaction))
    }
}

extension DisputeEvidence {
    fileprivate func checkLength() throws {
        let length = texts.values.reduce(0) { $0 + $1.unicodeScalars.count }
        guard length <= DisputeEvidence.longest else {
            throw Refusal.invalid(
                parameter: "evidence", code: "parameter_invalid_string_length",
                message: "All evidence together may have \(DisputeEvidence.longest) characters; this has \(length).")
        }
    }
}

extension Refusal {
    init(_ refusal: DisputeRefusal) {
        self =
            switch refusal {
            case .closed:
                .unexpectedState(
                    code: "dispute_closed", message: "The dispute is closed: nothing more can be said in it.")
            case .alreadySubmitted:
                .unexpectedState(
                    code: "dispute_evidence_submitted",
                    message: "Evidence was submitted, which is possible once; the card's issuer decides now.")
            case .pastDue:
                .unexpectedState(
                    code: "dispute_evidence_past_due", message: "The time for evidence in this dispute is over.")
            case .outcomeUnknown: .outcomeUnknown
            case .onlyInquiry:
                .unexpectedState(
                    code: "dispute_is_inquiry",
                    message: "An inquiry takes no money and cannot be given up; refund the payment instead.")
            }
    }
}
