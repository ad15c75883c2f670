import Payments
import Ports
import Primitives
import ProcessorKit

/// The body of a GraphQL request: `{"query":…,"variables":…}`. The same operation and variables give the same bytes.
enum BraintreeBody {
    static func bytes(_ operation: BraintreeOperation, _ variables: JSONValue) -> [UInt8] {
        JSONValue.object([.init("query", .string(operation.text)), .init("variables", variables)]).encoded
    }

    /// The one body that carries a card. Number and security code are written straight into it, without passing through a
    /// `String`, into room that is taken once, so that growing leaves no copies behind.
    static func card(_ card: CardCredentials) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(1_024)
        body += "{\"query\":\"".utf8
        // The text holds nothing that JSON would have to escape; a test holds it to that.
        body += BraintreeOperation.tokenize.text.utf8
        body += "\",\"variables\":{\"input\":{\"creditCard\":{\"number\":\"".utf8
        digits(card.number.digitCount, into: &body) { card.number.writeDigits(into: $0) }
        body += "\",\"expirationMonth\":\"\(twoDigits(Int64(card.expiry.month)))\"".utf8
        body += ",\"expirationYear\":\"\(card.expiry.year)\"".utf8
        if let code = card.securityCode {
            body += ",\"cvv\":\"".utf8
            digits(SecurityCode.longest, into: &body) { code.writeDigits(into: $0) }
            body += "\"".utf8
        }
        body += "}}}}".utf8
        return body
    }

    private static func digits(
        _ capacity: Int, into body: inout [UInt8], _ write: (UnsafeMutableBufferPointer<UInt8>) -> Int
    ) {
        let start = body.count
        body.append(contentsOf: repeatElement(0, count: capacity))
        let written = body.withUnsafeMutableBufferPointer {
            write(UnsafeMutableBufferPointer(rebasing: $0[start...]))
        }
        body.removeLast(capacity - written)
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
