import FlorinTesting
import Foundation
import PayPalProcessor
import Ports
import Primitives
import ProcessorKit
import ProcessorSimulators
import Testing

@Suite struct WebhookTests {
    private struct Vectors: Decodable {
        struct Case: Decodable {
            let name: String
            let headers: [String: String]
            let webhookID: String
            let body: String
            let crc32: UInt32?
            let signedContent: String?
            let valid: Bool

            enum CodingKeys: String, CodingKey {
                case name, headers, body, crc32, valid
                case webhookID = "webhook_id"
                case signedContent = "signed_content"
            }
        }
        let authority: String
        let leaf: String
        let cases: [Case]

        enum CodingKeys: String, CodingKey {
            case authority = "test_ca_pem"
            case leaf = "test_leaf_cert_pem"
            case cases
        }
    }

    @Test("published signatures are judged as published")
    func vectors() throws {
        guard let vectors = try PublishedFacts.decoded("vectors/paypal-webhook.json", as: Vectors.self) else { return }
        let chain = try #require(
            CertificateChain(
                pem: Array(vectors.leaf.utf8), trust: .authorities(pem: vectors.authority),
                host: ".paypal.com", at: Timestamp(seconds: 1_767_225_605)))
        #expect(vectors.cases.count >= 2)
        for vector in vectors.cases {
            let checksum = CRC32.checksum(Array(vector.body.utf8))
            if vector.valid, let published = vector.crc32 { #expect(checksum == published, "\(vector.name)") }
            let id = vector.headers["PAYPAL-TRANSMISSION-ID"] ?? ""
            let time = vector.headers["PAYPAL-TRANSMISSION-TIME"] ?? ""
            let signature = Base64.decode(vector.headers["PAYPAL-TRANSMISSION-SIG"] ?? "") ?? []
            let content = "\(id)|\(time)|\(vector.webhookID)|\(checksum)"
            if vector.valid, let published = vector.signedContent { #expect(content == published) }
            let isAllowed = PayPalCertificates.Source.vendor(.test).allows(vector.headers["PAYPAL-CERT-URL"] ?? "")
            let isGenuine = chain.verifies(signature, over: Array(content.utf8))
            #expect((isAllowed && isGenuine) == vector.valid, "\(vector.name)")
        }
    }

    @Test("the checksum is the one that everybody knows")
    func checksum() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }

    @Test("a chain is believed only from its authority, for its host, and in its time")
    func chains() throws {
        let now = Timestamp(seconds: 1_790_000_000)
        let signer = try #require(PayPalSigner(at: now))
        let other = try #require(PayPalSigner(at: now))
        func chain(_ pem: String, _ trust: CertificateTrust, _ host: String, _ time: Timestamp) -> CertificateChain? {
            CertificateChain(pem: Array(pem.utf8), trust: trust, host: host, at: time)
        }
        let own = CertificateTrust.authorities(pem: signer.authority)
        #expect(chain(signer.certificate, own, ".paypal.com", now) != nil)
        #expect(chain(signer.certificate, own, "messageverificationcerts.paypal.com", now) != nil)
        #expect(chain(signer.certificate, own, ".paypal.com.example", now) == nil)
        #expect(chain(signer.certificate, own, ".example.com", now) == nil)
        #expect(chain(signer.certificate, .authorities(pem: other.authority), ".paypal.com", now) == nil)
        #expect(chain(signer.certificate, .system, ".paypal.com", now) == nil)
        #expect(chain(signer.certificate, own, ".paypal.com", now.advanced(by: .seconds(86_400 * 4_000))) == nil)
        #expect(chain(signer.certificate, own, ".paypal.com", Timestamp(seconds: 1_000_000_000)) == nil)
        #expect(chain("", own, ".paypal.com", now) == nil)
        let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        #expect(chain(nonsense, own, ".paypal.com", now) == nil)
    }

    // MARK: - Before the simulator

    private func webhooks(_ stage: Stage, _ id: String) throws -> PayPalWebhooks {
        let signer = try #require(stage.simulator.signing)
        return PayPalWebhooks(
            webhookID: id,
            certificates: PayPalCertificates(
                source: .simulator(stage.base, authority: signer.authority), executor: stage.executor))
    }

    private static let body = Array(
        """
        {"id":"WH-1","create_time":"2026-09-21T13:33:20Z","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":\
        {"id":"3C679366HH908993F","invoice_id":"op_x","status":"COMPLETED"}}
        """.utf8)

    private func message(
        _ stage: Stage, _ id: String, body: [UInt8] = body, changing: [String: String] = [:], at time: Timestamp? = nil
    ) throws -> InboundWebhook {
        let signer = try #require(stage.simulator.signing)
        let post = signer.post(body, to: "", webhookID: id, stage.base, time ?? stage.clock.now())
        let headers = post.headers.map { (name: $0.name, value: changing[$0.name] ?? $0.value) }
        return InboundWebhook(headers: headers, body: body)
    }

    private func verdict(
        _ verifier: PayPalWebhooks, _ message: InboundWebhook, at now: Timestamp
    ) async -> Result<ProcessorNotice, InboundWebhookRefusal> {
        do throws(InboundWebhookRefusal) {
            return .success(try await verifier.verify(message, at: now))
        } catch {
            return .failure(error)
        }
    }

    @Test("a genuine message says what it is about; the certificate is fetched once")
    func genuine() async throws {
        try await Stage.run { stage in
            let verifier = try webhooks(stage, "WHID")
            for _ in 0..<3 {
                let notice = try await verdict(verifier, try message(stage, "WHID"), at: stage.clock.now()).get()
                #expect(notice.id == "WH-1" && notice.topic == .payment && notice.reference == "op_x")
                #expect(notice.processorReference == "3C679366HH908993F")
            }
            // From now on nobody answers, and nobody has to.
            stage.faults.add(.init(.cutBefore, path: "/v1/notifications/certs", times: nil))
            let again = await verdict(verifier, try message(stage, "WHID"), at: stage.clock.now())
            #expect((try? again.get()) != nil)
        }
    }

