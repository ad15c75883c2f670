/// A bank account's number, checked as far as numbers can be: an IBAN, or a number with the bank's own.
package struct BankAccountNumber: Hashable, Sendable {
    /// Without spaces, letters upper case.
    package let account: String
    /// The bank's number, where the country has no IBAN.
    package let routing: String?

    package var lastFour: String { String(account.suffix(4)) }

    /// Why a number is refused. The text tells what to correct and repeats nothing of the number.
    package struct Problem: Error, Hashable, Sendable {
        package let parameter: String
        package let message: String
    }

    /// - Parameter country: ISO 3166-1 alpha-2.
    package init(account: String, routing: String?, country: String) throws(Problem) {
        let number = BankAccountNumber.compact(account)
        let bank = routing.map(BankAccountNumber.compact)
        guard number.utf8.allSatisfy(BankAccountNumber.isLetterOrDigit) else {
            throw Problem(parameter: "account_number", message: "An account number has letters and digits only.")
        }
        if let bank {
            guard (1...20).contains(bank.utf8.count), bank.utf8.allSatisfy(BankAccountNumber.isLetterOrDigit) else {
                throw Problem(
                    parameter: "routing_number", message: "A routing number has 1 to 20 letters and digits.")
            }
            guard country != "US" || BankAccountNumber.isABA(bank) else {
                throw Problem(
                    parameter: "routing_number",
                    message:
                        "A routing number of the United States has nine digits, the last of which checks the others.")
            }
            guard (4...34).contains(number.utf8.count) else {
                throw Problem(parameter: "account_number", message: "An account number has 4 to 34 letters and digits.")
            }
        } else {
            guard BankAccountNumber.isIBAN(number), number.prefix(2) == country else {
                throw Problem(
                    parameter: "account_number",
                    message:
                        "Without a routing_number this must be an IBAN of the account's country, whose digits check.")
            }
        }
        self.account = number
        self.routing = bank
    }

    private static func compact(_ text: String) -> String {
        String(text.filter { $0 != " " && $0 != "-" }).uppercased()
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
    }

    /// ISO 13616: the first four characters moved to the end, letters as 10 to 35, the whole is 1 modulo 97.
    private static func isIBAN(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (15...34).contains(bytes.count), bytes[0] > 0x39, bytes[1] > 0x39, bytes[2] <= 0x39, bytes[3] <= 0x39
        else { return false }
        var rest = 0
        for byte in bytes[4...] + bytes[..<4] {
            if byte <= 0x39 {
                rest = (rest * 10 + Int(byte - 0x30)) % 97
            } else {
                rest = (rest * 100 + Int(byte - 0x41) + 10) % 97
            }
        }
        return rest == 1
    }

    /// The checksum of the American Bankers Association: weights 3, 7, 1.
    private static func isABA(_ text: String) -> Bool {
        let digits = text.utf8.map { Int($0) - 0x30 }
        guard digits.count == 9, digits.allSatisfy({ (0...9).contains($0) }) else { return false }
        let sum = zip(digits, [3, 7, 1, 3, 7, 1, 3, 7, 1]).reduce(0) { $0 + $1.0 * $1.1 }
        return sum % 10 == 0
    }
}
