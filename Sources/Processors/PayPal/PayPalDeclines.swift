package import Payments

/// The codes with which PayPal says that a card was declined, and what they mean here.
///
/// Sources: the codes are those of `processor_response` in PayPal's published description of Orders v2; what each is called
/// stands in PayPal's own server SDK (`ProcessorResponseCode`, paypal-server-sdk 2.4.0). Reasons and hardness are Florin's
/// reading of these names. `payment_advice_code`: same description; 01 the account has new data, 02 try later, 03 and 21 never
/// again. Precedence: the advice that came along, then this table, then a soft generic decline.
package enum PayPalDeclines {
    /// One row of the table.
    package struct Row: Hashable, Sendable {
        package let code: String
        package let reason: DeclineReason
        /// Whether the same card may be tried again.
        package let isSoft: Bool
    }

    /// Codes that are no refusal: approved, approved in part, approved without capture.
    package static let approvals: Set<String> = ["0000", "1000", "7600"]

    package static let rows: [Row] =
        soft(.genericDecline, "5100", "5170", "5190", "5200", "5500", "PPAD", "PPAV", "PPSC", "PPSD", "PPDV", "PPAR")
        + soft(.genericDecline, "0890", "5130", "7900", "9600", "PPLS", "PPH1", "0R00", "PCNR", "PPAU", "PPS0")
        + soft(.doNotHonor, "0500", "0100", "9530", "9540", "10BR", "PPSE")
        + soft(.insufficientFunds, "5120", "PPAX")
        + soft(.cardVelocityExceeded, "5135", "5710", "PPEL", "PPNL", "PPDT")
        + soft(.incorrectSecurityCode, "00N7", "5110", "1382", "PCVV", "PPC2")
        + soft(.authenticationRequired, "5650", "7700", "7710", "PPD3", "PPTE", "PPTR", "PPTV")
        + soft(.tryAgainLater, "5920", "8110", "8220", "9100", "PPNT")
        + soft(.processingError, "0800", "0880", "0960", "5800", "5900", "7800", "8000", "8010", "8020", "8100")
        + soft(.processingError, "1300", "1312", "1317", "1340", "1350", "1360", "1370", "1384", "1390", "1393")
        + soft(.processingError, "PPER", "PPFV", "PPIF", "PPII", "PPIM", "PPIT", "PPLR", "PPMB", "PPMD", "PPNM", "PPRR")
        + soft(.processingError, "PPRF", "PPS1", "PPS2", "PPS3", "PPS4", "PPS5", "PPS6", "PPTF", "PPTI", "PPUA", "PPVE")
        + soft(.processingError, "PPCE", "PPCR", "PPFE", "PPPH", "PPPI", "PPRE", "PPGR", "PPDC")
        + hard(.doNotHonor, "0580", "5210", "5700", "5910", "PPRN", "PPAB", "5160", "PPAG", "PPBG")
        + hard(.expiredCard, "5400", "1380", "PPEX", "PPEF", "5950")
        + hard(.incorrectNumber, "0390", "1330", "1335", "6300", "PPFI")
        + hard(.restrictedCard, "1352", "5140", "5180", "5930", "PP06", "PPFR")
        + hard(.pickupCard, "5150") + hard(.lostCard, "9520") + hard(.fraudulent, "9500", "9510")
        + hard(.invalidAmount, "1310", "PPAI") + hard(.currencyNotSupported, "1320", "PPCU", "PPUC", "PPVC")
        + hard(
            .cardNotSupported, "8030", "PPAE", "PPCO", "PPCT", "PPDI", "PPMC", "PPNC", "PPPM", "PPQC", "PPTT", "PPUE")
        + hard(.cardNotSupported, "PPUI", "PPUP", "PPUR", "PPVT")

    /// What a refusal means.
    /// - Parameters:
    ///   - code: `processor_response.response_code`, if PayPal named one.
    ///   - advice: `processor_response.payment_advice_code`.
    package static func decline(code: String?, advice: String?) -> Decline {
        let row = code.flatMap { byCode[$0] }
        let isSoft =
            switch advice {
            case "01", "03", "21": false
            case "02": true
            default: row?.isSoft ?? true
            }
        return Decline(reason: row?.reason ?? .genericDecline, isSoft: isSoft, processorCode: shown(code))
    }

    private static let byCode = Dictionary(rows.map { ($0.code, $0) }) { first, _ in first }

    private static func soft(_ reason: DeclineReason, _ codes: String...) -> [Row] {
        codes.map { Row(code: $0, reason: reason, isSoft: true) }
    }

    private static func hard(_ reason: DeclineReason, _ codes: String...) -> [Row] {
        codes.map { Row(code: $0, reason: reason, isSoft: false) }
    }

    /// At most 32 characters of printable ASCII.
    static func shown(_ code: String?) -> String? {
        code.map { String(decoding: $0.utf8.filter { $0 > 0x20 && $0 < 0x7F }.prefix(32), as: UTF8.self) }
    }
}
