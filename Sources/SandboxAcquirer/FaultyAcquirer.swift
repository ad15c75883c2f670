package import Ports
import Primitives
import SandboxProcessor
import Synchronization

/// An acquirer behind a bad line: some messages and answers fare as the plan says, drawn from a seed.
///
/// The draws repeat themselves from the seed; which message meets which draw depends on the order of arrival.
package final class FaultyAcquirer: Sendable {
    private struct State {
        var plan: FaultPlan
        var random: UInt64
        var counts: [Fault: Int] = [:]
    }

    private let acquirer: SandboxAcquirer
    private let clock: any WallClock
    private let state: Mutex<State>

    /// - Parameter seed: the same seed draws the same faults in the same order.
    package init(_ acquirer: SandboxAcquirer, clock: any WallClock, plan: FaultPlan = .none, seed: UInt64 = 0) {
        self.acquirer = acquirer
        self.clock = clock
        self.state = Mutex(State(plan: plan, random: seed))
    }

    /// From now on; messages that are already being held stay so.
    package func follow(_ plan: FaultPlan) {
        state.withLock { $0.plan = plan }
    }

    /// How often each fault has happened so far.
    package var counts: [Fault: Int] { state.withLock { $0.counts } }

    /// As ``SandboxAcquirer/handle(_:)``, over the bad line.
    package func handle(_ message: [UInt8]) async -> AcquirerAnswer {
        let (fault, share) = draw(isLookUp: message.starts(with: "op=lookup\n".utf8))
        switch fault {
        case nil: return await acquirer.handle(message)
        case .dropBefore: return AcquirerAnswer(status: 200, delivery: .never)
        case .busy: return AcquirerAnswer(status: 429)
        case .hold:
            try? await clock.sleep(for: .milliseconds(Int64(share % 2_000)))
            return await acquirer.handle(message)
        case .twice:
            async let other = acquirer.handle(message)
            let answer = await acquirer.handle(message)
            _ = await other
            return answer
        case .dropAfter, .delay, .error, .cut, .lie, .garbage:
            return spoil(await acquirer.handle(message), fault, share)
        }
    }

    private func spoil(_ answer: AcquirerAnswer, _ fault: Fault?, _ share: UInt64) -> AcquirerAnswer {
        var answer = answer
        switch fault {
        case .dropAfter: answer.delivery = .never
        case .delay: answer.delivery = .after(.milliseconds(Int64(share % 500)))
        case .cut: answer.delivery = .cut
        case .error: answer = AcquirerAnswer(status: 500, delivery: answer.delivery)
        case .garbage: answer.body = Array("<html>502 Bad Gateway</html>".utf8)
        case .lie:
            guard var reply = SandboxReply(parsing: answer.body), let amount = reply.amount else { break }
            // Of a partial approval every smaller amount is believable, so that only a comparison of books could find the
            // lie: it names more than can have been asked.
            let isPartial = reply.status == SandboxStatus.partial.rawValue
            reply.amount = isPartial ? (amount < .max / 4 ? amount * 2 + 2 : .max) : amount > 0 ? amount - 1 : 1
            answer.body = reply.encoded()
        case .dropBefore, .hold, .twice, .busy, nil: break
        }
        return answer
    }

    private func draw(isLookUp: Bool) -> (Fault?, UInt64) {
        state.withLock { state in
            guard !state.plan.isQuiet else { return (nil, 0) }
            let word = FaultyAcquirer.next(&state.random)
            var fault = state.plan.fault(for: word % 1_000_000)
            if isLookUp, fault == .lie { fault = nil }
            if let fault { state.counts[fault, default: 0] += 1 }
            return (fault, word >> 32)
        }
    }

    /// SplitMix64, as published by Steele, Lea and Flood (2014).
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
