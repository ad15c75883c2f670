package import Payments

extension PaymentInstrument {
    /// As `type` has it on the API.
    package var name: String {
        switch self {
        case .card: "card"
        case .paypal: "paypal"
        }
    }
}
