import Payments
package import Ports
package import SandboxProcessor

/// Calls an acquirer in the same process and plays its misbehaviour on the injected clock.
package struct InProcessTransport: SandboxTransport {
    private let acquirer: SandboxAcquirer
    private let clock: any WallClock
    private let deadline: Duration

    /// - Parameter deadline: how long a caller waits for an answer before it counts as silence.
    package init(acquirer: SandboxAcquirer, clock: any WallClock, deadline: Duration = .seconds(10)) {
        self.acquirer = acquirer
        self.clock = clock
        self.deadline = deadline
    }

    package func send(_ message: [UInt8]) async -> TransportResult {
        let answer = await acquirer.handle(message)
        switch answer.delivery {
        case .atOnce: break
        case .cut: return .silent(.connectionCut)
        case .never:
            try? await clock.sleep(for: deadline)
            return .silent(.timedOut)
        case .after(let delay):
            try? await clock.sleep(for: min(delay, deadline))
            if delay >= deadline { return .silent(.timedOut) }
        }
        return .answered(status: answer.status, body: answer.body)
    }
}
