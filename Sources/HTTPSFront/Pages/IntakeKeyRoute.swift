import HTTPTypes
import HummingbirdCore
import Ports
import Primitives

/// `/checkout/intake-key`: what a page seals a card to. Public; it holds no secret.
struct IntakeKeyRoute: Sendable {
    let services: APIServices

    var route: Route { Route(.get, "/checkout/intake-key", show) }

    private func show(_: RequestContext) async throws -> Response {
        // Not counted by address: many phones share one, and the answer costs no more than that of a document.
        let key: IntakePublicKey
        do { key = try await services.options.cardIntake.publicKey() } catch { throw APIError.noIntakeKey }
        let now = services.clock.now()
        return .json(
            .ok,
            JSONWriter.object { json in
                json.field("id", key.id)
                json.field("expires", key.expires)
                // Pages count from here, so that a device whose clock is wrong seals a card that is taken.
                json.field("now", now)
                json.object("jwk") { json in
                    json.field("kty", "RSA")
                    json.field("alg", "RSA-OAEP-256")
                    json.field("use", "enc")
                    json.field("n", Base64URL.encode(key.modulus))
                    json.field("e", Base64URL.encode(key.exponent))
                }
            })
    }
}

extension APIError {
    fileprivate static let noIntakeKey: APIError = {
        var error = APIError(
            503, .api, code: "intake_unavailable",
            message: "New cards cannot be taken right now. Try again in a moment.")
        error.retryAfterSeconds = 2
        return error
    }()
}
