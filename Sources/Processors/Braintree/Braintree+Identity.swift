import Payments
package import Ports
import ProcessorKit

extension Braintree: IdentifyingProcessor {
    package func identify() async -> AccountAnswer { await ask(codec.merchant()) }
}

extension BraintreeReading {
    static func merchant(_ result: WireResult) -> AccountAnswer {
        if case .notSent(let reason) = result { return .unreachable(reason.rawValue) }
        switch BraintreeAnswer(result, to: .merchant) {
        case .payload(let viewer): return .named(viewer["merchant"]?["id"]?.text)
        case .refused(let errors) where errors.contains(where: { $0.kind == "RESOURCE_LIMIT" }):
            return .unreachable("Braintree is busy")
        case .refused(let errors) where errors.contains(where: { $0.kind == "AUTHENTICATION" }):
            return .refused("Braintree does not know these keys there")
        case .refused(let errors): return .untold("Braintree answered \(errors.first?.kind ?? "")")
        case .silent(.unknown(.serverError)): return .unreachable("Braintree answered with a server error")
        case .silent(.unknown(.contractViolation)): return .untold("what answers there is not Braintree")
        case .silent: return .unreachable("Braintree did not answer in time")
        }
    }
}
