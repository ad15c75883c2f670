import Payments
package import Ports
package import Primitives
package import WireKit

// What a bot's webhook answers, and what Florin answers to a bot's calls.
extension MessengerDialect {
    /// What a `checkout_update` was answered with.
    package func shippingAnswer(_ body: [UInt8], currency: Currency) -> SurfaceShippingAnswer? {
        guard let document = JSONValue(parsing: body), case .array(let elements)? = document["shipping"],
            (1...CheckoutTerms.mostOptions).contains(elements.count)
        else { return nil }
        var options: [SurfaceShippingOption] = []
        for element in elements {
            guard let id = element["option_id"]?.textOrNumber, (1...64).contains(id.utf8.count),
                !options.contains(where: { $0.id == id }), let title = element["option_title"]?.text,
                (1...128).contains(title.count),
                let lines = try? messengerLines(element["price_list"], currency)
            else { return nil }
            options.append(.init(id: id, title: title, lines: lines))
        }
        return .options(options)
    }

    /// What a `pre_checkout` was answered with.
    package func verdict(_ body: [UInt8]) -> SurfaceVerdict? {
        switch JSONValue(parsing: body)?["success"]?.flag {
        case true: .accepted
        case false: .refused(nil)
        case nil: nil
        }
    }

    /// What the Graph interface answers to a call that went well.
    package func reply(_ outcome: SurfaceOutcome, for account: String) -> [UInt8] {
        reply(outcome, account: account).encodedInASCII
    }

    private func reply(_ outcome: SurfaceOutcome, account: String) -> JSONValue {
        switch outcome {
        case .message(let chat, _, let links, let number, _):
            sent(to: chat, message: "mid.florin.\(account).\(number)", links: links)
        case .settings(let privacyURL, let testers):
            [
                "data": [
                    [
                        "payment_settings": .withoutNulls([
                            "privacy_url": privacyURL.map { .string($0) },
                            "testers": .array(testers.map { .string($0) }),
                        ])
                    ]
                ]
            ]
        case .identity(let name): ["id": .string(account), "name": .string(name)]
        case .profile(let person, let mayPay, let ad):
            .withoutNulls([
                "is_payment_enabled": mayPay.map { .bool($0) },
                "last_ad_referral": ad.map { ad in
                    .withoutNulls([
                        "source": ad.source.map { .string($0) }, "type": "OPEN_THREAD",
                        "ad_id": ad.ad.map { .string($0) },
                    ])
                }, "id": .string(person),
            ])
        case .link(let link): ["url": .string(link)]
        case .done, .updates, .webhook: ["result": "success"]
        }
    }

    /// `me/messages`: the message's name, and behind it, as Florin shows nothing in a conversation by itself, the buttons to put
    /// in place of the Buy buttons, one for each in their order.
    private func sent(to chat: String, message: String, links: [String]) -> JSONValue {
        [
            "recipient_id": .string(chat), "message_id": .string(message),
            "buttons": .array(links.map { MessengerDialect.webButton(title: "Buy", url: $0) }),
        ]
    }

    /// A button that opens a page in the conversation's own window.
    package static func webButton(title: String, url: String) -> JSONValue {
        [
            "type": "web_url", "url": .string(url), "title": .string(title), "webview_height_ratio": "tall",
            "messenger_extensions": true, "webview_share_button": "hide", "fallback_url": .string(url),
        ]
    }

    /// What the Graph interface answers to a call that went wrong.
    package func reply(_ refusal: SurfaceRefusal, trace: String) -> [UInt8] {
        let error: JSONValue = [
            "message": .string(refusal.message), "type": "OAuthException",
            "code": .integer(refusal.code.flatMap { Int64($0) } ?? 1), "fbtrace_id": .string(trace),
        ]
        return JSONValue.object([.init("error", error)]).encodedInASCII
    }
}
