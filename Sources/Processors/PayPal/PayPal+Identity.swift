package import Ports
import ProcessorKit

extension PayPal: IdentifyingProcessor {
    package func identify() async -> AccountAnswer { await wire.perform(codec.accountHolder()) }
}

extension PayPalCodec {
    /// Reads the balances, which name the account that the application acts for. What the token's answer calls `app_id` would not
    /// do: in PayPal's sandbox all applications have the same.
    func accountHolder() -> WireExchange<AccountAnswer> {
        let request = WireRequest(method: "GET", path: "/v1/reporting/balances", headers: [PayPalCodec.json])
        return WireExchange(request) { result in
            switch result {
            case .notSent(let reason): return .unreachable(reason.rawValue)
            case .unknown: return .unreachable("PayPal did not answer in time")
            case .answered(let answer):
                switch answer.status {
                case 200: return .named(JSONValue(parsing: answer.body)?["account_id"]?.text)
                case 401: return .refused("PayPal does not take the application's credentials (401)")
                case 403: return .untold("the application may not read balances; allow it Transaction Search")
                case 429, 500...: return .unreachable("PayPal answered \(answer.status)")
                default: return .untold("PayPal answered \(answer.status)")
                }
            }
        }
    }
}
