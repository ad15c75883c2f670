/// Braintree's test numbers.
/// Source: developer.paypal.com/braintree/docs/reference/general/testing and the test values of the vendor's package for
/// Python, 4.48.0 (both read 2026-11).
enum BraintreeTestCards {
    static let numbers: Set<String> = [
        "4111111111111111", "4005519200000004", "4009348888881881", "4012000033330026", "4012000077777777",
        "4012888888881881", "4217651111111119", "4500600000000061", "4000111111111115", "5555555555554444",
        "5105105105105100", "2223000048400011", "378282246310005", "371449635398431", "378734493671000",
        disputed,
    ]
    /// Charged, and disputed right after.
    static let disputed = "4023898493988028"

    /// Declined when it is verified.
    static let unverified = "4000111111111115"

    static func brand(_ number: String) -> String {
        switch number.first {
        case "4": "Visa"
        case "3": "American Express"
        default: "MasterCard"
        }
    }

    /// The check digit's rule (ISO/IEC 7812-1, annex B).
    static func isPlausible(_ number: String) -> Bool {
        let digits = number.utf8.compactMap { $0 >= 0x30 && $0 <= 0x39 ? Int($0 - 0x30) : nil }
        guard (12...19).contains(digits.count), digits.count == number.utf8.count else { return false }
        let sum = digits.reversed().enumerated().reduce(0) { sum, pair in
            let (index, digit) = pair
            guard index % 2 == 1 else { return sum + digit }
            return sum + (digit > 4 ? digit * 2 - 9 : digit * 2)
        }
        return sum % 10 == 0
    }
}
