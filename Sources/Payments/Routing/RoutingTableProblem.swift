import Primitives

/// Why a table was refused. Every problem names its line and its rule, so that all can be mended in one go.
package struct RoutingTableProblem: Error, Hashable, Sendable {
    /// From 1; 0 when the table was not read from text.
    package let line: Int
    /// Nil for what stands before the first rule.
    package let rule: String?
    package let kind: Kind

    /// What is wrong there.
    package enum Kind: Hashable, Sendable {
        case noRules
        case textTooLong(limit: Int)
        case tooManyRules(limit: Int)
        case badName(limit: Int)
        case duplicateName
        case noCandidates
        case tooManyCandidates(limit: Int)
        case duplicateCandidate(ConnectionID)
        case weightOutOfRange(most: Int64)
        case amountWithoutSingleCurrency
        /// The rule can never apply: an earlier one without conditions takes every charge.
        case unreachable(behind: String)
        // Of the text
        case outsideRule
        case unknownWord(String)
        case noValue(word: String)
        case badValue(String, word: String, wanted: String)
        case repeatedWord(String)
        // Of the place the table is meant for
        case unknownConnection(ConnectionID)
        case foreignConnection(ConnectionID)
        case otherMode(ConnectionID)
        case unknownBot(BotID)
    }

    package init(line: Int, rule: String?, _ kind: Kind) {
        self.line = line
        self.rule = rule
        self.kind = kind
    }

    /// What is wrong with checked rules, in their order.
    static func all(in rules: [RoutingRule]) -> [RoutingTableProblem] {
        guard !rules.isEmpty else { return [RoutingTableProblem(line: 1, rule: nil, .noRules)] }
        var problems: [RoutingTableProblem] = []
        if rules.count > RoutingTable.mostRules {
            let first = rules[RoutingTable.mostRules]
            problems.append(
                RoutingTableProblem(
                    line: first.line, rule: first.name, .tooManyRules(limit: RoutingTable.mostRules)))
        }
        var names: Set<String> = []
        var takesAll: String?
        for rule in rules {
            func add(_ kind: Kind) { problems.append(RoutingTableProblem(line: rule.line, rule: rule.name, kind)) }
            if !names.insert(rule.name).inserted { add(.duplicateName) }
            if let takesAll { add(.unreachable(behind: takesAll)) }
            kinds(of: rule).forEach(add)
            if rule.conditions == RoutingConditions() { takesAll = takesAll ?? rule.name }
        }
        return problems
    }

    private static func kinds(of rule: RoutingRule) -> [Kind] {
        var kinds: [Kind] = []
        if !(1...RoutingTable.longestName).contains(rule.name.count) {
            kinds.append(.badName(limit: RoutingTable.longestName))
        }
        if rule.candidates.isEmpty { kinds.append(.noCandidates) }
        if rule.candidates.count > RoutingTable.mostCandidates {
            kinds.append(.tooManyCandidates(limit: RoutingTable.mostCandidates))
        }
        var connections: Set<ConnectionID> = []
        for candidate in rule.candidates {
            if !connections.insert(candidate.connection).inserted {
                kinds.append(.duplicateCandidate(candidate.connection))
            }
            if !(0...RoutingTable.mostWeight).contains(candidate.weight) {
                kinds.append(.weightOutOfRange(most: RoutingTable.mostWeight))
            }
        }
        if rule.conditions.minorUnits != nil, rule.conditions.currencies.count != 1 {
            kinds.append(.amountWithoutSingleCurrency)
        }
        return kinds
    }
}

/// All problems of a table that was refused, in the order of its rules.
package struct RoutingTableRefusal: Error, Hashable, Sendable {
    package let problems: [RoutingTableProblem]

    package init(problems: [RoutingTableProblem]) { self.problems = problems }
}

extension RoutingTableProblem: CustomStringConvertible {
    /// One line for people, with what to do.
    package var description: String {
        var place = line > 0 ? "line \(line)" : "table"
        if let rule, !rule.isEmpty { place += ", rule '\(rule)'" }
        return "\(place): \(words)"
    }

    private var words: String {
        switch kind {
        case .noRules: "there is no rule; begin one with 'rule NAME'"
        case .textTooLong(let limit): "the text is longer than \(limit) bytes"
        case .tooManyRules(let limit): "more than \(limit) rules; join some of them"
        case .badName(let limit): "a rule needs a name of 1 to \(limit) characters"
        case .duplicateName: "another rule has the same name; explanations could not tell them apart"
        case .noCandidates: "no connection to send charges to; add 'to CONNECTION WEIGHT'"
        case .tooManyCandidates(let limit): "more than \(limit) connections"
        case .duplicateCandidate(let id): "\(id) is named twice"
        case .weightOutOfRange(let most): "a weight is a number from 1 to \(most); 'else' names a fallback"
        case .amountWithoutSingleCurrency: "an amount needs exactly one currency beside it, since it counts minor units"
        case .unreachable(let earlier): "never applies, because rule '\(earlier)' before it takes every charge"
        case .outsideRule: "stands before the first rule; begin one with 'rule NAME'"
        case .unknownWord(let word):
            "'\(word)' is not a word of routing tables; they are rule, \(RoutingText.words.joined(separator: ", "))"
        case .noValue(let word): "'\(word)' needs a value"
        case .badValue(let value, let word, let wanted): "'\(value)' is no value for '\(word)'; it takes \(wanted)"
        case .repeatedWord(let word): "'\(word)' stands twice; put all values on one line"
        case .unknownConnection(let id): "there is no connection \(id)"
        case .foreignConnection(let id):
            "\(id) does not belong to this platform; a bot's own connections need no rule, they go first"
        case .otherMode(let id): "\(id) is a connection of the other mode"
        case .unknownBot(let id): "this platform has no bot \(id)"
        }
    }
}
