import Glibc
import Ports
import Testing

@testable import AdminContract
@testable import AdminSocket

@Suite("Who may do what")
struct PolicyTests {
    static let policy = AdminPolicy(adminGroups: [30], operatorGroups: [20], viewerGroups: [10], ownUser: 500)

    @Test(
        "user and groups decide the role; the highest wins",
        arguments: [
            (0, [0], AdminRole.admin), (500, [500], .admin), (1_000, [1_000, 30], .admin),
            (1_000, [20], .operator), (1_000, [1_000, 10, 20], .operator), (1_000, [10, 20, 30], .admin),
            (1_000, [10], .viewer), (1_000, [1_000], nil), (1_000, [0], nil), (1_000, [], nil),
        ] as [(UInt32, [UInt32], AdminRole?)])
    func role(uid: UInt32, groups: [UInt32], expected: AdminRole?) {
        #expect(Self.policy.role(of: PeerCredential(pid: 1, uid: uid, groups: Set(groups))) == expected)
    }

    @Test("each role reads; only operators act, only admins handle keys", arguments: AdminRoute.allCases)
    func leastRole(route: AdminRoute) {
        let expected: AdminRole =
            switch route {
            case .resend, .ask, .testConnection, .resolveUnknown, .adjustLedger, .approveProposal, .rejectProposal,
                .setLimits, .approveReview, .rejectReview, .enableConnection, .disableConnection, .checkRouting:
                .operator
            case .rotate, .createKey, .revokeKey, .rollKey, .makeBackup, .checkBackup, .forgetBackup, .erasePerson,
                .openBook, .closeRecovered, .setRouting:
                .admin
            case .assignCase, .releaseCase, .closeCase, .startSettlement, .continueSettlement, .settlementRecords:
                .operator
            case .listen, .trigger: .admin
            case .requests: .viewer
            case .stopListening, .examine, .checkoutBuyer, .findCheckouts: .operator
            case .beginPayout, .confirmPayout, .failPayout, .setPayoutSchedule, .makeReports: .operator
            case .setBotAvailability, .enableSurface, .disableSurface: .operator
            case .pause, .drain, .resume, .reload, .logLevel: .operator
            case .createPlatform, .createBot, .createConnection, .acknowledgeBackup, .addAccount, .rollConnection,
                .setBotFee, .eraseCheckout:
                .admin
            default: .viewer
            }
        #expect(route.leastRole == expected)
        #expect(route.isChange == (expected > .viewer))
    }

    @Test(
        "who may not is refused, told why, and a refused change is on record",
        arguments: [
            (PeerCredential(pid: 7, uid: 1_000, groups: [1_000]), "GET /v1/status", 403, "has no role", 0),
            (PeerCredential(pid: 7, uid: 1_000, groups: [10]), "GET /v1/keys", 200, "", 0),
            (
                PeerCredential(pid: 7, uid: 1_000, groups: [10]), "POST /v1/vault/rotation", 403,
                "takes the role admin", 1
            ),
            (PeerCredential(pid: 7, uid: 1_000, groups: [20]), "POST /v1/keys", 403, "you are operator", 1),
            (PeerCredential(pid: 7, uid: 1_000, groups: []), "POST /v1/keys", 403, "has no role", 1),
        ])
    func refusal(peer: PeerCredential, call: String, status: Int, words: String, records: Int) async throws {
        let fixture = try await Fixture()
        let answer = await fixture.front(policy: Self.policy).ask(call, as: peer)
        #expect(answer.status == status)
        #expect(answer.message.contains(words) || words.isEmpty)
        let audited = try await fixture.audited().map(\.draft)
        #expect(audited.count == records)
        #expect(
            audited.allSatisfy { $0.status == 403 && $0.phase == .refused && $0.who.uid == 1_000 && $0.who.pid == 7 })
    }

    @Test("the kernel says who is at the other end of a socket")
    func credential() throws {
        var pair: [CInt] = [-1, -1]
        #expect(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
        defer { pair.forEach { close($0) } }
        let peer = try PeerCredential(of: pair[0])
        #expect(peer.uid == geteuid())
        #expect(peer.pid == getpid())
        var own = [gid_t](repeating: 0, count: 65_536)
        let count = getgroups(Int32(own.count), &own)
        #expect(peer.groups == Set(own.prefix(Int(count))).union([getegid()]))
    }

    @Test("what is not a Unix socket has no peer")
    func noPeer() throws {
        let null = open("/dev/null", O_RDONLY)
        defer { close(null) }
        #expect(throws: PeerUnknown.self) { try PeerCredential(of: null) }
    }
}
