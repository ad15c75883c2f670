import Synchronization

/// An answer that is not true.
package enum Lie: String, Hashable, Sendable, CaseIterable {
    /// Another amount than was asked for.
    case amount = "wrong_amount"
    /// Another reference than was sent.
    case reference = "wrong_reference"
    /// A status that is in no document.
    case status = "unknown_status"
}

/// What goes wrong with one request.
package enum SimulatedFault: Hashable, Sendable {
    /// Nothing is executed and nobody answers.
    case stallBefore
    /// Executed; nobody answers.
    case stallAfter
    /// Executed after so many milliseconds, and answered; the key is in use meanwhile.
    case delay(milliseconds: Int)
    /// The connection is cut before anything is executed.
    case cutBefore
    case cutAfter
    /// The connection is cut in the middle of the answer.
    case cutInside
    /// 503, nothing executed.
    case errorBefore
    /// Executed, and answered with 500.
    case errorAfter
    /// 429, nothing executed.
    case busy
    /// 401, nothing executed: as if the key had been taken back.
    case unauthorized
    /// Executed; the answer's head comes, its body trickles.
    case slowBody
    /// Executed, and answered with a 200 that is no answer.
    case garbage
    /// Executed, and answered with an untruth.
    case lie(Lie)
}

extension SimulatedFault {
    /// Reads the names that the control endpoint takes.
    package init?(name: String, milliseconds: Int?) {
        switch name {
        case "stall_before": self = .stallBefore
        case "stall_after": self = .stallAfter
        case "delay": self = .delay(milliseconds: milliseconds ?? 500)
        case "cut_before": self = .cutBefore
        case "cut_after": self = .cutAfter
        case "cut_inside": self = .cutInside
        case "error_before": self = .errorBefore
        case "error_after": self = .errorAfter
        case "busy": self = .busy
        case "unauthorized": self = .unauthorized
        case "slow_body": self = .slowBody
        case "garbage": self = .garbage
        default:
            guard let lie = Lie(rawValue: name) else { return nil }
            self = .lie(lie)
        }
    }

    /// Every name.
    package static let names =
        [
            "stall_before", "stall_after", "delay", "cut_before", "cut_after", "cut_inside", "error_before",
            "error_after", "busy", "unauthorized", "slow_body", "garbage",
        ] + Lie.allCases.map(\.rawValue)
}

/// The faults that wait for their request.
package final class FaultBoard: Sendable {
    /// Which requests meet a fault, and how often.
    package struct Rule: Hashable, Sendable {
        package let fault: SimulatedFault
        /// Nil for every method.
        package let method: String?
        /// What the path must begin with, and, after a `*`, end with.
        package let path: String
        /// How many requests still meet it; nil for all.
        package var times: Int?

        package init(_ fault: SimulatedFault, method: String? = nil, path: String = "/", times: Int? = 1) {
            self.fault = fault
            self.method = method
            self.path = path
            self.times = times
        }

        func meets(_ asked: String, _ address: String) -> Bool {
            guard method == nil || method == asked else { return false }
            let parts = path.split(separator: "*", maxSplits: 1)
            return address.hasPrefix(parts.first ?? "") && (parts.count < 2 || address.hasSuffix(parts[1]))
        }
    }

    private let rules = Mutex<[Rule]>([])
    private static let maximumRules = 100

    package init() {}

    /// - Returns: false when there are too many rules already.
    @discardableResult
    package func add(_ rule: Rule) -> Bool {
        rules.withLock { rules in
            guard rules.count < FaultBoard.maximumRules else { return false }
            rules.append(rule)
            return true
        }
    }

    /// Forgets every rule.
    package func clear() { rules.withLock { $0 = [] } }

    /// The fault that this request meets. The first rule that fits wins and is counted down.
    /// - Parameter address: what the vendor calls the request's path.
    package func take(method: String, address: String) -> SimulatedFault? {
        rules.withLock { rules in
            guard let index = rules.firstIndex(where: { $0.meets(method, address) }) else { return nil }
            let fault = rules[index].fault
            if let times = rules[index].times {
                if times <= 1 { rules.remove(at: index) } else { rules[index].times = times - 1 }
            }
            return fault
        }
    }
}
