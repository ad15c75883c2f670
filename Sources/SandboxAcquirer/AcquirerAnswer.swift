import Payments
import Primitives
import SandboxProcessor

/// What the transport shall bring back, and how.
package struct AcquirerAnswer: Hashable, Sendable {
    /// How the transport brings the answer back.
    package enum Delivery: Hashable, Sendable {
        case atOnce
        case after(Duration)
        /// No answer ever; the connection stays open.
        case never
        /// The connection is cut instead.
        case cut
    }

    /// As in HTTP: 200, 400 (malformed: nothing executed), 429 (busy: nothing executed), 500 (nobody knows).
    package var status: Int
    package var body: [UInt8]
    package var delivery: Delivery

    package init(status: Int, body: [UInt8] = [], delivery: Delivery = .atOnce) {
        self.status = status
        self.body = body
        self.delivery = delivery
    }
}

/// Turns verdicts into answers, and bends them the way a misbehaving card wants.
struct AnswerWriter {
    let reference: SandboxReference
    let isLookUp: Bool
    /// Where the authentication pages are, without a slash at the end.
    let pageBase: String

    func answer(_ verdict: BookVerdict) -> AcquirerAnswer {
        AcquirerAnswer(status: 200, body: reply(verdict).encoded())
    }

    private func reply(_ verdict: BookVerdict) -> SandboxReply {
        switch verdict {
        case .conflict: SandboxReply(status: SandboxStatus.conflict.rawValue, reference: reference.retyped())
        case .unchanged: SandboxReply(status: SandboxStatus.unchanged.rawValue, reference: reference.retyped())
        case .changed(let row, let number): changed(row, number)
        case .disputed(let dispute, let step, let number): disputed(dispute, step, number)
        case .waiting: SandboxReply(status: SandboxStatus.waiting.rawValue, reference: reference.retyped())
        case .stands(let row): reply(row)
        }
    }

    private func disputed(_ dispute: BookDispute, _ step: DisputeStepKind, _ number: Int64) -> SandboxReply {
        var reply = SandboxReply(status: SandboxStatus.changed.rawValue, reference: dispute.charge.retyped())
        reply.change = number
        reply.dispute = dispute.news(step)
        return reply
    }

    /// A refund that fails.
    private func changed(_ row: BookRow, _ number: Int64) -> SandboxReply {
        var reply = SandboxReply(status: SandboxStatus.changed.rawValue, reference: row.reference.retyped())
        reply.change = number
        reply.reason = SandboxStatusMap.code(.genericDecline)
        return reply
    }

    private func reply(_ row: BookRow) -> SandboxReply {
        var reply = SandboxReply(status: row.status.word, reference: reference.retyped())
        reply.processorReference = row.reference.text
        switch row.status {
        case .approved, .partial:
            reply.amount = row.amount
            reply.currency = Currency(numeric: row.currency)
            guard [.authorize, .sale, .verify].contains(row.operation) else { break }
            // Both are made from the reference, so that a repeat says the same.
            reply.authorizationCode = AnswerWriter.digits(row.reference.low, 6)
            reply.networkTransactionID = NetworkTransactionID.text(of: row)
            if row.has(BookRow.hadSecurityCode) { reply.securityCodeMatched = true }
        case .declined:
            reply.reason = SandboxStatusMap.code(DeclineReason(rawValue: row.reason) ?? .genericDecline)
        case .action:
            if isLookUp, row.has(BookRow.authenticationFailed) {
                reply.status = SandboxStatus.declined.rawValue
                reply.reason = SandboxStatusMap.code(.authenticationRequired)
            } else {
                reply.url = "\(pageBase)/sandbox/authenticate/\(row.reference.text)"
            }
        case .failed:
            reply.status = SandboxStatus.declined.rawValue
            reply.reason = SandboxStatusMap.code(.genericDecline)
        case .expired:
            reply.status = isLookUp ? SandboxStatus.absent.rawValue : SandboxStatus.expired.rawValue
        case .pending, .refused: break
        }
        return reply
    }

    /// What a misbehaving card makes of the answer to an operation that was executed.
    func bend(_ verdict: BookVerdict, _ misbehaviour: SandboxMisbehaviour) -> AcquirerAnswer {
        var answer = answer(verdict)
        switch misbehaviour {
        case .answersLate(let seconds): answer.delivery = .after(.seconds(seconds))
        case .silentBefore, .silentAfter: answer.delivery = .never
        case .cutsAfter: answer.delivery = .cut
        case .answersTwice: answer.body += [UInt8(ascii: "\n")] + answer.body
        case .liesAboutAmount:
            var lie = reply(verdict)
            lie.amount = lie.amount.map { $0 < .max ? $0 + 1 : 0 }
            answer.body = lie.encoded()
        case .liesAboutReference:
            var lie = reply(verdict)
            lie.reference = .init(high: reference.high, low: ~reference.low)
            answer.body = lie.encoded()
        case .answersGarbage: answer.body = [0xFF, 0x00, 0x7B, 0x0A, 0xC3, 0x28]
        case .answersUnknownStatus:
            var odd = reply(verdict)
            odd.status = "perhaps"
            answer.body = odd.encoded()
        case .refusesBusy: answer = AcquirerAnswer(status: 429)
        case .failsAfter: answer = AcquirerAnswer(status: 500)
        }
        return answer
    }

    static func digits(_ bits: UInt64, _ count: Int) -> String {
        var rest = bits
        var text: [UInt8] = []
        for _ in 0..<count {
            text.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        return String(decoding: text, as: UTF8.self)
    }
}
