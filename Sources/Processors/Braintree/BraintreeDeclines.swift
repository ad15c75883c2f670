package import Payments

/// Braintree's processor response codes and what they mean here.
///
/// Source of codes, meanings and of soft or hard: developer.paypal.com/braintree/docs/reference/general/processor-responses/
/// authorization-responses; of the merchant advice codes: …/reference/general/merchant-responses/merchant-advice-codes (both read
/// 2026-11). Precedence: the scheme's advice, then what Braintree says of this very decline (`declineType`), then the table,
/// then a soft decline. Codes for PayPal and bank accounts cannot come for a card and are left out.
package enum BraintreeDeclines {
    /// One row of the table.
    package struct Row: Hashable, Sendable {
        package let code: Int
        package let reason: DeclineReason
        /// Whether the same card may be tried again.
        package let isSoft: Bool
    }

    package static let rows: [Row] =
        soft(.doNotHonor, 2000, 2044, 2046, 2057, 2105, 2106)
        + soft(.genericDecline, 2034, 2035, 2038, 2101, 2102, 2104)
        + soft(.insufficientFunds, 2001)
        + soft(.cardVelocityExceeded, 2002, 2003)
        + soft(.genericDecline, 2016, 2021)
        + soft(.processingError, 2025, 2026, 2030, 2040, 2042, 2050)
        + soft(.invalidAmount, 2048, 2062)
        + soft(.authenticationRequired, 2099)
        + soft(.tryAgainLater, 3000)
        + hard(.expiredCard, 2004, 2006)
        + hard(.incorrectNumber, 2005, 2007, 2008, 2009, 2051)
        + hard(.incorrectSecurityCode, 2010, 2060)
        + hard(.doNotHonor, 2011, 2015, 2017, 2018, 2020, 2041, 2043)
        + hard(.lostCard, 2012)
        + hard(.stolenCard, 2013)
        + hard(.fraudulent, 2014)
        + hard(.pickupCard, 2047, 2053)
        + hard(.restrictedCard, 2107, 2108)
        + hard(.genericDecline, 2019, 2022, 2036, 2037, 2039, 2054, 2059, 2067, 2103)
        + hard(.processingError, 2023, 2027, 2028, 2029, 2031, 2032, 2033, 2045, 2049, 2055, 2058, 2061)
        + hard(.cardNotSupported, 2024)
        + hard(.invalidAmount, 2056)
        + hard(.currencyNotSupported, 2064)

    /// What a decline by the processor means.
    /// - Parameters:
    ///   - code: the processor response's `legacyCode`.
    ///   - declineType: `SOFT` or `HARD`, as Braintree says of this decline.
    ///   - advice: the scheme's merchant advice code, two digits.
    package static func decline(code: String?, declineType: String?, advice: String?) -> Decline {
        let row = code.flatMap { Int($0) }.flatMap { byCode[$0] }
        let isSoft: Bool =
            switch advice {
            // New card data exist; never again; this agreement was cancelled.
            case "01", "03", "21": false
            // Later, after hours or days.
            case "02", "24", "25", "26", "27", "28", "29", "30": true
            default:
                switch declineType {
                case "SOFT": true
                case "HARD": false
                default: row?.isSoft ?? true
                }
            }
        return Decline(reason: row?.reason ?? .genericDecline, isSoft: isSoft, processorCode: shown(code))
    }

    /// What a rejection by the gateway's own rules means; nil when it is the account that is refused, and not the card.
    /// Source: `GatewayRejectionReason` of the published schema; its meanings:
    /// developer.paypal.com/braintree/articles/control-panel/transactions/gateway-rejections (read 2026-11).
    package static func rejection(_ reason: String?) -> Decline? {
        let code = shown(reason.map { "gateway_\($0.lowercased())" })
        func decline(_ meaning: DeclineReason, isSoft: Bool) -> Decline {
            Decline(reason: meaning, isSoft: isSoft, processorCode: code)
        }
        switch reason {
        case "APPLICATION_INCOMPLETE", "MANUAL_TRANSACTIONS_DISABLED": return nil
        // The cardholder may have mistyped, and may correct it.
        case "CVV", "AVS_AND_CVV": return decline(.incorrectSecurityCode, isSoft: true)
        case "AVS": return decline(.genericDecline, isSoft: true)
        case "FRAUD", "RISK_THRESHOLD": return decline(.fraudulent, isSoft: false)
        case "EXCESSIVE_RETRY", "TOO_MANY_CONFIRMATION_ATTEMPTS": return decline(.cardVelocityExceeded, isSoft: false)
        case "PAYMENT_METHOD_BLOCKED": return decline(.restrictedCard, isSoft: false)
        case "THREE_D_SECURE": return decline(.authenticationRequired, isSoft: true)
        case "TOKEN_ISSUANCE", "UNION_PAY_ENROLLMENT_REQUIRED": return decline(.cardNotSupported, isSoft: false)
        // Rejected for certain, whatever the reason is called.
        default: return decline(.genericDecline, isSoft: true)
        }
    }

    /// What a validation of the card's data that failed means; nil when it is about something else. Nothing was executed.
    /// Source: the error codes of the vendor's package for Python, 4.48.0, "CreditCard".
    static func validation(_ code: String?) -> Decline? {
        let reason: DeclineReason
        switch code {
        case "81714", "81715", "81716", "81717": reason = .incorrectNumber
        case "81703", "81718": reason = .cardNotSupported
        case "81709", "81710", "81711", "81712", "81713": reason = .expiredCard
        case "81706", "81707", "81736": reason = .incorrectSecurityCode
        case "81750": reason = .restrictedCard
        default: return nil
        }
        return Decline(reason: reason, isSoft: reason == .incorrectSecurityCode, processorCode: code)
    }

    private static let byCode = Dictionary(uniqueKeysWithValues: rows.map { ($0.code, $0) })

    private static func soft(_ reason: DeclineReason, _ codes: Int...) -> [Row] {
        codes.map { Row(code: $0, reason: reason, isSoft: true) }
    }

    private static func hard(_ reason: DeclineReason, _ codes: Int...) -> [Row] {
        codes.map { Row(code: $0, reason: reason, isSoft: false) }
    }

    /// At most 32 characters of printable ASCII.
    static func shown(_ code: String?) -> String? {
        code.map { String(decoding: $0.utf8.filter { $0 > 0x20 && $0 < 0x7F }.prefix(32), as: UTF8.self) }
    }
}
