import Engine
import HTTPTypes
import Payments
import Primitives

extension API {
    /// Who presents a key that works, as `Authorization: Bearer KEY` or as the name of basic authentication.
    func authenticate(_ headers: HTTPFields) async throws(APIError) -> Principal {
        guard let header = headers[.authorization] else {
            throw .unauthenticated(
                "No API key was given. Send it as 'Authorization: Bearer sk_…', or as the user name of basic "
                    + "authentication.")
        }
        if headers[.stripeAccount] != nil {
            throw .invalid(
                nil, code: "header_not_supported", "The Stripe-Account header is not supported. Use the bot's own key.")
        }
        guard let key = API.key(in: header) else {
            throw .unauthenticated("The Authorization header must be 'Bearer' and a key, or basic authentication.")
        }
        let principal: Principal?
        do {
            principal = try await services.access.principal(for: key)
        } catch {
            throw APIError(error, report: services.options.report)
        }
        guard let principal else {
            throw .unauthenticated("This API key is not known, has expired or was revoked.")
        }
        return principal
    }

    /// The scheme's name may be in any case (RFC 9110, section 11.1).
    static func key(in header: String) -> [UInt8]? {
        guard let space = header.firstIndex(of: " ") else { return nil }
        let credentials = header[header.index(after: space)...].drop { $0 == " " }
        switch header[..<space].lowercased() {
        case "bearer": return credentials.isEmpty ? nil : Array(credentials.utf8)
        case "basic":
            guard let pair = Base64.decode(credentials) else { return nil }
            let name = pair.prefix { $0 != UInt8(ascii: ":") }
            return name.isEmpty ? nil : Array(name)
        default: return nil
        }
    }
}

extension HTTPField.Name {
    // The literal has the form of a token, so it is never nil.
    static let stripeAccount = HTTPField.Name("Stripe-Account") ?? .server
}
