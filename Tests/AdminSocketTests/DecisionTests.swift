import Engine
import FlorinTesting
import Payments
import Ports
import Primitives
import SQLStore
import Testing

@testable import AdminContract
@testable import AdminSocket

@Suite("Decisions of two operators, over the socket")
struct DecisionTests {
    private static let policy = AdminPolicy(
        adminGroups: [30], operatorGroups: [20], viewerGroups: [10], ownUser: 4_711)
    private static let ada = PeerCredential(pid: 1, uid: 1_000, groups: [20], loginUID: 1_000)
    private static let bob = PeerCredential(pid: 2, uid: 1_001, groups: [20], loginUID: 1_001)
    private static let viewer = PeerCredential(pid: 3, uid: 1_002, groups: [10])

    @Test("an unknown outcome is looked at, proposed by one, approved by another, and on record")
    func outcome() async throws {
        let fixture = try await Fixture()
        let front = fixture.front(policy: Self.policy)
        let id = fixture.world.operation.text
        try await fixture.store.write { [world = fixture.world, clock = fixture.clock] in
            try $0.addEvidence("sent: no answer that decides, timedOut", on: world.operation, at: clock.now())
        }
        let shown = try await front.ask("GET /v1/unknown/\(id)", as: Self.viewer).decoded(UnknownView.self)
        #expect(shown.amount?.text == "500 JPY" && shown.reference == id && shown.processor == "sandbox")
        #expect(shown.evidence.map(\.text) == ["sent: no answer that decides, timedOut"] && shown.proposal == nil)
        let body = #"{"decision": "approved", "evidence": "their dashboard", "processor_reference": "sb_77"}"#
        let made = try await front.ask("POST /v1/unknown/\(id)/resolve", body: body, as: Self.ada)
            .decoded(ProposalView.self)
        #expect(made.state == "open" && made.proposer.uid == 1_000 && made.evidence == "their dashboard")
        #expect(made.summary == "\(id) counts as approved, reference sb_77")
        let waiting = try await front.ask("GET /v1/unknown/\(id)", as: Self.viewer).decoded(UnknownView.self)
        #expect(waiting.proposal?.id == made.id)
        let approve = "POST /v1/proposals/\(made.id)/approve"
        #expect(await front.ask(approve, as: Self.viewer).errorCode == .forbidden)
        let own = await front.ask(approve, as: Self.ada)
        #expect(own.errorCode == .forbidden && own.message.contains("two people"))
        let approved = try await front.ask(approve, as: Self.bob).decoded(ProposalView.self)
        #expect(approved.state == "approved" && approved.decider?.uid == 1_001)
        let payment = try await fixture.store.read { [world = fixture.world] in
            try $0.payment(world.unknownPayment)
        }
        #expect(payment?.captured == 500)
        let settled = try await front.ask("GET /v1/unknown/\(id)", as: Self.viewer).decoded(UnknownView.self)
        #expect(settled.operation == nil && settled.evidence.last?.text.contains("two operators") == true)
        let rows = try await fixture.audited().map(\.draft)
        #expect(rows.map(\.status) == [200, 403, 403, 200])
        #expect(rows.map(\.who.uid) == [1_000, 1_002, 1_000, 1_001])
        #expect(rows.map(\.subject) == [made.id, made.id, made.id, made.id])
        #expect(rows[0].parameters == "id=\(id) decision=approved")
        #expect(!rows.contains { $0.parameters.contains("dashboard") })
    }

    @Test("an adjustment is shown in words, listed, and posted once")
    func adjustment() async throws {
        let fixture = try await Fixture()
        let front = fixture.front(policy: Self.policy)
        let (suspense, wallet) = (
            "suspense:\(fixture.world.connection):usd:test", "wallet:\(fixture.world.ada):usd:test"
        )
        func body(_ amount: Int64, _ currency: String = "usd") -> String {
            """
            {"debit": "\(suspense)", "credit": "\(wallet)", "minor_units": \(amount), "currency": "\(currency)",
             "reason": "bank transfer of 3 March"}
            """
        }
        #expect(
            await front.ask("POST /v1/ledger/adjustments", body: body(1, "eur"), as: Self.ada).errorCode == .invalid)
        #expect(await front.ask("POST /v1/ledger/adjustments", body: body(0), as: Self.ada).errorCode == .invalid)
        let made = try await front.ask("POST /v1/ledger/adjustments", body: body(1_500), as: Self.ada)
            .decoded(ProposalView.self)
        #expect(made.summary == "15.00 USD from \(suspense) to \(wallet)" && made.reason == "bank transfer of 3 March")
        let open = try await front.ask("GET /v1/proposals?state=open").decoded(ListView<ProposalView>.self)
        #expect(open.items.map(\.id) == [made.id])
        _ = await front.ask("POST /v1/proposals/\(made.id)/approve", as: Self.bob)
        #expect(await front.ask("POST /v1/proposals/\(made.id)/approve", as: Self.bob).errorCode == .conflict)
        #expect(await front.ask("POST /v1/proposals/\(made.id)/reject", as: Self.ada).errorCode == .conflict)
        let entries = try await front.ask("GET /v1/ledger/accounts/\(wallet)/entries?limit=1")
            .decoded(ListView<EntryView>.self)
        #expect(entries.items.map(\.reason) == ["adjustment"] && entries.items.map(\.amount.text) == ["15.00 USD"])
        #expect(
            try await front.ask("GET /v1/ledger/verification").decoded(VerificationView.self).isSound)
        #expect(try await front.ask("GET /v1/audit/verification").decoded(AuditVerificationView.self).isSound)
    }

    @Test("the words of a proposal are sealed in the database")
    func sealed() async throws {
        let fixture = try await Fixture()
        let body = #"{"decision": "declined", "evidence": "Call with Zenobia Quux"}"#
        let made = try await fixture.front().ask("POST /v1/unknown/\(fixture.world.operation)/resolve", body: body)
            .decoded(ProposalView.self)
        let id = try #require(ProposalID(made.id))
        let stored = try #require(try await fixture.store.read { try $0.proposal(id) })
        #expect(!String(decoding: stored.texts.box, as: UTF8.self).contains("Zenobia"))
        #expect(made.evidence == "Call with Zenobia Quux")
    }
}
