package import Payments
package import Ports
package import Primitives
import WireKit

/// The payments part of Telegram's Bot API (10.1, read in June 2026): a bot that was written for it calls Florin with its base
/// address changed. Every method that is not about payments is refused by name.
package struct TelegramDialect: SurfaceDialect {
    package init() {}

    package var name: SurfaceName { .telegram }

    package func demand(of call: SurfaceCall, mode: Mode) throws(SurfaceRefusal) -> SurfaceDemand {
        guard call.verb != .delete else {
            throw SurfaceRefusal(status: 405, message: "Method Not Allowed: use GET or POST")
        }
        let parameters = try TelegramParameters(call)
        // Method names are taken in any case, as the platform does.
        switch call.path.lowercased() {
        case "createinvoicelink": return try TelegramInvoice(parameters: parameters, mode: mode).link()
        case "sendinvoice": return try TelegramInvoice(parameters: parameters, mode: mode).message()
        case "answershippingquery": return try TelegramAnswers(parameters: parameters).shipping()
        case "answerprecheckoutquery": return try TelegramAnswers(parameters: parameters).verdict()
        case "getupdates": return try TelegramSubscription(parameters: parameters).updates()
        case "setwebhook": return try TelegramSubscription(parameters: parameters).webhook()
        case "deletewebhook": return try TelegramSubscription(parameters: parameters).noWebhook()
        case "getwebhookinfo": return .webhookInformation
        case "getme": return .identity
        case "refundstarpayment", "getstartransactions", "edituserstarsubscription":
            throw SurfaceRefusal(
                status: 400, code: "STARS_INVOICE_INVALID",
                message: "Bad Request: \(LenientParameters.echo(call.path)) is about Stars, which are not offered here;"
                    + " refund card payments with POST /v1/refunds")
        default:
            throw SurfaceRefusal(
                status: 404,
                message: "Not Found: the method \(LenientParameters.echo(call.path)) is no part of payments;"
                    + " send it to the platform itself")
        }
    }

    package func headers(
        for body: [UInt8], of account: SurfaceCredentials
    ) -> [(name: String, value: String)]? {
        account.echo.map { [("X-Telegram-Bot-Api-Secret-Token", $0.exposed())] } ?? []
    }

    package func context(
        _ text: String, for account: SurfaceCredentials, at now: Timestamp
    ) throws(SurfaceContextRefusal) -> SurfaceContext {
        try TelegramInitData.verified(text, token: account.secret, at: now)
    }
}
