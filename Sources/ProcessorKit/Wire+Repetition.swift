package import Ports

extension Wire {
    /// As ``perform(_:)``, but the same bytes go out again, a few times, after a pause each, while the vendor says that it is still
    /// executing them or has locked what they are about: neither copy can then take effect twice. The request is wiped at
    /// the end.
    /// - Parameter isBusy: whether an answer says that. Asked of every answer but the last, which is taken as it is.
    package func performRepeating<Reading: Sendable>(
        _ exchange: consuming WireExchange<Reading>, on clock: any WallClock, while isBusy: (WireAnswer) -> Bool
    ) async -> Reading {
        defer { exchange.request.wipe() }
        for pause in WireRepetition.pauses {
            let result = await send(exchange.request)
            guard case .answered(let answer) = result, isBusy(answer) else { return exchange.read(result) }
            try? await clock.sleep(for: pause)
        }
        return exchange.read(await send(exchange.request))
    }
}

/// How often, and how far apart.
package enum WireRepetition {
    package static let pauses: [Duration] = [.milliseconds(200), .milliseconds(600)]
}
