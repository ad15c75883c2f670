import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `listen` and `webhooks explain`: for those who write a receiver.
struct WorkbenchFeature: AdminFeature {
    let store: any Store
    let workbench: WebhookWorkbench

    var handlers: [AdminRoute: AdminHandler] {
        [.listen: json(listen), .stopListening: json(stop), .examine: json(examine)]
    }

    private func listen(_ request: AdminRequest) async throws -> ListenView {
        try request.allow()
        let wanted = try request.decoded(ListenRequest.self)
        guard let owner = Owner(text: wanted.owner) else {
            throw AdminError(.invalid, "“owner” is the id of a platform (plat_…) or a bot (bot_…).")
        }
        guard Self.isOnThisMachine(wanted.url) else {
            throw AdminError(
                .invalid, "“url” is http://localhost:PORT/…, http://127.0.0.1:PORT/… or http://[::1]:PORT/….")
        }
        var types: Set<EventType> = []
        for name in wanted.types {
            guard let type = EventType(name: name) else {
                throw AdminError(.invalid, "There is no event type “\(name)”.")
            }
            types.insert(type)
        }
        do {
            let made = try await workbench.listen(owner, url: wanted.url, types: types, also: request.trail.hook)
            let last = try await store.read { try $0.deliveries(of: made.endpoint.id, 1).first?.sequence ?? 0 }
            return ListenView(endpoint: made.endpoint.id.text, secret: made.secret.exposed(), lastSequence: last)
        } catch let refusal as WebhookWorkbench.ListeningRefusal {
            throw AdminError(refusal, owner: wanted.owner)
        }
    }

    private func stop(_ request: AdminRequest) async throws -> StoppedListeningView {
        try request.allow()
        let id: WebhookEndpointID = try request.identifier("webhook endpoint")
        guard try await workbench.stopListening(id, also: request.trail.hook) else {
            throw AdminError.noSuch("webhook endpoint", id.text)
        }
        return StoppedListeningView(endpoint: id.text)
    }

    private func examine(_ request: AdminRequest) async throws -> WebhookExaminationView {
        try request.allow()
        let id: WebhookEndpointID = try request.identifier("webhook endpoint")
        let wanted = try request.decoded(ExamineWebhookRequest.self)
        guard let body = Base64.decode(wanted.body), body.count <= WebhookWorkbench.longestBody else {
            throw AdminError(.invalid, "“body” is Base64 of at most \(WebhookWorkbench.longestBody) bytes.")
        }
        let sample = WebhookWorkbench.Sample(header: wanted.signature, body: body)
        guard let finding = try await workbench.examine(sample, for: id) else {
            throw AdminError.noSuch("webhook endpoint", id.text)
        }
        return WebhookExaminationView(finding)
    }

    private static func isOnThisMachine(_ url: String) -> Bool {
        guard url.utf8.count <= 2_048, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }),
            url.hasPrefix("http://")
        else { return false }
        let authority = url.dropFirst("http://".count).prefix { !"/?#".contains($0) }
        guard let colon = authority.lastIndex(of: ":"), UInt16(authority[authority.index(after: colon)...]) != nil
        else {
            return false
        }
        return ["localhost", "127.0.0.1", "[::1]"].contains(authority[..<colon])
    }
}

extension AdminError {
    fileprivate init(_ refusal: WebhookWorkbench.ListeningRefusal, owner: String) {
        switch refusal {
        case .notAllowedHere:
            self.init(
                .conflict,
                "This daemon sends nothing to addresses on its own machine; only florind dev does. Elsewhere, make an endpoint with POST /v1/webhook_endpoints."
            )
        case .noSuchOwner: self = .noSuch("owner", owner)
        case .tooManyEndpoints:
            self.init(
                .conflict,
                "There may be \(WebhookCommands.maximumEndpoints) endpoints; delete one with DELETE /v1/webhook_endpoints/ID."
            )
        }
    }
}

extension WebhookExaminationView {
    fileprivate init(_ finding: WebhookWorkbench.Finding) {
        switch finding {
        case .genuine(let age):
            self.init(
                verdict: "genuine", found: "It was signed for this endpoint \(age) s ago, over exactly these bytes.",
                advice: nil)
        case .headerMissing:
            self.init(
                verdict: "header_missing", found: "There is no Stripe-Signature header.",
                advice: "Read it by that name, in any case; see whether a proxy on the way takes headers out.")
        case .headerUnreadable:
            self.init(
                verdict: "header_unreadable", found: "The header is not of the form t=TIME,v1=HEX.",
                advice: "Hand over the whole value of Stripe-Signature as it came, without quotes and line breaks.")
        case .clockOff(let seconds):
            self.init(
                verdict: "clock_off",
                found:
                    "The signature is right, but its time is \(abs(seconds)) s \(seconds < 0 ? "ahead" : "ago"); receivers refuse more than \(WebhookWorkbench.tolerance).",
                advice:
                    "Set the receiver's clock (NTP). If the message was kept and is played again, that is what the limit is for: resend it with florinctl webhooks resend."
            )
        case .otherEndpoint(let id):
            self.init(
                verdict: "wrong_secret",
                found: "It was signed with the secret of \(id), another endpoint of the same owner.",
                advice: "Use that endpoint's secret for messages that carry Florin-Endpoint: \(id).")
        case .bodyChanged(let position, let sent, let given):
            self.init(
                verdict: "body_changed",
                found:
                    "Other bytes were signed: \(sent) of them, here are \(given), and the first difference is at byte \(position).",
                advice:
                    "Check the raw body, before anything parses it: a body that was parsed and written again has other bytes."
            )
        case .bodyPadded(let what):
            self.init(
                verdict: "body_padded", found: "The bytes are right but for \(what).",
                advice: "Check the body exactly as it came; the tool that kept it has added something.")
        case .unknownSecret:
            self.init(
                verdict: "unknown_secret", found: "No secret of this owner makes this signature over these bytes.",
                advice:
                    "See whether it came from another installation or mode, and whether the body is the one that came with this header."
            )
        }
    }
}
