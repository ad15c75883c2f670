import Ports
import Primitives

/// The keys of fingerprints and keyed hashes, all derived from one wrapped random key (``KeyPurpose/lookup``) with a label
/// each. That key outlives every rotation: no one could hash an API key again that is not kept anywhere.
struct LookupKeys: Sendable {
    private let fingerprints: [HMACKey]
    private let hashes: [HMACKey]

    init(_ root: borrowing SecureBytes, namespace: VaultNamespace) throws(VaultError) {
        var fingerprints: [HMACKey] = []
        for mode in LookupKeys.modes {
            fingerprints.append(try LookupKeys.key(root, "florin/fingerprint/v1", mode.rawValue, namespace))
        }
        var hashes: [HMACKey] = []
        for purpose in LookupKeys.purposes {
            hashes.append(try LookupKeys.key(root, "florin/hash/v1", purpose.rawValue, namespace))
        }
        self.fingerprints = fingerprints
        self.hashes = hashes
    }

    func fingerprint(_ mode: Mode) -> HMACKey {
        switch mode {
        case .test: fingerprints[0]
        case .live: fingerprints[1]
        }
    }

    func hash(_ purpose: HashPurpose) -> HMACKey {
        switch purpose {
        case .apiKey: hashes[0]
        case .idempotencyKey: hashes[1]
        case .requestDigest: hashes[2]
        case .personalLookup: hashes[3]
        case .clientSecret: hashes[4]
        case .sessionToken: hashes[5]
        case .auditLog: hashes[6]
        case .paymentPIN: hashes[7]
        }
    }

    // In the order of the switches above.
    private static let modes: [Mode] = [.test, .live]
    private static let purposes: [HashPurpose] = [
        .apiKey, .idempotencyKey, .requestDigest, .personalLookup, .clientSecret, .sessionToken, .auditLog, .paymentPIN,
    ]

    private static func key(
        _ root: borrowing SecureBytes, _ label: String, _ number: Int64, _ namespace: VaultNamespace
    ) throws(VaultError) -> HMACKey {
        HMACKey(try HKDF.derive(root, salt: namespace.bytes, info: Array(label.utf8) + number.bigEndianBytes))
    }
}
