package import Ports
import Primitives
import WireKit

// The envelope of every answer: `{ok, result}` or `{ok: false, error_code, description}`.
extension TelegramDialect {
    /// `{ok: false, …}`.
    package func reply(_ refusal: SurfaceRefusal, trace: String) -> [UInt8] {
        JSONValue.withoutNulls([
            "ok": false, "error_code": .integer(Int64(refusal.status)), "description": .string(refusal.message),
            "parameters": refusal.retryAfterSeconds.map { ["retry_after": .integer($0)] },
        ]).encoded
    }

    /// `{ok: true, result}`.
    package func reply(_ outcome: SurfaceOutcome, for account: String) -> [UInt8] {
        switch outcome {
        case .done: success(true)
        case .link(let link): success(.string(link))
        case .message(let chat, let offers, let links, let number, let now):
            success(invoiceMessage(offers.first, links.first ?? "", number: number, chat: chat, at: now))
        case .updates(let bodies): success(.array(bodies.compactMap { JSONValue(parsing: $0) }))
        case .webhook(let url, let pending):
            success([
                "url": .string(url), "has_custom_certificate": false, "pending_update_count": .integer(pending),
            ])
        case .identity(let name): success(identity(account, name))
        // Nothing asks for them in this dialect.
        case .settings, .profile: success(true)
        }
    }

    private func success(_ result: JSONValue) -> [UInt8] {
        JSONValue.object([.init("ok", true), .init("result", result)]).encoded
    }

    /// The `Message` that `sendInvoice` answers. Florin is no chat: the message stands for the invoice, and its button's address
    /// is what the bot shows in its conversation.
    private func invoiceMessage(
        _ offer: SurfaceOffer?, _ link: String, number: Int64, chat id: String, at now: Timestamp
    ) -> JSONValue {
        [
            "message_id": .integer(number), "date": .integer(now.seconds), "chat": chat(id),
            "invoice": [
                "title": .string(offer?.title ?? ""), "description": .string(offer?.description ?? ""),
                "start_parameter": .string(offer?.ref ?? ""), "currency": .string(offer?.currency.code ?? ""),
                "total_amount": .integer(offer?.total ?? 0),
            ],
            "reply_markup": ["inline_keyboard": [[["text": "Pay", "url": .string(link)]]]],
        ]
    }

    private func identity(_ account: String, _ name: String) -> JSONValue {
        [
            "id": .integer(Int64(account) ?? 0), "is_bot": true, "first_name": .string(name),
            "username": .string("florin_\(account)_bot"), "can_join_groups": false,
            "can_read_all_group_messages": false, "supports_inline_queries": false,
        ]
    }
}
