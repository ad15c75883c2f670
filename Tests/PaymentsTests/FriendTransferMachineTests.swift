import Payments
import Primitives
import Testing

@Suite("A friend transfer")
struct FriendTransferMachineTests {
    private static let pulled = FriendTransferEvent.fundingResolved(.approved(Some.approval(100)))
    private static let back = FriendTransferEvent.giveBack(.lapsed, refund: Some.operation)

    private static func states() throws -> [(name: String, transfer: FriendTransfer)] {
        let refunded = FriendTransferEvent.refundResolved(Some.operation, .approved(Some.approval(100)))
        let bounced = FriendTransferEvent.refundResolved(Some.operation, .declined(Some.decline))
        return [
            ("funding", try Some.transfer()),
            ("funding,auto", try Some.transfer(isAutomatic: true)),
            ("funding+return", try Some.transfer(.card(Some.card), back)),
            ("funding,auto+return", try Some.transfer(.card(Some.card), isAutomatic: true, back)),
            ("inFlight", try Some.transfer(.card(Some.card), pulled)),
            ("inFlight,wallet", try Some.transfer(.wallet, state: .inFlight)),
            ("accepted", try Some.transfer(.card(Some.card), pulled, .accept(at: Some.time))),
            ("returning", try Some.transfer(.card(Some.card), pulled, back)),
            ("returned,card", try Some.transfer(.card(Some.card), pulled, back, refunded)),
            ("returned,toWallet", try Some.transfer(.card(Some.card), pulled, back, bounced)),
            ("returned,wallet", try Some.transfer(.wallet, state: .inFlight, back)),
            ("failed", try Some.transfer(.card(Some.card), .fundingResolved(.declined(Some.decline)))),
            ("funding,toHold", try Some.transfer(isHeld: true)),
            ("held", try Some.transfer(.card(Some.card), isHeld: true, pulled)),
            ("held,auto", try Some.transfer(.card(Some.card), isAutomatic: true, isHeld: true, pulled)),
            ("held,wallet", try Some.transfer(.wallet, isHeld: true, state: .held)),
        ]
    }

    enum Events: CaseIterable {
        case people, funding, refund, otherRefund

        var events: [(name: String, event: FriendTransferEvent)] {
            switch self {
            case .people:
                [
                    ("accept", .accept(at: Some.time)), ("tooLate", .accept(at: Some.expiry)),
                    ("decline", .giveBack(.declinedByRecipient, refund: Some.otherOperation)),
                    ("cancel", .giveBack(.canceledBySender, refund: Some.otherOperation)),
                    ("lapse", .giveBack(.lapsed, refund: Some.otherOperation)),
                    ("reject", .giveBack(.rejectedInReview, refund: Some.otherOperation)),
                    ("release", .release(at: Some.time)), ("releaseLate", .release(at: Some.expiry)),
                    ("bounced", .refundBounced(Some.operation)),
                    ("otherBounced", .refundBounced(Some.otherOperation)),
                ]
            case .funding: Some.outcomes(asked: 100).map { ($0.name, .fundingResolved($0.outcome)) }
            case .refund: Some.outcomes(asked: 100).map { ($0.name, .refundResolved(Some.operation, $0.outcome)) }
            case .otherRefund:
                Some.outcomes(asked: 100).map { ($0.name, .refundResolved(Some.otherOperation, $0.outcome)) }
            }
        }

        var table: String {
            switch self {
            case .people: FriendTransferTables.people
            case .funding: FriendTransferTables.funding
            case .refund: FriendTransferTables.refund
            case .otherRefund: FriendTransferTables.otherRefund
            }
        }
    }

    @Test("does in every state what the table says of every event", arguments: Events.allCases)
    func everyPair(kind: Events) throws {
        let rows = try Self.states().map { state in
            (name: state.name, cells: kind.events.map { words(for: state.transfer.step($0.event)) })
        }
        BehaviourTable(kind.table).expect(BehaviourTable(columns: kind.events.map(\.name), rows: rows))
    }

    @Test("is never moved by any reason of silence", arguments: UnknownReason.allCases)
    func silence(reason: UnknownReason) throws {
        for (name, transfer) in try Self.states() {
            for event: FriendTransferEvent in [
                .fundingResolved(.unknown(reason)), .refundResolved(Some.operation, .unknown(reason)),
            ] {
                guard case .moved(let next, let effects) = transfer.step(event) else { continue }
                #expect(next == transfer, "\(name)")
                guard effects.count == 1, case .askProcessor? = effects.first else {
                    Issue.record("\(name): silence has another effect than a question: \(effects)")
                    continue
                }
            }
        }
    }

    @Test("that somebody wants back is given back, never accepted by itself")
    func returnWanted() throws {
        let transfer = try Some.transfer(.card(Some.card), isAutomatic: true, Self.back)
        guard case .moved(let next, let effects) = transfer.step(Self.pulled) else {
            Issue.record("not moved")
            return
        }
        #expect(next.state == .inFlight)
        #expect(effects == [.postFunding, .giveBackNow(.lapsed)])
    }

    private func words(for step: FriendTransferStep) -> String {
        switch step {
        case .ignored: return "."
        case .conflict: return "!"
        case .refused(.alreadyAccepted): return "x:accepted"
        case .refused(.alreadyReturned): return "x:returned"
        case .refused(.expired): return "x:expired"
        case .refused(.failed): return "x:failed"
        case .refused(.outcomeUnknown): return "x:unknown"
        case .refused(.underReview): return "x:review"
        case .refused(.notHeld): return "x:notHeld"
        case .moved(let transfer, let effects):
            let list = effects.map { words(for: $0) }.joined(separator: ",")
            let wanted = transfer.returnWanted == nil ? "" : "+return"
            return transfer.state.word + wanted + (list.isEmpty ? "" : ":" + list)
        }
    }

    private func words(for effect: FriendTransferEffect) -> String {
        switch effect {
        case .postFunding: "postFunding"
        case .postAcceptance: "postAcceptance"
        case .postReturnToWallet: "postToWallet"
        case .postReturnToCard: "postToCard"
        case .postBounce: "postBounce"
        case .sendRefund: "refund"
        case .sendAgain: "again"
        case .askProcessor: "ask"
        case .giveBackNow: "giveBackNow"
        case .giveBackPart: "giveBackPart"
        case .uncount: "uncount"
        case .announce(let news): "tell-\(news)"
        }
    }
}

extension FriendTransferState {
    fileprivate var word: String {
        switch self {
        case .funding: "funding"
        case .held: "held"
        case .inFlight: "inFlight"
        case .accepted: "accepted"
        case .returning: "returning"
        case .returned(_, let refund): refund == nil ? "returned" : "returned,card"
        case .failed: "failed"
        }
    }
}
