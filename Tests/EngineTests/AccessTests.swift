import Engine
import FlorinTesting
import Payments
import Ports
import Primitives
import Testing

@Suite("Keys and parties")
struct AccessTests {
    private func bytes(_ key: Redacted<String>) -> [UInt8] { Array(key.exposed().utf8) }

    @Test("a key opens what it was issued for until it is revoked, also right after it was used")
    func revocation() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            let (key, text) = try await access.issue(.secret, owner: .bot(Florin.bot), mode: .test, label: "till")
            let principal = try #require(try await access.principal(for: bytes(text)))
            #expect(
                principal
                    == .bot(
                        BotPrincipal(
                            key: key.id, bot: Florin.bot, platform: Florin.platform, mode: .test, grants: .everything)))
            #expect(text.exposed().hasPrefix("sk_test_"))
            #expect(try await access.principal(for: bytes(text)) != nil)
            #expect(try await access.revoke(key.id)?.revoked != nil)
            #expect(try await access.principal(for: bytes(text)) == nil)
        }
    }

    @Test("a key that ends stops at that moment, though it is remembered")
    func expiry() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            let (key, text) = try await access.issue(.secret, owner: .bot(Florin.bot), mode: .test, label: "till")
            let ends = florin.clock.now().advanced(by: .seconds(3))
            try await florin.now.store.write { transaction in
                var rolled = key
                rolled.expires = ends
                try transaction.update(rolled)
            }
            #expect(try await access.principal(for: bytes(text)) != nil)
            florin.clock.set(to: ends)
            #expect(try await access.principal(for: bytes(text)) == nil)
        }
    }

    @Test("a revocation elsewhere takes hold within seconds, and a bot that is switched off has no keys")
    func elsewhere() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            let (key, text) = try await access.issue(.secret, owner: .bot(Florin.bot), mode: .test, label: "till")
            #expect(try await access.principal(for: bytes(text)) != nil)
            let now = florin.clock.now()
            try await florin.now.store.write { transaction in
                var revoked = key
                revoked.revoked = now
                try transaction.update(revoked)
            }
            florin.clock.advance(by: .seconds(5))
            #expect(try await access.principal(for: bytes(text)) == nil)

            let (_, other) = try await access.issue(.secret, owner: .bot(Florin.bot), mode: .test, label: "till")
            let (_, anybodys) = try await access.issue(.publishable, owner: .bot(Florin.bot), mode: .test, label: "")
            try await florin.now.store.write { transaction in
                guard var bot = try transaction.bot(Florin.bot) else { throw Missing(what: "the bot") }
                bot.isActive = false
                try transaction.update(bot)
            }
            #expect(try await access.principal(for: bytes(other)) == nil)
            #expect(try await access.principal(for: bytes(anybodys)) == nil)
        }
    }

    @Test("a restricted key is known with its scopes, a publishable one as everybody's")
    func kinds() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            let scopes = ScopeSet([.write(.refunds)])
            let (_, restricted) = try await access.issue(
                .restricted, owner: .platform(Florin.platform), mode: .live, label: "", scopes: scopes)
            #expect(restricted.exposed().hasPrefix("rk_live_"))
            guard case .platform(let platform)? = try await access.principal(for: bytes(restricted)) else {
                Issue.record("a restricted key of the platform is not the platform's")
                return
            }
            #expect(platform.grants == .only(scopes))
            #expect(platform.mode == .live)
            let (_, anybodys) = try await access.issue(.publishable, owner: .bot(Florin.bot), mode: .test, label: "")
            guard case .browser(let browser)? = try await access.principal(for: bytes(anybodys)) else {
                Issue.record("a publishable key opens more than a browser's part")
                return
            }
            #expect(browser.owner == .bot(Florin.bot))
            #expect(!Scope.all.contains(where: browser.allows))
        }
    }

    @Test("a rolled key goes on until its end beside one that may do the same, and is not rolled twice")
    func roll() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            let scopes = ScopeSet([.read(.events)])
            let (old, oldText) = try await access.issue(
                .restricted, owner: .bot(Florin.bot), mode: .test, label: "till", scopes: scopes)
            #expect(try await access.principal(for: bytes(oldText)) != nil)
            let rolled = try await access.roll(old.id, overlap: .seconds(3_600))
            #expect(rolled.old.expires == florin.clock.now().advanced(by: .seconds(3_600)))
            #expect(rolled.new.scopes == scopes && rolled.new.kind == .restricted && rolled.new.label == "till")
            #expect(rolled.new.expires == nil)
            await #expect(throws: AccessControl.RollRefusal.self) {
                try await access.roll(old.id, overlap: .seconds(7_200))
            }
            #expect(try await access.principal(for: bytes(oldText)) != nil)
            #expect(try await access.principal(for: bytes(rolled.text)) != nil)
            florin.clock.advance(by: .seconds(3_600))
            #expect(try await access.principal(for: bytes(oldText)) == nil)
            #expect(try await access.principal(for: bytes(rolled.text)) != nil)
            await #expect(throws: AccessControl.RollRefusal.ended) { try await access.roll(old.id, overlap: .zero) }
            let none = APIKeyID(high: 1, low: 1)
            await #expect(throws: AccessControl.RollRefusal.noSuchKey) { try await access.roll(none, overlap: .zero) }
        }
    }

    @Test("rolling without overlap ends the old key at once, though it is remembered; an overlap has a limit")
    func rollAtOnce() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            let (old, text) = try await access.issue(.secret, owner: .bot(Florin.bot), mode: .test, label: "")
            #expect(try await access.principal(for: bytes(text)) != nil)
            let rolled = try await access.roll(old.id, overlap: .seconds(-5))
            #expect(try await access.principal(for: bytes(text)) == nil)
            let again = try await access.roll(rolled.new.id, overlap: .seconds(1_000_000_000))
            #expect(again.old.expires == florin.clock.now().advanced(by: AccessControl.longestOverlap))
        }
    }

    @Test("uses are kept to the minute and stored together, never by the request itself")
    func lastUsed() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            let (key, text) = try await access.issue(.secret, owner: .bot(Florin.bot), mode: .test, label: "")
            func stored() async throws -> Timestamp? {
                try await florin.now.store.read { try $0.apiKey(key.id) }?.lastUsed
            }
            florin.clock.set(to: Timestamp(seconds: 1_800_000_059))
            for _ in 0..<3 { _ = try await access.principal(for: bytes(text)) }
            #expect(try await stored() == nil)
            #expect(try await access.storeUses() == 1)
            #expect(try await access.storeUses() == 0)
            #expect(try await stored() == Timestamp(seconds: 1_800_000_000))
            florin.clock.set(to: Timestamp(seconds: 1_799_999_000))
            _ = try await access.principal(for: bytes(text))
            try await access.storeUses()
            #expect(try await stored() == Timestamp(seconds: 1_800_000_000))
        }
    }

    @Test("nonsense is no key")
    func nonsense() async throws {
        try await withFlorin { florin, _ in
            let access = try florin.now.access
            #expect(try await access.principal(for: []) == nil)
            #expect(try await access.principal(for: Array("sk_test_0".utf8)) == nil)
            #expect(try await access.principal(for: [UInt8](repeating: 65, count: 100_000)) == nil)
        }
    }

    @Test("a deleted customer leaves no texts and no usable card, however many there were")
    func customerDeletion() async throws {
        try await withFlorin { florin, _ in
            let customer = try await florin.customer()
            var cards: [PaymentMethodID] = []
            for _ in 0..<120 {
                let card = try await florin.card()
                _ = try await florin.now.cards.attach(card, to: .customer(customer), florin.caller())
                cards.append(card)
            }
            let answer = try await florin.now.parties.deleteCustomer(customer, florin.caller())
            #expect(answer("deleted") == "true")
            let stored = try #require(try await florin.now.store.read { try $0.customer(customer) })
            #expect(stored.profile == nil)
            #expect(stored.emailHash == nil)
            let all = cards
            let left = try await florin.now.store.read { reader in
                try all.filter { try reader.paymentMethod($0).map { !$0.isConsumed || $0.holder != .nobody } ?? true }
            }
            #expect(left.isEmpty)
            // A deletion carries no key: when it comes again, it finds what was asked for.
            let again = try await florin.now.parties.deleteCustomer(customer, florin.caller())
            #expect(again("deleted") == "true")
            guard
                case .notFound? = try await refusal({
                    try await florin.now.parties.updateCustomer(
                        customer, profile: DetailFields(), removals: [], florin.caller())
                })
            else {
                Issue.record("a deleted customer was found")
                return
            }
        }
    }

    @Test("a token is redeemed once")
    func token() async throws {
        try await withFlorin { florin, _ in
            let number = try Florin.cardNumber(5)
            let expiry = try #require(CardExpiry(month: 1, year: 2060))
            let card = NewCard(number: number, expiry: expiry, securityCode: nil, billing: DetailFields())
            let answer = try await florin.now.cards.createToken(card, florin.caller())
            let token = try TokenID(required: answer("id"))
            #expect(try await florin.now.cards.redeem(token, florin.caller())("id") == answer("card"))
            guard
                case .invalid("card[token]", "token_already_used", _)? = try await refusal({
                    try await florin.now.cards.redeem(token, florin.caller())
                })
            else {
                Issue.record("a token was redeemed twice")
                return
            }
        }
    }
}
