import Ledger
import Payments
import Ports
import Primitives

/// `kind:owner:currency:mode`, such as `wallet:per_…:usd:test`: an account's name in answers and paths.
enum AccountName {
    /// - Parameter reader: asked only for receivables, whose debtor may be a bot or a person.
    static func text(_ key: AccountKey, _ reader: any StoreReader) throws -> String {
        let owner = try owner(of: key, reader)
        return "\(Names.of(key.kind)):\(owner):\(key.currency.lowercaseCode):\(Names.of(key.mode))"
    }

    static func owner(of key: AccountKey, _ reader: any StoreReader) throws -> String {
        let (high, low) = (key.owner[0], key.owner[1])
        switch key.kind {
        case .processorClearing, .processingFees, .suspense, .directClearing:
            return ConnectionID(high: high, low: low).text
        case .botPayable, .directSettlement: return BotID(high: high, low: low).text
        case .wallet: return PersonID(high: high, low: low).text
        case .transfersInFlight, .feesEarned, .bank, .payoutsInFlight: return PlatformID(high: high, low: low).text
        case .receivable:
            let bot = BotID(high: high, low: low)
            return try reader.bot(bot) != nil ? bot.text : PersonID(high: high, low: low).text
        }
    }

    /// - Returns: nil when the text is not the name of an account.
    static func key(_ text: String) -> AccountKey? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let kind = Names.accountKind(String(parts[0])), let owner = bits(parts[1], kind),
            let currency = Currency(code: parts[2]), let mode = Names.mode(String(parts[3]))
        else { return nil }
        return AccountKey(kind, owner: owner, currency: currency, mode: mode)
    }

    private static func bits(_ text: Substring, _ kind: AccountKind) -> SIMD2<UInt64>? {
        func bits<Kind>(_ id: Identifier<Kind>?) -> SIMD2<UInt64>? { id.map { SIMD2($0.high, $0.low) } }
        switch kind {
        case .processorClearing, .processingFees, .suspense, .directClearing: return bits(ConnectionID(text))
        case .botPayable, .directSettlement: return bits(BotID(text))
        case .wallet: return bits(PersonID(text))
        case .transfersInFlight, .feesEarned, .bank, .payoutsInFlight: return bits(PlatformID(text))
        case .receivable: return bits(BotID(text)) ?? bits(PersonID(text))
        }
    }
}
