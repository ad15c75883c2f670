import Ledger
import Payments
import Ports
import Primitives
import Testing

@testable import AdminContract
@testable import AdminSocket

@Suite("The list of routes")
struct RouteTests {
    @Test(
        "method and path find their route and its parameters",
        arguments: [
            ("GET", "/v1/status", AdminRoute.Match.route(.status, parameters: [])),
            ("GET", "/v1/payments/pi_1", .route(.payment, parameters: ["pi_1"])),
            (
                "GET", "/v1/ledger/accounts/wallet:per_1:usd:test/entries",
                .route(.entries, parameters: ["wallet:per_1:usd:test"])
            ),
            ("GET", "/v1/payments/a%2Fb%20c", .route(.payment, parameters: ["a/b c"])),
            ("POST", "/v1/webhooks/we_1/deliveries/7/resend", .route(.resend, parameters: ["we_1", "7"])),
            ("POST", "/v1/keys", .route(.createKey, parameters: [])),
            ("DELETE", "/v1/status", .otherMethod),
            ("GET", "/v1/keys/key_1/revoke", .otherMethod),
            ("GET", "/v1/payments/", .nothing),
            ("GET", "/v1/payments/%zz", .nothing),
            ("GET", "/v1/payments/%C3%28", .nothing),
            ("GET", "/v1", .nothing),
            ("GET", "/v1/status/", .nothing),
            ("GET", "//v1/status", .nothing),
            ("GET", "", .nothing),
        ])
    func match(method: String, path: String, expected: AdminRoute.Match) {
        #expect(AdminRoute.match(method: method, path: path) == expected)
    }

    @Test("a path made for a route leads back to it, whatever the parameter holds", arguments: AdminRoute.allCases)
    func roundTrip(route: AdminRoute) {
        let count = route.template.count { $0 == "{" }
        let parameters = Array(["a/b?c=d e%41", "ü:7"].prefix(count))
        let path = count == 2 ? route.path(parameters[0], parameters[1]) : route.path(parameters.first ?? "")
        #expect(AdminRoute.match(method: route.method, path: path) == .route(route, parameters: parameters))
    }

    @Test(
        "a query is read pair by pair, and refused when it is broken",
        arguments: [
            ("", [:]), ("limit=5&after=pi_1", ["limit": "5", "after": "pi_1"]), ("mode=", ["mode": ""]),
            ("a=b%26c", ["a": "b&c"]), ("a=1&a=2", nil), ("a=%4", nil),
        ] as [(String, [String: String]?)])
    func query(text: String, expected: [String: String]?) {
        #expect(PathText.query(text) == expected)
    }

    @Test("every route has a handler")
    func handled() async throws {
        let fixture = try await Fixture()
        #expect(
            fixture.services.router(fixture.rotations, fixture.backupJobs, fixture.reportJobs).routes
                == Set(AdminRoute.allCases))
    }

    @Test("names that scripts rely on")
    func names() {
        #expect(Names.of(.processorClearing) == "processor_clearing")
        #expect(Names.of(.botPayable) == "bot_payable")
        #expect(Names.of(.timedOut) == "timed_out")
        #expect(Names.of(.americanExpress) == "american_express")
        #expect(Names.of(.givenUp) == "given_up")
        #expect(Names.accountKind("transfers_in_flight") == .transfersInFlight)
        #expect(Names.mode("live") == .live)
        #expect(Names.purpose("credential") == .credential)
        #expect(Names.keyKind("publishable") == .publishable)
    }
}
