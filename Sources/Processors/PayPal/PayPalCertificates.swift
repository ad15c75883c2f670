package import Primitives
package import ProcessorKit
import Synchronization

/// The certificates that PayPal signs webhooks with, fetched once each from a host of PayPal's own, checked, and kept.
///
/// Everything about an address that a message names is refused unless it is as PayPal writes it, before anything is fetched:
/// whoever sends a message must not choose where this machine connects to.
package final class PayPalCertificates: Sendable {
    /// Where certificates of a mode are fetched, and who they must come from.
    package struct Source: Sendable {
        /// Scheme and host, which the address must begin with.
        package let origins: [String]
        package let trust: CertificateTrust

        /// PayPal's own hosts of that mode.
        package static func vendor(_ mode: Mode) -> Source {
            Source(
                origins: mode == .live
                    ? ["https://api.paypal.com", "https://api-m.paypal.com"]
                    : ["https://api.sandbox.paypal.com", "https://api-m.sandbox.paypal.com"],
                trust: .system)
        }

        /// Whether a certificate may be fetched from there: exactly a known origin, the certificates' folder, and one plain
        /// name.
        package func allows(_ url: String) -> Bool {
            origins.contains { origin in
                guard url.hasPrefix(origin + PayPalCertificates.path) else { return false }
                let name = url.dropFirst(origin.count + PayPalCertificates.path.count)
                return (1...128).contains(name.utf8.count) && name.utf8.allSatisfy { PayPalCertificates.isPlain($0) }
            }
        }

        /// A simulator on this machine with an authority of its own.
        package static func simulator(_ base: String, authority pem: String) -> Source {
            Source(origins: [base], trust: .authorities(pem: pem))
        }
    }

    fileprivate static let path = "/v1/notifications/certs/"
    /// The certificate is made out to a host of PayPal's.
    private static let host = ".paypal.com"
    private static let maximumKept = 16
    /// An address that gave no good certificate is not asked again so soon.
    private static let pause: Duration = .seconds(30)

    /// Whoever posts here is known only once a certificate was fetched, so that strangers can make this machine ask PayPal: that
    /// often within ``window`` at most, whatever they name. The sender of a message that meets the limit tries again.
    package static let mostFetches = 12
    private static let window: Duration = .seconds(60)

    private enum Kept {
        case chain(CertificateChain)
        case failed(Timestamp)
    }

    private let source: Source
    private let executor: HTTPExecutor
    private let kept = Mutex<[String: Kept]>([:])
    private let fetches = Mutex(Fetches())

    private struct Fetches {
        /// One for each address, however many messages wait for it.
        var running: [String: Task<Answer, Never>] = [:]
        var began: [Timestamp] = []

        /// - Returns: whether there may be one more.
        mutating func admit(at now: Timestamp) -> Bool {
            began.removeAll { now.duration(since: $0) >= window || now < $0 }
            guard began.count < mostFetches else { return false }
            began.append(now)
            return true
        }
    }

    package init(source: Source, executor: HTTPExecutor) {
        self.source = source
        self.executor = executor
    }

    /// What came of asking for a certificate.
    package enum Answer: Sendable {
        case chain(CertificateChain)
        /// The address is not one of PayPal's, or what lies there is no certificate of PayPal's.
        case refused
        /// It could not be fetched now.
        case unavailable
    }

    /// The certificate that lies at an address, checked.
    package func certificate(at url: String, now: Timestamp) async -> Answer {
        guard source.allows(url) else { return .refused }
        switch kept.withLock({ $0[url] }) {
        case .chain(let chain) where chain.validity.contains(now): return .chain(chain)
        case .failed(let time) where now < time.advanced(by: PayPalCertificates.pause) && now >= time: return .refused
        default: break
        }
        let fetch = fetches.withLock { fetches -> Task<Answer, Never>? in
            if let running = fetches.running[url] { return running }
            guard fetches.admit(at: now) else { return nil }
            let task = Task {  // lint:allow(Task {) at most `mostFetches` within a window, each bounded by the executor
                let answer = await self.fetch(url, now)
                self.fetches.withLock { $0.running[url] = nil }
                return answer
            }
            fetches.running[url] = task
            return task
        }
        return await fetch?.value ?? .unavailable
    }

    private func fetch(_ url: String, _ now: Timestamp) async -> Answer {
        let result = await executor.execute(HTTPExchange(method: "GET", url: url))
        guard case .answered(let answer) = result, answer.status == 200 else { return .unavailable }
        let chain = CertificateChain(
            pem: answer.body, trust: source.trust, host: PayPalCertificates.host, at: now)
        keep(chain.map { .chain($0) } ?? .failed(now), url)
        return chain.map { .chain($0) } ?? .refused
    }

    private func keep(_ entry: Kept, _ url: String) {
        kept.withLock { kept in
            if kept.count >= PayPalCertificates.maximumKept, kept[url] == nil { kept.removeAll() }
            kept[url] = entry
        }
    }

    fileprivate static func isPlain(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "-")
            || (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
    }
}
