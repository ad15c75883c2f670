import HTTPTypes
import HummingbirdCore
import NIOCore

/// `/sandbox/authenticate/{reference}`: the page on which a cardholder of the embedded sandbox approves or declines.
/// Public, as a bank's page is; whoever knows the reference may answer once.
struct SandboxAuthentication: Sendable {
    let complete: @Sendable (String, Bool) async -> Bool

    var routes: [Route] {
        [
            Route(.get, SandboxPage.path + "{reference}", show),
            Route(.post, SandboxPage.path + "{reference}", decide),
        ]
    }

    private enum Decision: String, CaseIterable { case pass, fail }

    private func show(_ context: RequestContext) async throws -> Response {
        _ = try await context.parameters()
        return .page(
            .ok, "Authenticate this payment",
            """
            <p>This is the sandbox standing in for your bank. Do you want to make this payment?</p>
            <form method="post"><button name="result" value="pass">Approve</button>
            <button name="result" value="fail">Decline</button></form>
            """)
    }

    private func decide(_ context: RequestContext) async throws -> Response {
        let parameters = try await context.parameters()
        let returnURL = try parameters.returnURL()
        guard let decision = try parameters.enumeration("result", Decision.self) else {
            throw APIError.missing("result")
        }
        try parameters.finish()
        guard let reference = context.pathValues.first, await complete(String(reference), decision == .pass) else {
            return .page(.notFound, "Nothing to authenticate", "<p>No payment waits under this address.</p>")
        }
        guard let returnURL else {
            return .page(.ok, "Thank you", "<p>Your answer was recorded. You can go back to the conversation.</p>")
        }
        var response = Response.page(.seeOther, "Thank you", "<p>Your answer was recorded.</p>")
        response.headers[.location] = returnURL
        return response
    }
}

extension Response {
    /// - Parameter body: HTML of our own; nothing a caller sent.
    fileprivate static func page(_ status: HTTPResponse.Status, _ title: String, _ body: String) -> Response {
        let html = """
            <!doctype html><html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title)</title></head>
            <body><main><h1>\(title)</h1>
            \(body)
            </main></body></html>

            """
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }
}
