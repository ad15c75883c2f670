package import Primitives

/// The pages on which a cardholder passes or fails. Plain HTML without scripts; the form posts `result=pass` or
/// `result=fail` to the address it was fetched from.
package enum AuthenticationPage {
    /// - Parameter amount: what waits to be authenticated.
    package static func question(_ amount: Money) -> String {
        page(
            "Authenticate this payment",
            """
            <p>This is the sandbox standing in for your bank. A payment of <b>\(amount.description)</b> waits for you.</p>
            <form method="post"><button name="result" value="pass">Approve</button>
            <button name="result" value="fail">Refuse</button></form>
            """)
    }

    /// What the cardholder sees after answering.
    package static func answer(_ result: AuthenticationResult) -> String {
        switch result {
        case .recorded: page("Thank you", "<p>Your answer was recorded. You can go back to the conversation.</p>")
        case .alreadyDecided(let succeeded):
            page(
                "Already answered",
                "<p>This payment was \(succeeded ? "approved" : "refused") before; the first answer stands.</p>")
        case .notFound: page("Nothing to authenticate", "<p>No payment waits under this address.</p>")
        }
    }

    /// The answer in a form body; nil unless it is exactly one of the two.
    package static func result(form: some Collection<UInt8>) -> Bool? {
        switch String(decoding: form, as: UTF8.self) {
        case "result=pass": true
        case "result=fail": false
        default: nil
        }
    }

    private static func page(_ title: String, _ body: String) -> String {
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(title)</title></head>
        <body><main><h1>\(title)</h1>
        \(body)
        </main></body></html>

        """
    }
}
