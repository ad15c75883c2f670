import Payments
package import Ports
import Primitives
import ProcessorKit

// Cards that Florin keeps itself. PayPal keeps cards too (its vault), which Florin has no use for: a card that is there could be
// charged nowhere else. Verifying a card without charging it is part of that vault, and is not offered here.
extension PayPal: AuthenticatingProcessor {
    /// PayPal sends cardholders back to an address, or asks nothing of them.
    package func canAuthenticate(returnURL: String?) -> Bool { (returnURL ?? account.returnURL) != nil }
}

extension PayPalCodec {
    /// Who starts a charge of a kept card.
    /// Source: `card_stored_credential` of the published orders description (v2).
    static func storedCredential(_ credential: StoredCredential) -> JSONValue {
        let (type, usage): (String, String)
        switch (credential.initiator, credential.stage) {
        // A part of a purchase is one of a series, in the three words that there are.
        case (.merchant(.recurring), _), (.merchant(.installment), _): (type, usage) = ("RECURRING", "SUBSEQUENT")
        case (.merchant(.unscheduled), _): (type, usage) = ("UNSCHEDULED", "SUBSEQUENT")
        case (.cardholder, .first):
            (type, usage) = (credential.futureUsage == .offSession ? "UNSCHEDULED" : "ONE_TIME", "FIRST")
        case (.cardholder, .subsequent): (type, usage) = ("ONE_TIME", "SUBSEQUENT")
        }
        var members: [JSONValue.Member] = [
            .init("payment_initiator", credential.merchantReason == nil ? "CUSTOMER" : "MERCHANT"),
            .init("payment_type", .string(type)), .init("usage", .string(usage)),
        ]
        if credential.merchantReason != nil, let id = credential.networkTransactionID, isNetworkReference(id) {
            members.append(.init("previous_network_transaction_reference", ["id": .string(id)]))
        }
        return .object(members)
    }

    /// 9 to 36 characters of those that PayPal takes.
    private static func isNetworkReference(_ id: String) -> Bool {
        (9...36).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                    || (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
                    || Array("-_@.:&+=*^'~#!$%()".utf8).contains(byte)
            }
    }
}
