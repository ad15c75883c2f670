/// Something that goes wrong at random between the acquirer and its caller.
package enum Fault: String, Hashable, Sendable, CaseIterable {
    /// The message is lost: nothing is executed, nobody answers.
    case dropBefore = "dropbefore"
    /// The answer is lost.
    case dropAfter = "dropafter"
    /// The message waits on its way, up to two seconds, and is executed then.
    case hold
    /// The answer waits, up to half a second.
    case delay
    /// The message arrives twice at the same time.
    case twice = "repeat"
    /// Executed, and answered with 500.
    case error
    /// Executed, and the connection is cut.
    case cut
    /// Executed, and answered with another amount. Look-ups are never lied to.
    case lie
    /// Executed, and answered with garbage.
    case garbage
    /// Not executed, and answered with 429.
    case busy
}

/// How often each fault happens, as shares of a million messages.
package struct FaultPlan: Hashable, Sendable {
    /// A plan that could not be read; the description says which part and why.
    package struct Refused: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    private var shares: [(fault: Fault, perMillion: UInt64)] = []

    package static let none = FaultPlan()

    private init() {}

    package var isQuiet: Bool { shares.isEmpty }

    /// Reads `drop:0.02,delay:0.05`; `drop` stands for both kinds of it, half each. Empty text is no faults.
    /// - Throws: ``Refused``, which says what is wrong with which part.
    package init(parsing text: String) throws(Refused) {
        var total: UInt64 = 0
        for part in text.split(separator: ",") {
            let pair = part.split(separator: ":", omittingEmptySubsequences: false)
            guard pair.count == 2, let share = FaultPlan.perMillion(pair[1]) else {
                throw Refused(description: "'\(part)' is not NAME:SHARE with a share from 0 to 1, such as drop:0.02")
            }
            if pair[0] == "drop" {
                shares += [(.dropBefore, share / 2), (.dropAfter, share - share / 2)]
            } else if let fault = Fault(rawValue: String(pair[0])) {
                shares.append((fault, share))
            } else {
                let names = (["drop"] + Fault.allCases.map(\.rawValue)).joined(separator: ", ")
                throw Refused(description: "there is no fault '\(pair[0])'; the faults are: \(names)")
            }
            total += share
        }
        guard total <= 1_000_000 else { throw Refused(description: "the shares add up to more than 1") }
    }

    /// The fault that a draw from 0 to 999 999 stands for.
    package func fault(for draw: UInt64) -> Fault? {
        var bound: UInt64 = 0
        for (fault, share) in shares {
            bound += share
            if draw < bound { return fault }
        }
        return nil
    }

    private static func perMillion(_ text: Substring) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts[0] == "0" || parts[0] == "1" else { return nil }
        let decimals = parts.count == 2 ? parts[1] : "0"
        guard (1...6).contains(decimals.count), decimals.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        let padded = decimals + String(repeating: "0", count: 6 - decimals.count)
        guard let fraction = UInt64(padded) else { return nil }
        let share = (parts[0] == "1" ? 1_000_000 : 0) + fraction
        return share <= 1_000_000 ? share : nil
    }

    package static func == (left: FaultPlan, right: FaultPlan) -> Bool {
        left.shares.elementsEqual(right.shares) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        for (fault, share) in shares {
            hasher.combine(fault)
            hasher.combine(share)
        }
    }
}
