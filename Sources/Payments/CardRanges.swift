/// Issuer ranges and lengths per brand, the longest matching prefix deciding.
/// Source: the brands' public issuer identification ranges, as in specs/reference/card-brands.json.
enum CardRanges {
    private struct Range {
        let digits: Int
        let low: UInt64
        let high: UInt64
        let lengths: [Int]
        let verdict: Verdict
    }

    private enum Verdict {
        case accepted(CardBrand)
        case refused(UnsupportedBrand)
    }

    static func brand(value: UInt64, length: Int) throws(CardNumberError) -> CardBrand {
        var best: Range?
        for range in all where range.digits > (best?.digits ?? 0) {
            var prefix = value
            for _ in range.digits..<max(length, range.digits) { prefix /= 10 }
            if prefix >= range.low, prefix <= range.high { best = range }
        }
        guard let best else { throw .unsupportedBrand(.unknown) }
        switch best.verdict {
        case .refused(let brand): throw .unsupportedBrand(brand)
        case .accepted(let brand):
            guard best.lengths.contains(length) else { throw .wrongLength }
            return brand
        }
    }

    private static let all: [Range] = [
        accept(.visa, 1, 4, 4, [13, 16, 18, 19]),
        accept(.mastercard, 2, 51, 55, [16]),
        accept(.mastercard, 4, 2221, 2720, [16]),
        accept(.americanExpress, 2, 34, 34, [15]),
        accept(.americanExpress, 2, 37, 37, [15]),
        refuse(.discover, 4, 6011, 6011), refuse(.discover, 3, 644, 649), refuse(.discover, 2, 65, 65),
        refuse(.dinersClub, 3, 300, 305), refuse(.dinersClub, 2, 36, 36), refuse(.dinersClub, 2, 38, 39),
        refuse(.jcb, 4, 3528, 3589), refuse(.jcb, 4, 2131, 2131), refuse(.jcb, 4, 1800, 1800),
        refuse(.unionPay, 2, 62, 62), refuse(.unionPay, 2, 81, 81),
        refuse(.maestro, 4, 5018, 5018), refuse(.maestro, 4, 5020, 5020), refuse(.maestro, 4, 5038, 5038),
        refuse(.maestro, 2, 56, 58), refuse(.maestro, 4, 6304, 6304), refuse(.maestro, 4, 6703, 6703),
        refuse(.maestro, 4, 6708, 6708), refuse(.maestro, 4, 6759, 6759), refuse(.maestro, 6, 676770, 676770),
        refuse(.maestro, 6, 676774, 676774),
    ]

    private static func accept(_ brand: CardBrand, _ digits: Int, _ low: UInt64, _ high: UInt64, _ lengths: [Int])
        -> Range
    {
        Range(digits: digits, low: low, high: high, lengths: lengths, verdict: .accepted(brand))
    }

    private static func refuse(_ brand: UnsupportedBrand, _ digits: Int, _ low: UInt64, _ high: UInt64) -> Range {
        Range(digits: digits, low: low, high: high, lengths: [], verdict: .refused(brand))
    }
}
