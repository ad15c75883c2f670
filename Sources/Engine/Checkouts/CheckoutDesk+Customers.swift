package import Payments
import Ports
package import Primitives

// A chat platform's signed context proves to a surface which customer of a bot is at the page. What the surface then gives the
// browser is this token: for that bot's checkouts only, and for a short while.
extension CheckoutDesk {
    /// How long a customer stays recognised.
    package static let recognition = Duration.seconds(3_600)

    /// A token by which ``customer(in:at:)`` knows a customer again. Put it into a cookie that no script can read.
    package func token(for customer: CustomerID, at now: Timestamp) -> Redacted<String> {
        let ends = now.advanced(by: Self.recognition).seconds
        return Redacted("\(customer)_\(ends)_\(Hex.encode(witness(customer, ends).bytes.prefix(16)))")
    }

    /// - Returns: the customer that a token was made for; nil when it was not, or its time is over.
    package func customer(in token: String, at now: Timestamp) -> CustomerID? {
        let parts = token.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 4, let customer = CustomerID(parts[0] + "_" + parts[1]), let ends = Int64(parts[2]),
            now.seconds < ends
        else { return nil }
        let shown = Hex.encode(witness(customer, ends).bytes.prefix(16))
        let (mine, theirs) = (compared(shown), compared(String(parts[3])))
        return mine.isEqualInConstantTime(to: theirs) ? customer : nil
    }

    private func witness(_ customer: CustomerID, _ ends: Int64) -> Digest256 {
        cards.vault.hash(Array("recognised customer \(customer) until \(ends)".utf8), .clientSecret)
    }

    private func compared(_ text: String) -> Digest256 { cards.vault.hash(Array(text.utf8), .clientSecret) }
}