    @Test("whoever posts cannot make this machine ask PayPal as often as they like, and many at once ask once")
    func boundedFetches() async throws {
        try await Stage.run { stage in
            let verifier = try webhooks(stage, "WHID")
            let genuine = try message(stage, "WHID")
            let now = stage.clock.now()
            let taken = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<40 { group.addTask { (try? await verdict(verifier, genuine, at: now).get()) != nil } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(taken == 40, "one fetch serves all")
            // From now on every name but the known one is met by silence.
            stage.faults.add(.init(.cutBefore, path: "/v1/notifications/certs", times: nil))
            var answers: [InboundWebhookRefusal] = []
            for number in 0..<40 {
                let strange = try message(
                    stage, "WHID", changing: ["paypal-cert-url": "\(stage.base)/v1/notifications/certs/CERT-\(number)"])
                if case .failure(let refusal) = await verdict(verifier, strange, at: now) { answers.append(refusal) }
            }
            #expect(answers == Array(repeating: .unprovable, count: 40))
            let seen = await stage.executor.execute(HTTPExchange(method: "GET", url: "\(stage.base)/_control/requests"))
            guard case .answered(let answer) = seen, let requests = JSONValue(parsing: answer.body) else {
                Issue.record("the simulator does not tell what it was asked")
                return
            }
            let asked = requests.elements.count { $0["path"]?.text?.hasPrefix("/v1/notifications/certs/") == true }
            #expect((2...PayPalCertificates.mostFetches).contains(asked), "asked \(asked) times")
            #expect(
                (try? await verdict(verifier, genuine, at: now).get()) != nil, "what is known is proved all the same")
        }
    }

    @Test("altered bytes, other endpoints, old and future times, other algorithms and nonsense are refused by name")
    func refusals() async throws {
        try await Stage.run { stage in
            let verifier = try webhooks(stage, "WHID")
            let now = stage.clock.now()
            let good = try message(stage, "WHID")
            func refusal(_ message: InboundWebhook, at time: Timestamp? = nil) async -> InboundWebhookRefusal? {
                switch await verdict(verifier, message, at: time ?? now) {
                case .failure(let refusal): refusal
                case .success: nil
                }
            }
            #expect(await refusal(good) == nil)
            #expect(await refusal(InboundWebhook(headers: good.headers, body: good.body + [0x20])) == .wrongSignature)
            #expect(await refusal(try message(stage, "OTHER")) == .wrongSignature)
            for header in good.headers where header.name.hasPrefix("paypal-") {
                let rest = good.headers.filter { $0.name != header.name }
                #expect(await refusal(InboundWebhook(headers: rest, body: good.body)) == .unsigned, "\(header.name)")
            }
            let otherAlgorithm = try message(stage, "WHID", changing: ["paypal-auth-algo": "SHA1withRSA"])
            #expect(await refusal(otherAlgorithm) == .unsigned)
            let otherSignature = try message(stage, "WHID", changing: ["paypal-transmission-sig": "AAAA"])
            #expect(await refusal(otherSignature) == .wrongSignature)
            #expect(await refusal(good, at: now.advanced(by: .seconds(4 * 86_400 + 1))) == .tooOld)
            #expect(await refusal(good, at: now.advanced(by: .seconds(-301))) == .tooOld)
            for nonsense in ["", "{}", "[]", "{\"id\":\"x\"}"] {
                let body = Array(nonsense.utf8)
                #expect(await refusal(try message(stage, "WHID", body: body)) == .unreadable, "\(nonsense)")
            }
        }
    }

    @Test(
        "nothing is fetched from an address that is not PayPal's",
        arguments: [
            "http://127.0.0.1:1/v1/notifications/certs/CERT-1", "https://evil.example/v1/notifications/certs/CERT-1",
            "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
            "https://api.sandbox.paypal.com@evil.example/v1/notifications/certs/CERT-1",
            "https://api.sandbox.paypal.com/v1/notifications/certs/../../x",
            "https://api.sandbox.paypal.com/v1/notifications/certs/CERT?x", "file:///etc/passwd", "",
            "https://api.paypal.com/v1/notifications/certs/CERT-1",
        ])
    func addresses(_ url: String) async {
        // Of test mode: the last one is PayPal's own, for live.
        let executor = HTTPExecutor(limits: Stage.limits)
        let certificates = PayPalCertificates(source: .vendor(.test), executor: executor)
        let answer = await certificates.certificate(at: url, now: Timestamp(seconds: 0))
        if case .refused = answer {} else { Issue.record("\(url) was asked") }
        await executor.shutdown()
    }

    @Test("while the certificate cannot be had, the sender is told to try again; another one is refused")
    func unavailable() async throws {
        try await Stage.run { stage in
            let verifier = try webhooks(stage, "WHID")
            stage.faults.add(.init(.errorBefore, path: "/v1/notifications/certs"))
            let first = await verdict(verifier, try message(stage, "WHID"), at: stage.clock.now())
            #expect(first == .failure(.unprovable))
            let other = try #require(PayPalSigner(at: stage.clock.now())).authority
            let stranger = PayPalWebhooks(
                webhookID: "WHID",
                certificates: PayPalCertificates(
                    source: .simulator(stage.base, authority: other), executor: stage.executor))
            let second = await verdict(stranger, try message(stage, "WHID"), at: stage.clock.now())
            #expect(second == .failure(.wrongSignature))
        }
    }
}
