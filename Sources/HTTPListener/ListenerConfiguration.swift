import Glibc
import NIOCore
import Primitives

/// Where a listener takes connections from.
package enum ListenerAddress: Sendable {
    /// Port 0 lets the system choose.
    case tcp(host: String, port: Int)
    /// What stands at `path` is removed first: hold a lock on the directory against a second daemon.
    case unixSocket(path: String)
    /// A listening socket that somebody else opened (systemd). The listener takes it over and closes it.
    case inherited(descriptor: CInt)
}

extension ListenerAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let host, let port): "\(host) port \(port)"
        case .unixSocket(let path): path
        case .inherited(let descriptor): "the inherited socket \(descriptor)"
        }
    }
}

extension ListenerAddress: Loggable {
    /// What operators configured.
    package var logText: String { description }
}

/// Why a listener does not listen.
package enum ListenerError: Error, Sendable, CustomStringConvertible {
    case cannotListen(listener: String, address: ListenerAddress, errno: CInt)

    package var description: String {
        switch self {
        case .cannotListen(let listener, let address, let errno):
            let hint =
                switch errno {
                case EADDRINUSE: ". Another program listens there: stop it, or choose another address."
                case EADDRNOTAVAIL:
                    ". This machine does not have the address, or not yet: bring it up, or choose another one."
                case EACCES:
                    ". Ports below 1024 are systemd's to open: set listen.port to another, or systemctl enable --now florind.socket."
                default: ""
                }
            return "\(listener) cannot listen on \(address): \(String(cString: strerror(errno)))\(hint)"
        }
    }
}

/// What a listener spends at most, in connections, bytes and time.
package struct ListenerLimits: Sendable {
    /// Connections beyond this are closed as soon as they are accepted.
    package var connections = 4_096
    /// Requests beyond this arrive as ``RequestAdmission/overloaded``.
    package var requestsInFlight = 1_024
    /// How long a refusal for lack of room waits before it is sent: see ``RequestArrival/pauseRefusal()``.
    package var refusalPause: Duration = .milliseconds(250)
    /// Refusals that wait at a time; beyond it they are sent at once.
    package var pausedRefusals = 2_048
    /// From the accepted connection to the end of the TLS handshake.
    package var handshakeTime: Duration = .seconds(5)
    /// From the first byte of a request to the end of its head (HTTP/1.1), a byte now and then notwithstanding.
    package var headTime: Duration = .seconds(10)
    /// A connection on which nothing arrives for so long is closed, in the middle of a head or body too; a request
    /// that is being worked on is left alone.
    package var idleTime: Duration = .seconds(60)
    /// From the head of a request to the end of its body.
    package var bodyTime: Duration = .seconds(15)
    package var bodyBytes = 256 * 1_024
    /// One header field (HTTP/1.1; HTTP/2 has 16 KiB for all).
    package var headerFieldBytes = 8 * 1_024
    package var headerListBytes = 16 * 1_024
    package var headerFieldCount = 100
    /// How long a stop waits for the first request of connections that were accepted before it.
    package var firstRequestTime: Duration = .seconds(1)
    /// How long a stop then waits for requests in flight.
    package var drainTime: Duration = .seconds(20)
    /// How long a stop then waits for connections to say goodbye.
    package var closeTime: Duration = .seconds(2)

    package init() {}
}

extension Duration {
    var timeAmount: TimeAmount { TimeAmount(self) }
}
