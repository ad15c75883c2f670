import HTTPTypes
import HummingbirdCore
import NIOCore
import Payments

/// What whoever follows a payment link reads when they do not get to a checkout, in the languages of the checkout page.
struct PaymentLinkPage {
    /// What there is to say.
    enum Message: CaseIterable {
        /// For whatever fetches the link without going there: a preview of a chat app.
        case goOn
        case unknown, closed, soldOut
        case noSeller, noCountry, noCurrency, noTester
    }
    /// The languages of the checkout page.
    enum Language: String, CaseIterable {
        case english = "en"
        case italian = "it"
        case french = "fr"
        case german = "de"
    }

    let message: Message
    let language: Language

    /// - Parameter accepted: the field `Accept-Language` (RFC 9110, section 12.5.4), or nil.
    init(_ message: Message, accepted: String?) {
        self.message = message
        language = Self.language(accepted)
    }

    /// The first of ours in the order of what the browser likes best; English if there is none.
    static func language(_ accepted: String?) -> Language {
        var best: (language: Language, thousandths: Int)?
        for range in (accepted ?? "").prefix(1000).split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let tag = parts.first?.lowercased(),
                let language = Language(rawValue: String(tag.prefix { $0 != "-" }))
            else { continue }
            let liked = weight(
                parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }.map { String($0.dropFirst(2)) })
            if liked > 0, liked > best?.thousandths ?? 0 { best = (language, liked) }
        }
        return best?.language ?? .english
    }

    /// A quality value in thousandths: at most three digits behind the point; 0 for what is not one.
    private static func weight(_ text: String?) -> Int {
        guard let text else { return 1000 }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = Int(parts[0]), (0...1).contains(whole), parts.count <= 2 else { return 0 }
        let digits = parts.count == 2 ? String(parts[1].prefix(3)) : ""
        guard let fraction = Int(digits + String(repeating: "0", count: 3 - digits.count)), fraction >= 0 else {
            return 0
        }
        return min(whole * 1000 + fraction, 1000)
    }

    var response: Response {
        let (title, text, button) = words
        let body =
            message == .goOn ? "<form method=\"post\"><button>\(button)</button></form>" : "<p>\(text)</p>"
        let html = """
            <!doctype html><html lang="\(language.rawValue)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
            <title>\(title)</title></head><body><main><h1>\(title)</h1>
            \(body)
            </main></body></html>

            """
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .vary: "Accept-Language",
                .contentSecurityPolicy:
                    "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    private var status: HTTPResponse.Status {
        switch message {
        case .goOn: .ok
        case .unknown: .notFound
        case .closed, .soldOut: .gone
        case .noSeller, .noCountry, .noCurrency, .noTester: .forbidden
        }
    }
}

extension PaymentLinkPage.Message {
    init(_ reason: Unavailability.Reason) {
        self =
            switch reason {
            case .seller: .noSeller
            case .country: .noCountry
            case .currency: .noCurrency
            case .testers: .noTester
            }
    }
}
