import Payments
import Ports
import Primitives

extension ReportMaker {
    /// What each ref of a bot brought on a day: checkouts that were completed on it. How many were only opened changes
    /// afterwards, and is told by `/v1/checkout/refs`.
    func writeRefs(of bot: BotID, _ mode: Mode, _ day: ReportDay, naming: Bool, _ writer: ReportWriter?) async throws {
        guard let writer else { return }
        let sealing = sealing
        var last: CheckoutID?
        while true {
            let after = last
            let page = try await store.read { reader in
                try reader.completedRefs(
                    of: bot, mode: mode, from: day.start, to: day.end, after: after, limit: Self.page
                ).map { sum -> (RefSum, String) in
                    guard let checkout = try reader.checkout(sum.example) else {
                        throw ReportRefusal.doesNotTie("checkout \(sum.example) is gone")
                    }
                    return (sum, RefLabel.text(of: try sealing.texts(of: checkout)[DetailFields.ref], sum.refHash))
                }
            }
            for (sum, ref) in page {
                var line = CSVLine()
                if naming { line.add(bot.text) }
                line.add(ref)
                line.add(sum.completed)
                line.add(Money(minorUnits: sum.amount, currency: sum.currency))
                try await writer.add(line)
            }
            report(Int64(page.count))
            guard page.count == Self.page, let end = page.last?.0.example else { return }
            last = end
        }
    }

    /// The same for every bot of a platform.
    func writeRefs(
        of platform: PlatformID, _ mode: Mode, _ day: ReportDay, _ writer: ReportWriter?
    ) async throws {
        var cursor = PageRequest.Cursor.newest
        while true {
            let page = PageRequest(limit: 100, cursor: cursor)
            let found = try await store.read { try $0.bots(of: platform, page) }
            for bot in found.items { try await writeRefs(of: bot.id, mode, day, naming: true, writer) }
            guard found.hasMore, let last = found.items.last else { return }
            cursor = .after(last.id.bits)
        }
    }
}

/// How a ref stands in a file on the disk. A ref is whatever stood in a link, and whoever follows a link can change it: what is
/// no plain label might be somebody's name, address or number, which lies nowhere in clear.
package enum RefLabel {
    private static let longest = 64
    private static let mostDigitsTogether = 6
    private static let ofAds = "ad:"

    /// The ref; or the beginning of its keyed hash, which is the same for the same ref.
    package static func text(of ref: String?, _ hash: [UInt8]) -> String {
        guard let ref, isPlain(ref) else { return "ref#" + Hex.encode(Array(hash.prefix(8))) }
        return ref
    }

    /// Letters, digits and `-_.:/=`, with a letter among them and no long number but an ad's.
    static func isPlain(_ ref: String) -> Bool {
        guard (1...longest).contains(ref.utf8.count) else { return false }
        var (digits, letters) = (0, 0)
        let isAd = ref.hasPrefix(ofAds)
        for byte in ref.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                guard digits <= mostDigitsTogether || isAd else { return false }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
                letters += 1
                digits = 0
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "/"),
                UInt8(ascii: "="):
                digits = 0
            default: return false
            }
        }
        return letters > 0
    }
}
