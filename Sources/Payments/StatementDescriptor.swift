/// What statements of cards show of a merchant.
package enum StatementDescriptor {
    /// What it must be, as the end of a sentence.
    package static let rule =
        "5 to 22 Latin characters with a letter among them, and none of < > \\ ' \" *"

    /// Whether a text keeps ``rule``.
    package static func isValid(_ text: String) -> Bool {
        (5...22).contains(text.utf8.count) && text.contains(where: \.isLetter)
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && !"<>\\'\"*".utf8.contains($0) }
    }
}

extension StatementDescriptor {
    /// What a suffix must be, as the end of a sentence.
    package static let suffixRule = "1 to 22 Latin characters with a letter among them, and none of < > \\ ' \" *"

    /// Whether a text keeps ``suffixRule``.
    package static func isValidSuffix(_ text: String) -> Bool {
        (1...22).contains(text.utf8.count) && text.contains(where: \.isLetter)
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && !"<>\\'\"*".utf8.contains($0) }
    }
}
