import Engine
import Payments
import Primitives
import Yams

extension ConfigurationTable {
    static let risk = ConfigurationSection(
        "risk",
        """
        What holds or refuses charges and friend transfers. The rules are asked from the top, inside the commit that stores the \
        attempt, and the first that holds decides; where none holds, the attempt goes on. Every decision is stored: \
        `florinctl review explain`. What is held waits in `florinctl review`.
        """,
        [
            .init(
                "risk.rules", \.limits.riskRules, .riskRules, .reload,
                """
                Each rule has a name, an action (allow, review, block or require_authentication) and conditions, all of \
                which must hold: on (payment, transfer, setup: one, several or all), mode (test or live), amount_above, \
                amount_at_most and currency, brands (visa, mastercard, amex), issuer_countries and \
                issuer_countries_except (ISO 3166), addresses (of payers, as CIDR), bot, sender, first_to_recipient, and \
                more_than attempts, or different cards with counting: cards, or attempts that issuers declined before \
                with counting: declines, by card, person (who sends, or the customer who pays), bot, recipient, \
                address or issuer within a time.
                """),
            .init(
                "risk.issuer_countries", \.limits.issuerCountries, .issuerCountries, .reload,
                """
                A table that says in which country a card was issued: lines of BIN,COUNTRY or FROM-TO,COUNTRY with 6 to 8 \
                digits, as 400000-400099,DE. Read at the start and at each reload; rules about issuers' countries need it. \
                Empty for none.
                """),
            .init(
                "risk.review_time", \.limits.reviewTime, .duration(.seconds(60) ... .seconds(6 * 86_400)), .reload,
                """
                How long a payment waits for an operator before it is voided. Issuers hold money for a week at most. Transfers \
                wait until they lapse.
                """),
        ],
        check: { configuration, complain in
            if configuration.limits.issuerCountries == nil,
                let rule = configuration.limits.riskRules.firstAboutIssuerCountry
            {
                complain(
                    "risk.rules",
                    "the rule \(rule.name) is about issuers' countries, and risk.issuer_countries names no table of them"
                )
            }
        })
}

extension ValueKind where Value == IssuerCountryTable? {
    /// The path of a table, which is read.
    static var issuerCountries: Self {
        let name = "the absolute path of a file, or nothing"
        return Self(
            name,
            parse: { (node) throws(BadValue) in
                let path = try node.scalarText(wanted: name, isQuotable: true)
                guard !path.isEmpty else { return nil }
                guard path.hasPrefix("/"), let bytes = SmallFile.read(path, limit: 32 << 20) else {
                    throw BadValue("\(Excerpt.of(path)) cannot be read; it takes \(name)")
                }
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw BadValue("the table is not UTF-8")
                }
                do throws(IssuerCountries.Problem) {
                    return IssuerCountryTable(path: path, try IssuerCountries(text))
                } catch {
                    throw BadValue("the table cannot be used: \(error.words)")
                }
            }, text: { YAMLText.scalar($0?.path ?? "") })
    }
}

extension IssuerCountries.Problem {
    fileprivate var words: String {
        switch self {
        case .line(let number, let what): "its line \(number) \(what)"
        case .empty: "it has no lines"
        case .tooLong: "it has more than \(IssuerCountries.mostLines) lines"
        }
    }
}

extension ValueKind where Value == RiskRules {
    /// A list of mappings, one for each rule.
    static var riskRules: Self {
        let name =
            "a list of rules, each as {name: big, action: review, on: [transfer], amount_above: {usd: \"500.00\"}}"
        return Self(
            name,
            parse: { (node) throws(BadValue) in
                if case .scalar(let scalar) = node, scalar.string.isEmpty { return RiskRules() }
                guard case .sequence(let sequence) = node else { throw BadValue("takes \(name)") }
                guard sequence.count <= 100 else { throw BadValue("takes at most 100 rules") }
                var rules: [RiskRule] = []
                for node in sequence {
                    let rule = try RiskRuleReader.read(node)
                    guard !rules.contains(where: { $0.name == rule.name }) else {
                        throw BadValue("has two rules of the name \(Excerpt.of(rule.name))", at: node.mark)
                    }
                    rules.append(rule)
                }
                return RiskRules(rules)
            }, text: { "[" + $0.rules.map(RiskRuleReader.text).joined(separator: ", ") + "]" })
    }
}

