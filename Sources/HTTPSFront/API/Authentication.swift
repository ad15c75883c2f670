import Engine
import HTTPTypes
import Payments
import Primitives

extension API {
    /// Who calls, and whether they do not call too often; nil for operations without a credential.
    func admit(
        _ endpoint: Endpoint, _ headers: HTTPFields, _ address: () -> ClientAddress?
    ) async throws(APIError) -> Principal? {
        let isWrite = endpoint.method != .get
        guard !endpoint.isPublic else {
            try limit(services.rates.secondsToWait(forUnknown: address(), isWrite: isWrite))
            return nil
        }
        guard let principal = try await authenticate(headers) else {
            // Guessing is slowed down; nobody with a key that works is.
            try limit(services.rates.secondsToWait(forUnknown: address(), isWrite: isWrite))
            throw .unauthenticated("This API key is not known, has expired or was revoked.")
        }
        try limit(services.rates.secondsToWait(for: principal, isWrite: isWrite, address: address))
        return principal
    }

    private func limit(_ secondsToWait: Int?) throws(APIError) {
        if let secondsToWait { throw .tooManyRequests(retryAfterSeconds: secondsToWait) }
    }

    /// Who presents a key or token that works, as `Authorization: Bearer KEY` or as the name of basic authentication.
    /// - Returns: nil for one that does not.
    private func authenticate(_ headers: HTTPFields) async throws(APIError) -> Principal? {
        guard let header = headers[.authorization] else {
            throw .unauthenticated(
                "No API key was given. Send it as 'Authorization: Bearer sk_…', or as the user name of basic "
                    + "authentication.")
        }
        if headers[.stripeAccount] != nil || headers[.stripeContext] != nil {
            throw .invalid(
                nil, code: "header_not_supported",
                "The headers Stripe-Account and Stripe-Context are not supported. Use the bot's own key.")
        }
        guard let key = API.key(in: header) else {
            throw .unauthenticated("The Authorization header must be 'Bearer' and a key, or basic authentication.")
        }
        do {
            if SessionSecret.hasForm(of: .token, key) {
                return try await services.sessions.principal(for: key).map { .person($0) }
            }
            return try await services.access.principal(for: key)
        } catch {
            throw APIError(error, report: services.options.report)
        }
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
    static let stripeContext = HTTPField.Name("Stripe-Context") ?? .server
}
