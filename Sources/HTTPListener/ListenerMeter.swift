package import Instruments

/// What became of a listener's connections since the start.
package struct ListenerMeter: Sendable {
    /// Connections that were taken.
    package let accepted = Counter()
    /// Closed as soon as they came: there were as many as there may be.
    package let refused = Counter()
    package let handshakes = Counter()
    /// Ended by an error or by the client before the handshake was done.
    package let failedHandshakes = Counter()
    /// Closed because the handshake took too long.
    package let lateHandshakes = Counter()
    /// Closed because the head of a request took too long.
    package let lateHeads = Counter()
    /// Requests that came when as many were in flight as there may be.
    package let overloaded = Counter()
}
