package import Payments
package import Ports
import Primitives
internal import Synchronization

/// What a message needs of the connection that takes it, beyond cards.
enum RoutedNeed: Hashable, Sendable {
    case charge
    /// The cardholder has to authenticate; comes back to that address, if one is named.
    case authenticatedCharge(returnURL: String?)
    /// A card is verified in order to be kept.
    case verification(authenticated: Bool, returnURL: String?)
    /// Money goes out to a card.
    case push
    /// A payer's account is charged.
    case wallet(PaymentInstrument)
    /// Money goes out to somebody's account.
    case walletPush(PaymentInstrument)
}

/// The live processors, by connection. Rows of the connection table without an adapter here cannot be used.
package final class ConnectionDirectory: Sendable {
    private let state = Mutex(State())

    private struct State {
        var entries: [ConnectionID: Entry] = [:]
        /// In the order of their identifiers, which is the order they were added in.
        var owned: [Holder: [ConnectionID]] = [:]
    }

    private struct Holder: Hashable {
        let owner: Owner
        let mode: Mode
    }

    private struct Entry {
        let connection: Connection
        let processor: any CardProcessor

        func canAuthenticate(_ returnURL: String?) -> Bool {
            (processor as? any AuthenticatingProcessor)?.canAuthenticate(returnURL: returnURL) ?? false
        }
    }

    /// Knows no connection yet.
    package init() {}

    /// Adds or replaces a connection and its adapter.
    package func register(_ connection: Connection, _ processor: any CardProcessor) {
        state.withLock { state in
            state.entries[connection.id] = Entry(connection: connection, processor: processor)
            let holder = Holder(owner: connection.owner, mode: connection.mode)
            guard state.owned[holder]?.contains(connection.id) != true else { return }
            state.owned[holder, default: []].append(connection.id)
            state.owned[holder]?.sort()
        }
    }

    /// Replaces what is known of a connection that has an adapter.
    package func update(_ connection: Connection) {
        state.withLock { state in
            guard let entry = state.entries[connection.id] else { return }
            state.entries[connection.id] = Entry(connection: connection, processor: entry.processor)
        }
    }

    /// The adapter of a connection; nil when none was registered.
    package func processor(for id: ConnectionID) -> (any CardProcessor)? {
        state.withLock { $0.entries[id]?.processor }
    }

    /// Connections whose processors can be asked what has happened, in a fixed order.
    var reporting: [(connection: ConnectionID, processor: any ReportingProcessor)] {
        let found = state.withLock { state in
            state.entries.compactMap { id, entry in (entry.processor as? any ReportingProcessor).map { (id, $0) } }
        }
        return found.sorted { $0.0 < $1.0 }
    }

    /// Every connection with its adapter, in no order.
    var registered: [(connection: Connection, processor: any CardProcessor)] {
        state.withLock { $0.entries.values.map { ($0.connection, $0.processor) } }
    }

    /// Connections of `owner` that have an adapter, oldest first, switched off or not.
    func connections(of owner: Owner, mode: Mode) -> [ConnectionID] {
        state.withLock { $0.owned[Holder(owner: owner, mode: mode)] ?? [] }
    }

    /// A connection with the adapter version that will build its messages, switched off or not.
    func routed(_ id: ConnectionID) -> RoutedConnection? {
        state.withLock { state in
            state.entries[id].map {
                RoutedConnection(connection: $0.connection, adapterVersion: $0.processor.adapterVersion)
            }
        }
    }

    /// Why a message of `owner` cannot go there; nil when it can.
    func obstacle(_ id: ConnectionID, for owner: Owner, mode: Mode, _ need: RoutedNeed) -> RoutingExclusion? {
        state.withLock { state in
            guard let entry = state.entries[id], entry.connection.mode == mode, entry.connection.owner == owner else {
                return .unavailable
            }
            guard entry.connection.isEnabled else { return .disabled }
            return switch need {
            case .charge: nil
            case .authenticatedCharge(let url): entry.canAuthenticate(url) ? nil : .incapable
            case .verification(let authenticated, let url):
                entry.processor is any VerifyingProcessor && (!authenticated || entry.canAuthenticate(url))
                    ? nil : .incapable
            case .push: entry.processor is any PushingProcessor ? nil : .incapable
            case .wallet(let instrument):
                (entry.processor as? any WalletProcessor)?.wallets.contains(instrument) == true ? nil : .incapable
            case .walletPush(let instrument):
                (entry.processor as? any WalletPushingProcessor)?.pushWallets.contains(instrument) == true
                    ? nil : .incapable
            }
        }
    }
}

/// A connection that was picked, and the adapter version that will build the message.
struct RoutedConnection: Sendable {
    let connection: Connection
    let adapterVersion: Int64
}
