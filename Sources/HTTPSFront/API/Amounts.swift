import Payments
import Primitives

/// Which currencies `/v1` takes, and how large amounts may be.
///
/// Where Stripe's number of decimals differs from ISO 4217 (ISK, UGX, MGA) the currency is refused until both edges are
/// tested; so is whatever Stripe does not list.
/// Source: docs.stripe.com/currencies, "Supported currencies", "Three-decimal currencies" (read 2026-11).
enum V1Amounts {
    /// Eight digits.
    static let largest: Int64 = 99_999_999

    private static let codes: StaticString = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP \
        CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD JOD \
        JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN \
        NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB \
        TJS TND TOP TRY TTD TWD TZS UAH USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW
        """

    private static let supported = Set(
        codes.description.split(separator: " ").compactMap { Currency(code: $0) })

    static func isSupported(_ currency: Currency) -> Bool { supported.contains(currency) }
}

extension Parameters {
    /// `currency`.
    func currency() throws(APIError) -> Currency {
        try checkedCurrency(try string("currency", max: 16))
    }

    func optionalCurrency() throws(APIError) -> Currency? {
        guard let code = try optionalString("currency", max: 16) else { return nil }
        return try checkedCurrency(code)
    }

    /// `amount` and `currency`.
    func money() throws(APIError) -> Money {
        let amount = try integer("amount", in: 1...V1Amounts.largest)
        let money = Money(minorUnits: amount, currency: try currency())
        try checkRounding(money)
        return money
    }

    /// Cards are charged in three-decimal currencies to the second decimal only.
    func checkRounding(_ money: Money) throws(APIError) {
        guard money.minorUnits % money.currency.chargeStep != 0 else { return }
        throw .invalid(
            path("amount"), code: "parameter_invalid_integer",
            "Amounts in \(money.currency.code) must be a multiple of 10: the third decimal is always 0.")
    }

    private func checkedCurrency(_ code: String) throws(APIError) -> Currency {
        guard let currency = Currency(code: code) else {
            throw .invalid(
                path("currency"), code: "invalid_currency",
                "Invalid currency: it must be the three-letter ISO 4217 code of a supported currency, such as usd.")
        }
        guard V1Amounts.isSupported(currency) else {
            throw .invalid(
                path("currency"), code: "currency_not_supported",
                "\(currency.code) is not supported. Use another currency.")
        }
        return currency
    }
}
