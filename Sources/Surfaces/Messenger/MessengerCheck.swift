import Ports
package import Primitives
import WireKit

extension MessengerDialect {
    /// The platform's check of a webhook, when its address was set: a GET with `hub.mode`, `hub.verify_token` and
    /// `hub.challenge`, which is to be given back as it is.
    package func check(
        of url: String, token: Redacted<String>, challenge: String
    ) -> (url: String, answer: String) {
        let query = [("hub.mode", "subscribe"), ("hub.verify_token", token.exposed()), ("hub.challenge", challenge)]
            .map { "\($0.0)=\(Self.escaped($0.1))" }.joined(separator: "&")
        return (url + (url.contains("?") ? "&" : "?") + query, challenge)
    }

    /// Everything but letters, digits and `-._~` is percent-encoded.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = Hex.encode([byte])
                result += "%" + digits.uppercased()
            }
        }
        return result
    }
}
