import Primitives

/// Reads the text that operators write routing tables in: a rule in each block, a condition or a connection on each line.
///
///     rule large euro amounts          # the rest of the line is the name
///       currency eur
///       amount   100000..              # minor units: from 1 000.00 EUR
///       to   con_… 70
///       to   con_… 30
///       else con_…                     # when none of the others can be used
package enum RoutingText {
    package static let longest = 512 * 1_024
    static let words = RoutingCondition.allCases.map(\.rawValue) + ["to", "else"]

    /// - Throws: every problem at once, each with its line.
    package static func table(version: Int64, _ text: String) throws(RoutingTableRefusal) -> RoutingTable {
        guard text.utf8.count <= longest else {
            throw RoutingTableRefusal(
                problems: [RoutingTableProblem(line: 1, rule: nil, .textTooLong(limit: longest))])
        }
        var reader = RoutingReader()
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            reader.read(line, number)
        }
        // A condition that could not be read must not look as if there were none.
        let ofRules = RoutingTableProblem.all(in: reader.rules).filter {
            if case .unreachable = $0.kind { reader.problems.isEmpty } else { true }
        }
        let problems = reader.problems + ofRules
        guard problems.isEmpty else {
            throw RoutingTableRefusal(problems: problems.sorted { $0.line < $1.line })
        }
        return try RoutingTable(version: version, rules: reader.rules)
    }
}

/// The state between two lines.
private struct RoutingReader {
    private(set) var rules: [RoutingRule] = []
    private(set) var problems: [RoutingTableProblem] = []
    private var seen: Set<String> = []
    private var line = 0

    mutating func read(_ text: Substring, _ number: Int) {
        line = number
        let words = text.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "," }
        guard let first = words.first else { return }
        if first == "rule" {
            let name = text.prefix { $0 != "#" }.drop { $0 == " " || $0 == "\t" }.dropFirst(first.count)
            rules.append(RoutingRule(name: Self.trimmed(name), line: number))
            seen = []
            return
        }
        guard !rules.isEmpty else { return complain(.outsideRule) }
        let values = words.dropFirst().map(String.init)
        switch (RoutingCondition(rawValue: String(first)), first) {
        case (let condition?, _):
            guard seen.insert(String(first)).inserted else { return complain(.repeatedWord(String(first))) }
            guard !values.isEmpty else { return complain(.noValue(word: String(first))) }
            for value in values where !take(value, condition) {
                complain(.badValue(value, word: condition.rawValue, wanted: condition.wanted))
            }
        case (nil, "to"), (nil, "else"): candidate(values, isFallback: first == "else")
        case (nil, _): complain(.unknownWord(String(first)))
        }
    }

    private mutating func complain(_ kind: RoutingTableProblem.Kind) {
        problems.append(RoutingTableProblem(line: line, rule: rules.last?.name, kind))
    }

    private static func trimmed(_ text: Substring) -> String {
        let front = text.drop { $0.isWhitespace }
        return String(front.reversed().drop { $0.isWhitespace }.reversed())
    }

    private mutating func candidate(_ values: [String], isFallback: Bool) {
        let word = isFallback ? "else" : "to"
        guard let name = values.first else { return complain(.noValue(word: word)) }
        guard let connection = ConnectionID(name) else {
            return complain(.badValue(name, word: word, wanted: "the name of a connection, con_…"))
        }
        var weight: Int64 = isFallback ? 0 : 1
        if values.count > 1 {
            guard !isFallback, values.count == 2, let number = Int64(values[1]), number > 0 else {
                let wanted = isFallback ? "nothing behind the connection" : "one weight behind the connection"
                return complain(.badValue(values[1], word: word, wanted: wanted))
            }
            weight = number
        }
        rules[rules.count - 1].candidates.append(RoutingCandidate(connection: connection, weight: weight))
    }

    /// - Returns: false when the text is no value of this condition.
    private mutating func take(_ value: String, _ condition: RoutingCondition) -> Bool {
        var conditions = rules[rules.count - 1].conditions
        defer { rules[rules.count - 1].conditions = conditions }
        switch condition {
        case .brand:
            guard let brand = CardBrand(routingName: value) else { return false }
            conditions.brands.append(brand)
        case .method:
            guard let method = RoutedMethod(rawValue: value) else { return false }
            conditions.methods.append(method)
        case .currency:
            guard let currency = Currency(code: value) else { return false }
            conditions.currencies.append(currency)
        case .amount:
            guard conditions.minorUnits == nil, let range = Self.amounts(value) else { return false }
            conditions.minorUnits = range
        case .country, .issuerCountry:
            let country = value.uppercased()
            guard IssuerCountries.isCountry(country) else { return false }
            if condition == .country {
                conditions.countries.append(country)
            } else {
                conditions.issuerCountries.append(country)
            }
        case .bin:
            guard let range = Self.prefixes(value) else { return false }
            conditions.issuerPrefixes.append(range)
        case .bot:
            guard let bot = BotID(value) else { return false }
            conditions.bots.insert(bot)
        }
        return true
    }

    /// `100..`, `..5000`, `100..5000`, `100`.
    private static func amounts(_ text: String) -> ClosedRange<Int64>? {
        guard let dots = text.firstRange(of: "..") else {
            return Int64(text).flatMap { $0 < 0 ? nil : $0...$0 }
        }
        let (from, to) = (text[..<dots.lowerBound], text[dots.upperBound...])
        guard !from.isEmpty || !to.isEmpty, let low = from.isEmpty ? 0 : Int64(from),
            let high = to.isEmpty ? Int64.max : Int64(to), 0 <= low, low <= high
        else { return nil }
        return low...high
    }

    /// Two to eight digits stand for every number that begins so.
    private static func prefixes(_ text: String) -> ClosedRange<UInt32>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let low = digits(parts[0], filledWith: "0"),
            let high = digits(parts[parts.count - 1], filledWith: "9"), low <= high
        else { return nil }
        return low...high
    }

    private static func digits(_ text: Substring, filledWith digit: Character) -> UInt32? {
        guard (2...8).contains(text.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt32(text + String(repeating: digit, count: 8 - text.count))
    }
}

extension RoutingCondition {
    fileprivate var wanted: String {
        switch self {
        case .brand: CardBrand.allCases.map(\.routingName).joined(separator: ", ")
        case .method: RoutedMethod.allCases.map(\.rawValue).joined(separator: ", ")
        case .currency: "codes of ISO 4217 such as eur"
        case .amount: "one range of minor units such as 100000.. or ..5000 or 1000..5000"
        case .country, .issuerCountry: "two-letter codes of ISO 3166-1 such as IE"
        case .bin: "2 to 8 digits, or a range of them such as 510000-559999"
        case .bot: "names of bots, bot_…"
        }
    }
}

extension CardBrand {
    /// The name in routing tables.
    package var routingName: String {
        switch self {
        case .visa: "visa"
        case .mastercard: "mastercard"
        case .americanExpress: "amex"
        }
    }

    /// - Returns: nil for a name that no accepted brand has in routing tables.
    package init?(routingName name: some StringProtocol) {
        guard let found = CardBrand.allCases.first(where: { $0.routingName == name }) else { return nil }
        self = found
    }
}
