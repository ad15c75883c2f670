import AdminContract
import Ports
import Primitives

/// `vault status` and `vault rotate`.
struct VaultFeature: AdminFeature {
    let keys: any KeyAdministration
    let rotations: KeyRotations

    var handlers: [AdminRoute: AdminHandler] {
        [.vault: json(status), .rotation: json(rotation), .rotate: json(rotate)]
    }

    private func status(_ request: AdminRequest) async throws -> VaultView {
        try request.allow()
        return VaultView(keys: try await keys.keyStatus().map { DataKeyView($0) }, rotation: rotations.latest)
    }

    private func rotation(_ request: AdminRequest) async throws -> RotationView {
        try request.allow()
        guard let latest = rotations.latest else {
            throw AdminError(.notFound, "No key was rotated since the daemon started.")
        }
        return latest
    }

    /// Starts; the work goes on when the caller is gone. Progress is asked for by ``AdminRoute/rotation``.
    private func rotate(_ request: AdminRequest) async throws -> RotationView {
        try request.allow()
        return try rotations.start(try Self.target(try request.decoded(RotateRequest.self).target))
    }

    private static func target(_ text: String) throws(AdminError) -> KeyRotations.Target {
        if text == "kek" { return .keyEncryptionKey }
        guard let purpose = Names.purpose(text), purpose != .lookup else {
            let known = KeyPurpose.allCases.filter { $0 != .lookup }.map { Names.of($0) }.joined(separator: ", ")
            throw AdminError(.invalid, "“\(text)” cannot be rotated. Name kek, or a purpose: \(known).")
        }
        return .dataKey(purpose)
    }
}
