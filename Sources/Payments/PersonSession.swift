package import Primitives

/// A person's own access for a short while, made for them by their platform. What opens it is shown once and kept only as a
/// keyed hash.
package struct PersonSession: Hashable, Sendable {
    package let id: PersonSessionID
    package let platform: PlatformID
    package let person: PersonID
    package let mode: Mode
    /// What the session may do of what a person may do.
    package let scopes: ScopeSet
    package let created: Timestamp
    /// When it ends, whenever its code was exchanged.
    package let expires: Timestamp
    /// Keyed hash of the one-time code, 32 bytes; nil when the platform was given the token itself. It stays after the
    /// exchange, so that a second one is noticed.
    package let codeHash: [UInt8]?
    package let codeExpires: Timestamp
    /// Keyed hash of the token, 32 bytes; nil until the code is exchanged.
    package let tokenHash: [UInt8]?
    package let exchanged: Timestamp?
    package let revoked: Timestamp?

    package init(
        id: PersonSessionID, platform: PlatformID, person: PersonID, mode: Mode, scopes: ScopeSet, created: Timestamp,
        expires: Timestamp, codeHash: [UInt8]?, codeExpires: Timestamp, tokenHash: [UInt8]? = nil,
        exchanged: Timestamp? = nil, revoked: Timestamp? = nil
    ) {
        self.id = id
        self.platform = platform
        self.person = person
        self.mode = mode
        self.scopes = scopes
        self.created = created
        self.expires = expires
        self.codeHash = codeHash
        self.codeExpires = codeExpires
        self.tokenHash = tokenHash
        self.exchanged = exchanged
        self.revoked = revoked
    }

    /// Where a session is in its life.
    package enum State: Hashable, Sendable {
        /// Its code waits to be exchanged.
        case pending
        case active
        case expired
        case revoked
    }

    /// What it is at `time`. A code that was not exchanged in time never will be.
    package func state(at time: Timestamp) -> State {
        if revoked != nil { return .revoked }
        if time >= expires { return .expired }
        if tokenHash != nil { return .active }
        return time < codeExpires ? .pending : .expired
    }
}

extension ScopeSet {
    /// All that a person's session can be given.
    package static let ofPeople = ScopeSet([
        .read(.people), .write(.paymentMethods), .write(.wallet), .write(.friendTransfers),
    ])

    /// What a session has whose platform names nothing: to look, and to deal with friends. Money to and from cards, and the
    /// cards themselves, must be asked for.
    package static let usualOfPeople = ScopeSet([
        .read(.people), .read(.paymentMethods), .read(.wallet), .write(.friendTransfers),
    ])
}

/// The text that opens a session: a token for every request, or the one-time code that is exchanged for a token.
///
/// Letters, digits and underscores only, of one length: it can stand in a link, in an Authorization header and in a cookie as
/// it is. The mode in it is for people to see; the stored session's counts.
package struct SessionSecret: Sendable {
    /// What the text is good for.
    package enum Kind: Sendable, CaseIterable {
        case code, token

        var prefix: StaticString {
            switch self {
            case .code: "psc"
            case .token: "pst"
            }
        }
    }

    package let kind: Kind
    package let text: Redacted<String>

    /// How many random bytes are in it.
    package static let randomByteCount = 24

    /// - Parameter random: ``randomByteCount`` unpredictable bytes.
    package init(_ kind: Kind, mode: Mode, random: [UInt8]) {
        self.kind = kind
        text = Redacted("\(kind.prefix)_\(mode == .live ? "live" : "test")_\(Hex.encode(random))")
    }

    /// What arrived.
    /// - Returns: nil unless it has the form of a secret of this kind.
    package init?(_ kind: Kind, _ bytes: some Collection<UInt8>) {
        guard SessionSecret.hasForm(of: kind, bytes) else { return nil }
        self.kind = kind
        text = Redacted(String(decoding: bytes, as: UTF8.self))
    }

    /// Whether the bytes have the form of a secret of this kind; says nothing about whether it opens anything.
    package static func hasForm(of kind: Kind, _ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count == 9 + 2 * randomByteCount else { return false }
        let prefixes = ["\(kind.prefix)_test_", "\(kind.prefix)_live_"]
        guard prefixes.contains(where: { bytes.starts(with: $0.utf8) }) else { return false }
        return bytes.dropFirst(9).allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }
}