/// One rule, as it is written.
private enum RiskRuleReader {
    static let keys = [
        "name", "action", "on", "mode", "currency", "amount_above", "amount_at_most", "brands", "issuer_countries",
        "issuer_countries_except", "addresses", "bot", "sender", "first_to_recipient", "more_than", "counting", "by",
        "within",
    ]
    private static let actions: [(String, RiskAction)] = [
        ("allow", .allow), ("review", .review), ("block", .block),
        ("require_authentication", .authenticate),
    ]
    private static let subjects: [(String, RiskSubject)] = [
        ("payment", .charge), ("transfer", .friendTransfer), ("setup", .setup),
    ]
    private static let counted: [(String, RiskCountKey)] = [
        ("card", .card), ("person", .person), ("bot", .bot), ("recipient", .recipient),
        ("address", .address), ("issuer", .issuer),
    ]
    private static let things: [(String, RiskCounted)] = [
        ("attempts", .attempts), ("cards", .cards), ("declines", .declines),
    ]
    private static let brands: [(String, CardBrand)] = [
        ("visa", .visa), ("mastercard", .mastercard), ("amex", .americanExpress),
    ]
    private static let modes: [(String, Mode)] = [("test", .test), ("live", .live)]

    static func read(_ node: Node) throws(BadValue) -> RiskRule {
        guard case .mapping(let mapping) = node else {
            throw BadValue("a rule is {name: …, action: …, …}", at: node.mark)
        }
        var values: [String: Node] = [:]
        for (key, value) in mapping {
            let name = try key.scalarText(wanted: "the name of a condition", isQuotable: false)
            guard keys.contains(name) else {
                let near = Spelling.nearest(to: name, among: keys).map { "; did you mean \($0)?" } ?? ""
                throw BadValue("rules have no \(Excerpt.of(name))\(near)", at: key.mark)
            }
            values[name] = value
        }
        guard let name = try values["name"]?.scalarText(wanted: "a name", isQuotable: true), isName(name) else {
            throw BadValue("a rule needs a name of 1 to 40 letters, digits, - and _", at: node.mark)
        }
        guard let action = try values["action"].map({ (value) throws(BadValue) in try word(value, actions) }) else {
            throw BadValue(
                "the rule \(name) needs an action: allow, review, block or require_authentication", at: node.mark)
        }
        var rule = RiskRule(name: name, action: action)
        rule.subjects = Set(try words(values["on"], subjects))
        rule.brands = Set(try words(values["brands"], brands))
        if let value = values["mode"] { rule.mode = try word(value, modes) }
        if let value = values["currency"] { rule.currency = try currency(value) }
        for (key, path) in [("amount_above", \RiskRule.amountAbove), ("amount_at_most", \RiskRule.amountAtMost)] {
            if let value = values[key] { try readAmount(value, key, into: &rule, path) }
        }
        rule.issuerCountries = try countries(values["issuer_countries"])
        rule.otherIssuerCountries = try countries(values["issuer_countries_except"])
        rule.addresses = try blocks(values["addresses"])
        if let value = values["bot"] { rule.bot = try identifier(value) }
        if let value = values["sender"] { rule.person = try identifier(value) }
        if let value = values["first_to_recipient"] {
            rule.isFirstToRecipient = try word(value, [("true", true), ("false", false)])
        }
        rule.velocity = try velocity(values, at: node.mark)
        return rule
    }

    private static func readAmount(
        _ value: Node, _ key: String, into rule: inout RiskRule, _ path: WritableKeyPath<RiskRule, Int64?>
    ) throws(BadValue) {
        let amounts = try ValueKind<[Currency: Int64]>.amounts.parse(value)
        guard amounts.count == 1, let (currency, amount) = amounts.first else {
            throw BadValue("\(key) takes one amount, as {usd: \"500.00\"}", at: value.mark)
        }
        guard rule.currency == nil || rule.currency == currency else {
            throw BadValue("\(key) is in another currency than the rule", at: value.mark)
        }
        rule.currency = currency
        rule[keyPath: path] = amount
    }

    private static func countries(_ node: Node?) throws(BadValue) -> Set<String> {
        Set(
            try list(node, of: "countries of two capital letters, as [DE, FR]") { text in
                IssuerCountries.isCountry(text) ? text : nil
            })
    }

    private static func blocks(_ node: Node?) throws(BadValue) -> [AddressBlock] {
        try list(node, of: "addresses or blocks of them, as [\"203.0.113.0/24\", \"2001:db8::/32\"]") {
            AddressBlock($0)
        }
    }

    private static func list<Value>(
        _ node: Node?, of what: String, _ parse: (String) -> Value?
    ) throws(BadValue) -> [Value] {
        guard let node else { return [] }
        guard case .sequence(let sequence) = node, (1...1_000).contains(sequence.count) else {
            throw BadValue("takes a list of at most 1000 \(what)", at: node.mark)
        }
        var found: [Value] = []
        for node in sequence {
            let text = try node.scalarText(wanted: what, isQuotable: true)
            guard let value = parse(text) else {
                throw BadValue("\(Excerpt.of(text)) is none of the \(what)", at: node.mark)
            }
            found.append(value)
        }
        return found
    }

