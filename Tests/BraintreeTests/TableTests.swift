import BraintreeProcessor
import Payments
import Primitives
import Testing

@Suite struct TableTests {
    @Test("no code has two rows, and all are processor declines or the network's failure")
    func rows() {
        #expect(Set(BraintreeDeclines.rows.map(\.code)).count == BraintreeDeclines.rows.count)
        #expect(BraintreeDeclines.rows.allSatisfy { (2_000...2_999).contains($0.code) || $0.code == 3_000 })
        #expect(BraintreeDeclines.rows.count > 70)
    }

    @Test(
        "advice goes before what Braintree says of the decline, that before the table, and nothing known is soft",
        arguments: [
            ("2000", nil, nil, DeclineReason.doNotHonor, true), ("2000", "HARD", nil, .doNotHonor, false),
            ("2004", "SOFT", nil, .expiredCard, true), ("2004", "SOFT", "03", .expiredCard, false),
            ("2001", "HARD", "02", .insufficientFunds, true), ("2047", nil, nil, .pickupCard, false),
            ("2998", nil, nil, .genericDecline, true), ("", nil, nil, .genericDecline, true),
            (nil, nil, nil, .genericDecline, true),
            ("2014", nil, nil, .fraudulent, false), ("2010", nil, nil, .incorrectSecurityCode, false),
            ("3000", nil, nil, .tryAgainLater, true),
        ] as [(String?, String?, String?, DeclineReason, Bool)])
    func precedence(_ code: String?, _ type: String?, _ advice: String?, _ reason: DeclineReason, _ isSoft: Bool) {
        let decline = BraintreeDeclines.decline(code: code, declineType: type, advice: advice)
        #expect(decline == Decline(reason: reason, isSoft: isSoft, processorCode: code))
    }

    @Test(
        "what the gateway rejects is declined, unless it is the account that is refused",
        arguments: [
            ("CVV", DeclineReason.incorrectSecurityCode, true), ("AVS", .genericDecline, true),
            ("FRAUD", .fraudulent, false),
            ("RISK_THRESHOLD", .fraudulent, false), ("EXCESSIVE_RETRY", .cardVelocityExceeded, false),
            ("THREE_D_SECURE", .authenticationRequired, true), ("SOMETHING_NEW", .genericDecline, true),
            ("APPLICATION_INCOMPLETE", nil, false), ("MANUAL_TRANSACTIONS_DISABLED", nil, false),
        ] as [(String, DeclineReason?, Bool)])
    func rejections(_ word: String, _ reason: DeclineReason?, _ isSoft: Bool) {
        let decline = BraintreeDeclines.rejection(word)
        #expect(decline?.reason == reason)
        if let decline { #expect(decline.isSoft == isSoft) }
    }

    @Test("an account takes its own mode's address, and merchant accounts that make sense")
    func accounts() throws {
        let keys = try #require(BraintreeKeys(pair: Redacted("public_key:private_key")))
        func account(
            _ mode: Mode, _ accounts: String = "USD=a", _ base: String? = nil
        ) throws -> BraintreeAccount {
            try BraintreeAccount(mode: mode, keys: keys, merchantAccounts: accounts, base: base)
        }
        #expect(try account(.test).base == "https://payments.sandbox.braintree-api.com")
        #expect(try account(.live).base == "https://payments.braintree-api.com")
        #expect(try account(.test, "USD=a", "http://127.0.0.1:9443/").base == "http://127.0.0.1:9443")
        #expect(try account(.test, "usd=a,EUR=b-2").merchantAccounts == [.usd: "a", .eur: "b-2"])
        let refused: [(Mode, String, String?)] = [
            (.live, "USD=a", "http://127.0.0.1:9443"), (.live, "USD=a", BraintreeAccount.publicBase(.test)),
            (.test, "USD=a", BraintreeAccount.publicBase(.live)), (.test, "USD=a", "http://example.com"),
            (.test, "USD=a", "http://127.0.0.1.example.com"), (.test, "USD=a", "http://127.0.0.1:0"),
            (.test, "", nil), (.test, "USD", nil), (.test, "USD=", nil), (.test, "XXQ=a", nil),
            (.test, "USD=a,USD=b", nil),
            (.test, "USD=a b", nil), (.test, "HUF=a", nil),
        ]
        for (mode, accounts, base) in refused {
            #expect(throws: BraintreeAccountError.self, "\(accounts) \(base ?? "")") {
                try account(mode, accounts, base)
            }
        }
    }

    @Test(
        "keys that Braintree would not give are none, and errors do not repeat them",
        arguments: [
            "", "onlyonehalf", ":", "public_key:", ":private_key", "a:b", "public_key:private key",
            "public_key:private_key:more",
            "public|key:private_key",
        ])
    func keys(_ pair: String) { #expect(BraintreeKeys(pair: Redacted(pair)) == nil) }
}
