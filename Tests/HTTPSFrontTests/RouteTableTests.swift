import HTTPTypes
import HummingbirdCore
import Testing

@testable import HTTPSFront

@Suite("The route table")
struct RouteTableTests {
    private let table = RouteTable([
        Route(.get, "/v1/payment_intents") { _ in .text(.ok, "list") },
        Route(.post, "/v1/payment_intents") { _ in .text(.ok, "create") },
        Route(.get, "/v1/payment_intents/search") { _ in .text(.ok, "search") },
        Route(.get, "/v1/payment_intents/{id}") { _ in .text(.ok, "get") },
        Route(.post, "/v1/payment_intents/{id}/capture") { _ in .text(.ok, "capture") },
        Route(.get, "/v1/people/{id}/cards/{card}") { _ in .text(.ok, "card") },
    ])

    @Test(
        "finds a route and its path values",
        arguments: [
            ("/v1/payment_intents", [String]()), ("/v1/payment_intents/", []), ("/v1/payment_intents/search", []),
            ("/v1/payment_intents/pi_1", ["pi_1"]), ("/v1/people/per_1/cards/pm_2", ["per_1", "pm_2"]),
        ])
    func found(path: String, values: [String]) {
        guard case .handler(_, let pathValues) = table.match(.get, path) else {
            Issue.record("no route for \(path)")
            return
        }
        #expect(pathValues.map(String.init) == values)
    }

    @Test("tells a wrong method from an unknown URL")
    func missing() {
        guard case .otherMethod("GET, POST") = table.match(.delete, "/v1/payment_intents"),
            case .otherMethod("POST") = table.match(.get, "/v1/payment_intents/pi_1/capture")
        else {
            Issue.record("the methods of a known URL are not named")
            return
        }
        for path in ["/", "/v1", "/v1/payment_intents/pi_1/x", "/v1/nothing", "/v1/people/per_1/cards"] {
            guard case .none = table.match(.get, path) else {
                Issue.record("\(path) should lead nowhere")
                continue
            }
        }
    }

    @Test("masks path segments that may hold a card number")
    func echo() {
        #expect(RouteTable.echo("/v1/tokens/4242424242424242") == "/v1/tokens/…")
        #expect(
            RouteTable.echo("/v1/tokens/tok_01k2abc4d5e6f7g8h9j0kmnpq1") == "/v1/tokens/tok_01k2abc4d5e6f7g8h9j0kmnpq1")
        #expect(RouteTable.echo("/v1/%34242") == "/v1/…")
    }
}
