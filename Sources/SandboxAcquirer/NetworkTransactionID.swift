import Primitives
import SandboxProcessor

/// The numbers that the sandbox's scheme gives to charges and verifications: nine digits of its own and six that are made of
/// those, the card, and whether the cardholder agreed to be charged again. So an id can be checked without being looked up,
/// and neither another card's id nor one of a charge that agreed to nothing passes.
enum NetworkTransactionID {
    private static let length = 15
    private static let checked = 9

    static func text(of row: BookRow) -> String {
        let number = AnswerWriter.digits(row.reference.low ^ row.reference.high, checked)
        return number + check(number, card: row.card, agreed: row.has(BookRow.keepsCard))
    }

    /// Whether a merchant may charge the card on the strength of this id.
    static func isAgreement(_ text: String, card: Int64) -> Bool {
        guard text.utf8.count == length else { return false }
        return text.dropFirst(checked) == check(String(text.prefix(checked)), card: card, agreed: true)
    }

    private static func check(_ number: String, card: Int64, agreed: Bool) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in number.utf8 + [
            UInt8(truncatingIfNeeded: card), UInt8(truncatingIfNeeded: card >> 8), agreed ? 1 : 0,
        ] {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return AnswerWriter.digits(hash >> 20, length - checked)
    }
}
