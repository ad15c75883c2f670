import Payments
package import Ports
package import Primitives
package import ProcessorKit

/// The access token of one account: fetched when it is needed, by one request however many wait for it, and again before
/// it ends. It is in memory only.
package actor PayPalTokens {
    /// What came of asking for a token.
    package enum Answer: Sendable {
        case token(Redacted<String>)
        /// There is none; what was learned on the way.
        case none(WireResult)
    }

    private struct Held {
        let token: Redacted<String>
        let renewal: Timestamp
    }

    /// So long before its end a token is not used any more.
    private static let margin: Duration = .seconds(60)

    private let account: PayPalAccount
    private let wire: any Wire
    private let clock: any WallClock
    private var held: Held?
    private var isFetching = false
    private var waiting: [CheckedContinuation<Answer, Never>] = []

    /// - Parameter wire: carries requests to the account's address, without credentials.
    package init(account: PayPalAccount, wire: any Wire, clock: any WallClock) {
        self.account = account
        self.wire = wire
        self.clock = clock
    }

    /// A token that PayPal should take.
    /// - Parameter refused: a token that it did not take: another one is fetched.
    package func token(after refused: Redacted<String>? = nil) async -> Answer {
        if let refused, let held, held.token.exposed() == refused.exposed() { self.held = nil }
        if let held, clock.now() < held.renewal { return .token(held.token) }
        guard !isFetching else { return await withCheckedContinuation { waiting.append($0) } }
        isFetching = true
        let answer = await fetch()
        isFetching = false
        let all = waiting
        waiting = []
        for one in all { one.resume(returning: answer) }
        return answer
    }

    private func fetch() async -> Answer {
        let credentials = Array("\(account.clientID):\(account.secret.exposed())".utf8)
        let asked = clock.now()
        let request = WireRequest(
            path: "/v1/oauth2/token",
            headers: [FormBody.contentType, (name: "authorization", value: "Basic \(Base64.encode(credentials))")],
            body: Array("grant_type=client_credentials".utf8))
        let result = await wire.send(request)
        guard case .answered(let answer) = result, answer.status == 200 else { return .none(result) }
        guard let body = JSONValue(parsing: answer.body), let token = body["access_token"]?.text,
            (1...4_096).contains(token.utf8.count), token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let seconds = body["expires_in"]?.integer, seconds > 0, seconds <= 31_536_000
        else { return .none(.unknown(.contractViolation, sent: .all)) }
        // Half the life of one that is too short for the margin.
        let life = max(.seconds(seconds) - PayPalTokens.margin, .seconds(seconds) / 2)
        held = Held(token: Redacted(token), renewal: asked.advanced(by: life))
        return .token(Redacted(token))
    }
}

/// Puts the account's token on every request, and another one when PayPal does not take it any more: a 401 says that
/// nothing was executed.
package struct PayPalWire: Wire {
    private let wire: any Wire
    private let tokens: PayPalTokens

    package init(wire: any Wire, tokens: PayPalTokens) {
        self.wire = wire
        self.tokens = tokens
    }

    package func send(_ request: WireRequest) async -> WireResult {
        let token: Redacted<String>
        switch await tokens.token() {
        case .token(let one): token = one
        case .none(let result): return PayPalWire.withoutToken(result)
        }
        let first = await send(request, with: token)
        guard case .answered(let answer) = first, answer.status == 401 else { return first }
        guard case .token(let other) = await tokens.token(after: token) else { return first }
        return await send(request, with: other)
    }

    private func send(_ request: WireRequest, with token: Redacted<String>) async -> WireResult {
        var signed = request
        signed.headers.append((name: "authorization", value: "Bearer \(token.exposed())"))
        defer { signed.headers = [] }
        return await wire.send(signed)
    }

    /// The request itself was never sent.
    private static func withoutToken(_ result: WireResult) -> WireResult {
        switch result {
        case .notSent: return result
        case .unknown: return .notSent(.other)
        case .answered(let answer):
            switch answer.status {
            // The credentials are not taken, or PayPal is busy: said of the request as it was said of the token.
            case 400, 401, 403: return .answered(WireAnswer(status: 401, headers: [], body: answer.body))
            case 429: return .answered(answer)
            default: return .notSent(.other)
            }
        }
    }
}
