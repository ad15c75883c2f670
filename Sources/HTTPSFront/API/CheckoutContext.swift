import Engine
import HTTPTypes
import HummingbirdCore
import Ports
import Primitives

extension CheckoutPageEndpoints {
    /// `POST /checkout/{id}/context`: takes what a chat platform signed for the webview for a cookie that no script can read.
    func recognise(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        let parameters = try await body(context)
        let text = try parameters.string("context", max: 8_192)
        try parameters.finish()
        let found = try await services.useCases.recognition.customer(
            by: text, at: visit.id, isBuyer: visit.role == .buyer, request: context.id)
        guard let customer = found else {
            throw APIError.invalid(
                "context", code: "session_code_invalid",
                "This proof of who is here was signed for somebody else, or too long ago. Open the checkout in the chat again."
            )
        }
        let desk = services.useCases.checkoutDesk
        let token = desk.token(for: customer, at: services.clock.now())
        var response = try await shown(Visit(id: visit.id, visitor: .customer(customer), role: visit.role))
        response.headers[.setCookie] = CheckoutCookie.customer.header(
            token.exposed(), seconds: CheckoutDesk.recognition.components.seconds)
        return response
    }
}