    private static func velocity(_ values: [String: Node], at mark: Mark?) throws(BadValue) -> RiskVelocity? {
        guard let most = values["more_than"], let by = values["by"], let within = values["within"] else {
            guard ["more_than", "by", "within", "counting"].allSatisfy({ values[$0] == nil }) else {
                throw BadValue("more_than, by and within belong together, and counting to them", at: mark)
            }
            return nil
        }
        let longest = Duration.seconds(31 * 86_400)
        let what = try values["counting"].map { (node) throws(BadValue) in try word(node, things) } ?? .attempts
        return RiskVelocity(
            key: try word(by, counted), most: Int64(try ValueKind<Int>.integer(1...10_000).parse(most)),
            window: try ValueKind<Duration>.duration(.seconds(1)...longest).parse(within), counted: what)
    }

    private static func currency(_ node: Node) throws(BadValue) -> Currency {
        let code = try node.scalarText(wanted: "a currency", isQuotable: true)
        guard let currency = Currency(code: code) else {
            throw BadValue("\(Excerpt.of(code)) is not a currency of ISO 4217", at: node.mark)
        }
        return currency
    }

    private static func identifier<Kind>(_ node: Node) throws(BadValue) -> Identifier<Kind> {
        let text = try node.scalarText(wanted: "an id", isQuotable: true)
        guard let id = Identifier<Kind>(text) else {
            throw BadValue("\(Excerpt.of(text)) is no id that begins with \(Kind.prefix)_", at: node.mark)
        }
        return id
    }

    private static func word<Value>(_ node: Node, _ known: [(String, Value)]) throws(BadValue) -> Value {
        let wanted = known.map(\.0).joined(separator: ", ")
        let text = try node.scalarText(wanted: wanted, isQuotable: true)
        guard let found = known.first(where: { $0.0 == text }) else {
            throw BadValue("\(Excerpt.of(text)) is none of \(wanted)", at: node.mark)
        }
        return found.1
    }

    private static func words<Value>(_ node: Node?, _ known: [(String, Value)]) throws(BadValue) -> [Value] {
        guard let node else { return [] }
        guard case .sequence(let sequence) = node, sequence.count > 0 else {
            throw BadValue("takes a list of \(known.map(\.0).joined(separator: ", "))", at: node.mark)
        }
        var found: [Value] = []
        for node in sequence { found.append(try word(node, known)) }
        return found
    }

    private static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    static func text(_ rule: RiskRule) -> String {
        func names<Value: Hashable>(_ values: Set<Value>, _ known: [(String, Value)]) -> String? {
            values.isEmpty ? nil : "[" + known.filter { values.contains($0.1) }.map(\.0).joined(separator: ", ") + "]"
        }
        func name<Value: Equatable>(_ value: Value?, _ known: [(String, Value)]) -> String? {
            known.first { $0.1 == value }?.0
        }
        func money(_ amount: Int64?) -> String? {
            amount.flatMap { amount in rule.currency.map { ValueKind<[Currency: Int64]>.amounts.text([$0: amount]) } }
        }
        func quoted(_ texts: [String]) -> String? {
            texts.isEmpty ? nil : "[" + texts.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
        let hasAmount = rule.amountAbove != nil || rule.amountAtMost != nil
        let parts: [(String, String?)] = [
            ("name", rule.name), ("action", name(rule.action, actions)), ("on", names(rule.subjects, subjects)),
            ("mode", name(rule.mode, modes)), ("currency", hasAmount ? nil : rule.currency?.lowercaseCode),
            ("amount_above", money(rule.amountAbove)), ("amount_at_most", money(rule.amountAtMost)),
            ("brands", names(rule.brands, brands)), ("issuer_countries", quoted(rule.issuerCountries.sorted())),
            ("issuer_countries_except", quoted(rule.otherIssuerCountries.sorted())),
            ("addresses", quoted(rule.addresses.map(\.text))), ("bot", rule.bot?.text),
            ("sender", rule.person?.text), ("first_to_recipient", rule.isFirstToRecipient ? "true" : nil),
            ("more_than", rule.velocity.map { String($0.most) }),
            ("counting", rule.velocity?.counted == .attempts ? nil : name(rule.velocity?.counted, things)),
            ("by", name(rule.velocity?.key, counted)),
            ("within", rule.velocity.map { Units.durationText($0.window) }),
        ]
        return "{" + parts.compactMap { key, value in value.map { "\(key): \($0)" } }.joined(separator: ", ") + "}"
    }
}
