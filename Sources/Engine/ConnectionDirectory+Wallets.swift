import Payments
import Ports
import Primitives

extension ConnectionDirectory {
    /// Where a payment from a payer's account goes: a connection of the owner's own that takes such accounts, else one of its
    /// platform's.
    /// - Throws: `Refusal.noConnection`.
    func route(
        _ instrument: PaymentInstrument, for owner: Owner, platform: PlatformID, mode: Mode
    ) throws -> RoutedConnection {
        try wallet(owner, platform, mode, "payments with \(instrument.name)") {
            ($0 as? any WalletProcessor)?.wallets.contains(instrument) == true
        }
    }

    /// Where money for somebody's account goes.
    /// - Throws: `Refusal.noConnection`.
    func pushRoute(
        _ instrument: PaymentInstrument, for owner: Owner, platform: PlatformID, mode: Mode
    ) throws -> RoutedConnection {
        try wallet(owner, platform, mode, "payouts to \(instrument.name)") {
            ($0 as? any WalletPushingProcessor)?.pushWallets.contains(instrument) == true
        }
    }

    private func wallet(
        _ owner: Owner, _ platform: PlatformID, _ mode: Mode, _ what: String,
        _ serves: (any CardProcessor) -> Bool
    ) throws -> RoutedConnection {
        let usable = registered.filter {
            $0.connection.isEnabled && $0.connection.mode == mode && serves($0.processor)
        }
        let found =
            usable.filter { $0.connection.owner == owner }.min { $0.connection.id < $1.connection.id }
            ?? usable.filter { $0.connection.owner == .platform(platform) }
            .min { $0.connection.id < $1.connection.id }
        guard let found else {
            throw Refusal.noConnection(
                message: "No enabled processor connection of this account serves \(what) in \(mode) mode; "
                    + "ask the operator to add one.")
        }
        return RoutedConnection(connection: found.connection, adapterVersion: found.processor.adapterVersion)
    }
}

extension PaymentInstrument {
    /// As `type` has it on the API.
    package var name: String {
        switch self {
        case .card: "card"
        case .paypal: "paypal"
        }
    }
}
