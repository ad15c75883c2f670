import Primitives

/// What a rule asks for, in bits: rules out nearly every rule without looking at its lists, and never one that applies. A
/// table of a thousand rules is looked through for every charge.
struct RuleSketch: Hashable, Sendable {
    private let brands: UInt64
    private let methods: UInt64
    private let currencies: UInt64
    private let countries: UInt64
    private let issuerCountries: UInt64
    private let bots: UInt64
    private let least: Int64
    private let most: Int64
    private let firstPrefix: UInt32
    private let lastPrefix: UInt32

    init(_ conditions: RoutingConditions) {
        brands = Self.mask(conditions.brands.map { $0.sketch })
        methods = Self.mask(conditions.methods.map { $0.sketch })
        currencies = Self.mask(conditions.currencies.map { $0.sketch })
        countries = Self.mask(conditions.countries.map { FactsSketch.bit(country: $0) })
        issuerCountries = Self.mask(conditions.issuerCountries.map { FactsSketch.bit(country: $0) })
        bots = Self.mask(conditions.bots.map { $0.sketch })
        least = conditions.minorUnits?.lowerBound ?? .min
        most = conditions.minorUnits?.upperBound ?? .max
        let prefixes = conditions.issuerPrefixes
        firstPrefix = prefixes.map(\.lowerBound).min() ?? 0
        lastPrefix = prefixes.map(\.upperBound).max() ?? .max
    }

    /// Every bit where nothing is asked for.
    private static func mask(_ bits: [UInt64]) -> UInt64 { bits.isEmpty ? .max : bits.reduce(0, |) }

    @inline(__always)
    func mayApply(_ facts: FactsSketch) -> Bool {
        brands & facts.brand != 0 && bots & facts.bot != 0 && facts.prefix >= firstPrefix
            && facts.prefix <= lastPrefix && currencies & facts.currency != 0 && facts.amount >= least
            && facts.amount <= most && countries & facts.country != 0
            && issuerCountries & facts.issuerCountry != 0 && methods & facts.method != 0
    }
}

/// The same of a charge, made once for all rules. What is not known has a bit that no condition has.
struct FactsSketch {
    fileprivate let brand: UInt64
    fileprivate let method: UInt64
    fileprivate let currency: UInt64
    fileprivate let country: UInt64
    fileprivate let issuerCountry: UInt64
    fileprivate let bot: UInt64
    fileprivate let amount: Int64
    fileprivate let prefix: UInt32

    init(_ facts: RoutingFacts) {
        let unknown: UInt64 = 1 << 63
        brand = facts.brand?.sketch ?? unknown
        method = facts.method.sketch
        currency = facts.amount.currency.sketch
        country = facts.country.map { Self.bit(country: $0) } ?? unknown
        issuerCountry = facts.issuerCountry.map { Self.bit(country: $0) } ?? unknown
        bot = facts.bot?.sketch ?? unknown
        amount = facts.amount.minorUnits
        // Not known: the lists decide, and they say no wherever an issuer is asked for.
        prefix = facts.issuerPrefix ?? 0
    }

    fileprivate static func bit(country: String) -> UInt64 {
        1 << (country.utf8.reduce(UInt64(7)) { ($0 &* 31) &+ UInt64($1) } % 63)
    }
}

extension CardBrand {
    fileprivate var sketch: UInt64 { 1 << UInt64(rawValue % 63) }
}

extension RoutedMethod {
    fileprivate var sketch: UInt64 {
        switch self {
        case .card: 1
        case .paypal: 2
        }
    }
}

extension Currency {
    fileprivate var sketch: UInt64 { 1 << (UInt64(UInt16(bitPattern: numeric)) % 63) }
}

extension Identifier {
    fileprivate var sketch: UInt64 { 1 << ((low ^ (low >> 32) ^ high) % 63) }
}
