import MessengerSurface
import Payments
import Ports
import Primitives
import Testing
import WireKit

@Suite("What Messenger posts to a page's app")
struct MessengerPageEventTests {
    private let dialect = MessengerDialect()
    private let page = SurfaceCredentials(account: "98", secret: Redacted(Array("s3cret".utf8)))

    private func arrivals(_ json: String) throws -> [SurfaceArrival] {
        try #require(dialect.envelope(Array(json.utf8))).arrivals
    }

    private func wrapped(_ event: String) -> String {
        """
        {"object":"page","entry":[{"id":"98","time":1458692752479,"messaging":[{"sender":{"id":"1254"},
        "recipient":{"id":"98"},"timestamp":1458692752478,\(event)}]}]}
        """
    }

    private func arrival(_ referral: SurfaceReferral, person: String = "1254") -> SurfaceArrival {
        SurfaceArrival(
            account: "98", person: person, referral: referral, at: Timestamp(microseconds: 1_458_692_752_478_000))
    }

    @Test(
        "a referral is read wherever the platform puts it",
        arguments: [
            (
                #""referral":{"ref":"r-1","source":"SHORTLINK","type":"OPEN_THREAD"}"#,
                SurfaceReferral(ref: "r-1", source: "SHORTLINK")
            ),
            (
                #""referral":{"ad_id":6045246247433,"source":"ADS","type":"OPEN_THREAD","ads_context_data":{"ad_title":"x"}}"#,
                SurfaceReferral(source: "ADS", ad: "6045246247433")
            ),
            (
                #""postback":{"payload":"START","referral":{"ref":"r-2","source":"MESSENGER_CODE","type":"OPEN_THREAD"}}"#,
                SurfaceReferral(ref: "r-2", source: "MESSENGER_CODE")
            ),
            (
                #""message":{"mid":"m","text":"hi","referral":{"ref":"r-3","source":"ADS","ad_id":"7"}}"#,
                SurfaceReferral(ref: "r-3", source: "ADS", ad: "7")
            ),
            (#""optin":{"ref":"box"}"#, SurfaceReferral(ref: "box")),
        ])
    func places(_ event: String, _ referral: SurfaceReferral) throws {
        #expect(try arrivals(wrapped(event)) == [arrival(referral)])
    }

    @Test(
        "events that lead nobody here, and parts of a strange form, are passed over",
        arguments: [
            #""message":{"mid":"m","text":"hi"}"#, #""postback":{"payload":"START"}"#, #""delivery":{"watermark":1}"#,
            #""referral":"x""#, #""referral":{"ref":"","source":"not a word"}"#,
            #""something_new":{"referral":{"ref":"r"}}"#,
            #""optin":{"type":"notification_messages","payload":"x"}"#,
        ])
    func others(_ event: String) throws {
        #expect(try arrivals(wrapped(event)).isEmpty)
    }

    @Test(
        "several entries with several events are read, those of a second app too, and the page's own word is no arrival"
    )
    func batched() throws {
        let text = """
            {"object":"page","entry":[
            {"id":"98","time":1458692752478,"messaging":[
            {"sender":{"id":1},"recipient":{"id":98},"referral":{"ref":"a"}},
            {"sender":{"id":"98"},"recipient":{"id":"1"},"timestamp":1458692752478,"referral":{"ref":"echo"}},
            {"sender":{"id":"2"},"recipient":{"id":"97"},"timestamp":1458692752478,"referral":{"ref":"other"}}]},
            {"id":"98","standby":[{"sender":{"id":"3"},"timestamp":"1458692752478","referral":{"ref":"b"}}]},
            {"id":"98","time":1,"changes":[{"field":"feed"}]},{"messaging":[]},7,
            {"id":"97","messaging":[{"recipient":{"id":"97"},"timestamp":1458692752478,"optin":{"ref":"c","user_ref":"box-1"}}]}]}
            """
        let envelope = try #require(dialect.envelope(Array(text.utf8)))
        #expect(envelope.accounts == ["98", "97"])
        #expect(envelope.arrivals.map(\.person) == ["1", "3", "box-1"])
        #expect(envelope.arrivals.map(\.referral.ref) == ["a", "b", "c"])
        #expect(envelope.arrivals.map(\.account) == ["98", "98", "97"])
    }

    @Test("a ref that is too long is left out, and a time that is none leaves out the event")
    func bounds() throws {
        let long = String(repeating: "x", count: 251)
        #expect(
            try arrivals(wrapped(#""referral":{"ref":"\#(long)","source":"ADS"}"#)) == [
                arrival(SurfaceReferral(source: "ADS"))
            ])
        let never = wrapped(#""referral":{"ref":"r"}"#).replacing("1458692752478", with: "99999999999999999")
        #expect(try arrivals(never).isEmpty)
    }

    @Test(
        "what is no envelope of a page is nothing",
        arguments: [
            "", "[]", "{}", #"{"object":"user","entry":[]}"#, #"{"object":"page"}"#, #"{"object":"page","entry":{}}"#,
        ])
    func noEnvelope(_ text: String) {
        #expect(dialect.envelope(Array(text.utf8)) == nil)
    }

    private func signed(_ body: String, _ names: [(String, String)]) -> Bool {
        dialect.isSigned(Array(body.utf8), headers: names.map { (name: $0.0, value: $0.1) }, for: page)
    }

    private func code(_ body: String, sha1: Bool = false, key: String = "s3cret") throws -> String {
        let key = Redacted(Array(key.utf8))
        let bytes = Array(body.utf8)
        let code = try #require(
            sha1 ? MessageAuthentication.sha1(bytes, key: key) : MessageAuthentication.sha256(bytes, key: key))
        return (sha1 ? "sha1=" : "sha256=") + Hex.encode(code)
    }

    @Test("either signature over the bytes is believed, the stronger one first, and nothing else")
    func signatures() throws {
        let body = #"{"object":"page"}"#
        let (strong, weak) = (try code(body), try code(body, sha1: true))
        #expect(signed(body, [("X-Hub-Signature-256", strong)]))
        #expect(signed(body, [("x-hub-signature", weak)]))
        #expect(signed(body, [("X-Hub-Signature", "sha1=00"), ("X-Hub-Signature-256", strong)]))
        #expect(!signed(body, [("X-Hub-Signature", weak), ("X-Hub-Signature-256", try code(body + " "))]))
        #expect(!signed(body, [("X-Hub-Signature-256", try code(body, key: "other"))]))
        #expect(!signed(body + " ", [("X-Hub-Signature-256", strong)]))
        #expect(!signed(body, [("X-Hub-Signature-256", strong), ("X-Hub-Signature-256", strong)]))
        #expect(!signed(body, [("X-Hub-Signature-256", weak)]))
        #expect(!signed(body, [("X-Hub-Signature", strong)]))
        #expect(!signed(body, [("X-Hub-Signature-256", "sha256=")]))
        #expect(!signed(body, []))
    }

    @Test("a code over the escaped text is believed for the same text with its letters as they are")
    func escaped() throws {
        let escaped = #"{"object":"page","x":"Zo\u00eb \ud83d\ude00"}"#
        let strong = try code(escaped)
        #expect(signed(escaped, [("X-Hub-Signature-256", strong)]))
        #expect(signed(#"{"object":"page","x":"Zoë 😀"}"#, [("X-Hub-Signature-256", strong)]))
    }

    @Test("the platform's question is read in its documented form only")
    func challenge() throws {
        let asked = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=me%20atyamum"
        let found = try #require(dialect.challenge(in: Array(asked.utf8)))
        #expect(found.token.exposed() == "me atyamum" && found.answer == "1158201444")
        for other in [
            "", "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=t", "hub.mode=subscribe&hub.challenge=1",
            "hub.mode=subscribe&hub.verify_token=t&hub.challenge=%3Cscript%3E", "hub.mode=subscribe&hub.verify_token=t",
            "hub.mode=subscribe&hub.verify_token=&hub.challenge=1",
        ] {
            #expect(dialect.challenge(in: Array(other.utf8)) == nil, "\(other)")
        }
    }

    private func proved(_ query: String, body: String = "", isRequired: Bool = false) throws(SurfaceRefusal) {
        let call = SurfaceCall(
            verb: .post, path: "me/messages", query: Array(query.utf8), contentType: "application/json",
            body: Array(body.utf8))
        try dialect.checkProof(in: call, of: "EAAtoken", for: page, isRequired: isRequired)
    }

    @Test("a proof of the app secret has to be right wherever it stands, and to be there where it is required")
    func proofs() throws {
        let right = Hex.encode(
            try #require(MessageAuthentication.sha256(Array("EAAtoken".utf8), key: Redacted(Array("s3cret".utf8)))))
        for isRequired in [false, true] {
            try proved("access_token=EAAtoken&appsecret_proof=\(right)", isRequired: isRequired)
            try proved("", body: #"{"appsecret_proof":"\#(right.uppercased())"}"#, isRequired: isRequired)
            #expect(throws: SurfaceRefusal.self) { try proved("appsecret_proof=\(right.dropLast(2))00") }
            #expect(throws: SurfaceRefusal.self) { try proved("appsecret_proof=\(right.dropLast(2))") }
            #expect(throws: SurfaceRefusal.self) { try proved("", body: #"{"appsecret_proof":7}"#) }
        }
        try proved("")
        #expect(throws: SurfaceRefusal.self) { try proved("", isRequired: true) }
    }

    private func asked(_ query: String, of person: String = "1254") throws(SurfaceRefusal) -> SurfaceDemand {
        try dialect.demand(
            of: SurfaceCall(verb: .get, path: person, query: Array(query.utf8), contentType: nil, body: []), mode: .test
        )
    }

    @Test("what the platform said of somebody about payments is asked for by field, and their name is not told here")
    func profiles() throws {
        #expect(try asked("fields=is_payment_enabled") == .profile(of: "1254", .mayPay))
        #expect(try asked("fields=id,last_ad_referral,is_payment_enabled") == .profile(of: "1254", [.mayPay, .lastAd]))
        #expect(try asked("fields=%5B%22is_payment_enabled%22%5D") == .profile(of: "1254", .mayPay))
        for query in [
            "", "fields=first_name", "fields=first_name,is_payment_enabled", "fields=id",
            "x=1&fields=is_payment_enabled",
        ] {
            #expect(throws: SurfaceRefusal.self, "\(query)") { try asked(query) }
        }
        #expect(throws: SurfaceRefusal.self) { try asked("fields=is_payment_enabled", of: "me2") }
        let told = dialect.reply(
            .profile(of: "1254", mayPay: true, lastAd: SurfaceReferral(ref: "r", source: "ADS", ad: "7")), for: "98")
        #expect(
            String(decoding: told, as: UTF8.self)
                == #"{"is_payment_enabled":true,"last_ad_referral":{"source":"ADS","type":"OPEN_THREAD","ad_id":"7"},"id":"1254"}"#
        )
    }
}
