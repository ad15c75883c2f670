import FlorinTesting
import Ledger
import Primitives
import Testing

@Suite("An account")
struct AccountStateTests {
    private static func account(_ kind: AccountKind, _ balance: Int64, held: Int64 = 0) -> AccountState {
        AccountState(kind: kind, balance: balance, held: held)
    }

    @Test("says which kinds callers cannot overdraw")
    func guarded() {
        #expect(
            AccountKind.allCases.filter(\.isGuarded) == [.botPayable, .wallet, .transfersInFlight, .payoutsInFlight])
    }

    @Test("of a guarded kind gives what is available and not one unit more")
    func debits() throws {
        var wallet = Self.account(.wallet, 100, held: 40)
        #expect(wallet.available == 60)
        #expect(throws: LedgerError.insufficientFunds(.wallet, available: 60)) { try wallet.debit(61) }
        #expect(wallet == Self.account(.wallet, 100, held: 40))
        try wallet.debit(60)
        #expect(wallet == Self.account(.wallet, 40, held: 40))
        #expect(throws: LedgerError.insufficientFunds(.wallet, available: 0)) { try wallet.debit(1) }
        try wallet.debit(40, fromHold: true)
        #expect(wallet == Self.account(.wallet, 0))
    }

    @Test("holds what is available and not one unit more")
    func holds() throws {
        var wallet = Self.account(.wallet, 100)
        try wallet.hold(70)
        #expect(throws: LedgerError.insufficientFunds(.wallet, available: 30)) { try wallet.hold(31) }
        try wallet.hold(30)
        #expect(wallet == Self.account(.wallet, 100, held: 100))
        #expect(throws: LedgerError.holdExceeded(.wallet)) { try wallet.release(101) }
        try wallet.release(100)
        #expect(wallet == Self.account(.wallet, 100))
        #expect(throws: LedgerError.holdExceeded(.wallet)) { try wallet.release(1) }
        #expect(throws: LedgerError.holdExceeded(.wallet)) { try wallet.debit(1, fromHold: true) }
    }

    @Test("of an unguarded kind goes below zero")
    func unguarded() throws {
        for kind in AccountKind.allCases where !kind.isGuarded {
            var account = Self.account(kind, 0)
            try account.debit(5)
            #expect(account.balance == -5)
            try account.hold(5)
            #expect(account.available == -10)
        }
    }

    @Test("takes no amount that is not positive, on any way", arguments: [Int64(0), -1, .min])
    func notPositive(amount: Int64) {
        for kind in AccountKind.allCases {
            var account = Self.account(kind, 100, held: 50)
            #expect(throws: LedgerError.amountNotPositive(amount)) { try account.debit(amount) }
            #expect(throws: LedgerError.amountNotPositive(amount)) { try account.debit(amount, fromHold: true) }
            #expect(throws: LedgerError.amountNotPositive(amount)) { try account.credit(amount) }
            #expect(throws: LedgerError.amountNotPositive(amount)) { try account.hold(amount) }
            #expect(throws: LedgerError.amountNotPositive(amount)) { try account.release(amount) }
            #expect(account == Self.account(kind, 100, held: 50))
        }
    }

    @Test("never leaves the range of its numbers")
    func overflow() {
        var full = Self.account(.bank, .max, held: .max)
        #expect(throws: LedgerError.overflow) { try full.credit(1) }
        #expect(throws: LedgerError.overflow) { try full.hold(1) }
        var empty = Self.account(.bank, .min)
        #expect(throws: LedgerError.overflow) { try empty.debit(1) }
        #expect(full == Self.account(.bank, .max, held: .max))
        #expect(empty == Self.account(.bank, .min))
    }

    @Test("that was stored with impossible numbers is read without a crash")
    func corrupt() {
        #expect(Self.account(.bank, .min, held: 1).available == .min)
        #expect(Self.account(.bank, .max, held: -1).available == .max)
        let key = AccountKey(.bank, owner: SIMD2(0, 0), currency: .usd, mode: .test)
        #expect(AccountBalance(key: key, balance: .min, held: .max).available == .min)
        #expect(AccountBalance(key: key, balance: 100, held: 40).available == 60)
        var negative = Self.account(.wallet, -5, held: -5)
        #expect(throws: LedgerError.holdExceeded(.wallet)) { try negative.release(1) }
        #expect(throws: LedgerError.insufficientFunds(.wallet, available: 0)) { try negative.debit(1) }
    }

    @Test(
        "keeps 0 <= held <= balance while guarded, and a refusal changes nothing",
        arguments: [UInt64(5), .random(in: 0 ... .max)])
    func properties(seed: UInt64) throws {
        var random = SeededRandomness(seed: seed)
        for kind in AccountKind.allCases where kind.isGuarded {
            var account = Self.account(kind, 0)
            var (model, held): (Int64, Int64) = (0, 0)
            for _ in 0..<5_000 {
                let amount = Int64.random(in: -2...50, using: &random)
                let before = account
                do {
                    switch Int.random(in: 0..<5, using: &random) {
                    case 0:
                        try account.credit(amount)
                        model += amount
                    case 1:
                        try account.debit(amount)
                        model -= amount
                    case 2:
                        try account.debit(amount, fromHold: true)
                        (model, held) = (model - amount, held - amount)
                    case 3:
                        try account.hold(amount)
                        held += amount
                    default:
                        try account.release(amount)
                        held -= amount
                    }
                } catch {
                    try #require(account == before, "seed \(seed)")
                }
                try #require(account == Self.account(kind, model, held: held), "seed \(seed)")
                try #require(account.held >= 0 && account.held <= account.balance, "seed \(seed)")
            }
        }
    }
}
