import Ledger
import Primitives
import Testing

private enum SourceKind: IdentifierKind { static var prefix: String { "src" } }

@Suite("Postings")
struct PostingTests {
    private static let source = Identifier<SourceKind>(high: 9, low: 10)

    private static func key(
        _ kind: AccountKind, owner: UInt64 = 1, _ currency: Currency = .usd, _ mode: Mode = .test
    ) -> AccountKey {
        AccountKey(kind, owner: SIMD2(owner, 0), currency: currency, mode: mode)
    }

    @Test("take from one account what they give to another")
    func fields() throws {
        let posting = try Posting(
            debit: Self.key(.wallet), credit: Self.key(.bank), amount: 5, reason: .cashOut, fromHold: true)
        #expect(posting.debit == Self.key(.wallet))
        #expect(posting.credit == Self.key(.bank))
        #expect(posting.amount == 5)
        #expect(posting.reason == .cashOut)
        #expect(posting.isFromHold)
    }

    @Test("are refused in a fixed order: amount, currency, mode, same account")
    func refusals() {
        let wallet = Self.key(.wallet)
        let euros = Self.key(.wallet, .eur, .live)
        let live = Self.key(.wallet, .usd, .live)
        let rows: [(AccountKey, AccountKey, Int64, LedgerError)] = [
            (wallet, euros, 0, .amountNotPositive(0)), (wallet, euros, -1, .amountNotPositive(-1)),
            (wallet, wallet, .min, .amountNotPositive(.min)), (wallet, euros, 1, .currencyMismatch(.usd, .eur)),
            (wallet, live, 1, .modeMismatch), (wallet, wallet, 1, .sameAccount),
        ]
        for (debit, credit, amount, error) in rows {
            #expect(throws: error) { try Posting(debit: debit, credit: credit, amount: amount, reason: .adjustment) }
        }
    }

    @Test("go between two people's wallets, and between kinds of one owner")
    func allowed() throws {
        _ = try Posting(
            debit: Self.key(.wallet), credit: Self.key(.wallet, owner: 2), amount: 1, reason: .transferReceived)
        _ = try Posting(debit: Self.key(.wallet), credit: Self.key(.receivable), amount: .max, reason: .adjustment)
    }

    @Test("stand together in transactions of 1 to 64")
    func transactions() throws {
        let one = try Posting(debit: Self.key(.wallet), credit: Self.key(.bank), amount: 1, reason: .cashOut)
        let time = Timestamp(seconds: 1)
        #expect(throws: LedgerError.empty) {
            try LedgerTransaction(source: Self.source, created: time, postings: [])
        }
        #expect(throws: LedgerError.tooManyPostings(65)) {
            try LedgerTransaction(source: Self.source, created: time, postings: Array(repeating: one, count: 65))
        }
        for count in [1, 64] {
            let book = try LedgerTransaction(
                source: Self.source, created: time, postings: Array(repeating: one, count: count))
            #expect(book.postings.count == count)
            #expect(book.source == SIMD2(9, 10))
        }
    }

    @Test("never mix accounts of another owner, kind, currency or mode")
    func keys() {
        let keys = [
            Self.key(.wallet), Self.key(.wallet, owner: 2), Self.key(.bank), Self.key(.wallet, .eur),
            Self.key(.wallet, .usd, .live),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(AccountKey(.wallet, of: Self.source, currency: .usd, mode: .test).owner == SIMD2(9, 10))
    }

    @Test("store kinds and reasons under numbers that never change")
    func rawValues() {
        #expect(AccountKind.allCases.map(\.rawValue) == Array(1...12))
        #expect(PostingReason.allCases.map(\.rawValue) == Array(1...26))
        #expect(AccountKind.wallet.rawValue == 3)
        #expect(AccountKind.bank.rawValue == 11)
        #expect(PostingReason.charge.rawValue == 1)
        #expect(PostingReason.adjustment.rawValue == 17)
    }
}
