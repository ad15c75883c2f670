package import Ports
package import ProcessorKit

extension Stripe: IdentifyingProcessor {
    package func identify() async -> AccountAnswer { await wire.perform(codec.account()) }
}

extension StripeCodec {
    /// Reads the account that the key is of. Source: docs.stripe.com/api/accounts/retrieve (read 2026-11).
    package func account() -> WireExchange<AccountAnswer> {
        WireExchange(WireRequest(method: "GET", path: "/v1/account")) { result in
            switch result {
            case .notSent(let reason): return .unreachable(reason.rawValue)
            case .unknown: return .unreachable("Stripe did not answer in time")
            case .answered(let answer):
                guard let error = StripeError(answer) else {
                    let body = JSONValue(parsing: answer.body)
                    return body?["object"]?.text == "account"
                        ? .named(body?["id"]?.text) : .untold("what answers there is not Stripe")
                }
                switch error.status {
                case 401: return .refused("Stripe does not take the key (401)")
                // A restricted key reads what it was given only.
                case 403: return .untold("the key may not read its account; give it the permission to")
                case 429, 500...: return .unreachable("Stripe answered \(error.status)")
                default: return .untold("Stripe answered \(error.status)")
                }
            }
        }
    }
}
