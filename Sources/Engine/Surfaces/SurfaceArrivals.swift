package import Payments
import Ports
import Primitives

/// Remembers for a day what led people to a bot, as their chat platform tells it, so that what is offered to them next carries it
/// to the payment.
package struct SurfaceArrivals: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let vault: any Vault
    let dialects: [SurfaceName: any SurfaceDialect]

    /// What somebody followed yesterday did not lead them to what they buy today.
    package static let memory = Duration.seconds(86_400)

    /// What became of something that was posted here.
    package enum Reception: Hashable, Sendable {
        case taken
        /// Nobody listens at this address.
        case nobody
        /// Whoever posted it does not have the account's secret.
        case wrongSignature
        case unreadable
        /// It is about another account than those that listen here.
        case otherAccount
    }

    /// The answer to a platform that asks whether this is the address that was meant.
    /// - Returns: nil for a wrong token, or an account that has none.
    package func answer(challenge query: [UInt8], of id: SurfaceAccountID) async throws -> String? {
        guard let (account, dialect) = try await listener(id), let challenge = dialect.challenge(in: query),
            let token = account.texts[DetailFields.surfaceEventsToken]
        else { return nil }
        // Their hashes are compared, so that time tells nothing.
        guard hash(ofToken: challenge.token.exposed(), id) == hash(ofToken: token, id) else { return nil }
        return challenge.answer
    }

    /// Takes what a platform posted. When it says ``Reception/taken``, all of it is on disk; the same again changes nothing.
    package func take(
        _ body: [UInt8], headers: [(name: String, value: String)], for id: SurfaceAccountID
    ) async throws -> Reception {
        guard let (account, dialect) = try await listener(id) else { return .nobody }
        guard dialect.isSigned(body, headers: headers, for: account.credentials) else { return .wrongSignature }
        guard let envelope = dialect.envelope(body) else { return .unreadable }
        let pages = try await pages(besides: account)
        guard envelope.accounts.isEmpty || envelope.accounts.contains(where: { pages[$0] != nil }) else {
            return .otherAccount
        }
        let now = clock.now()
        var latest: [[UInt8]: StoredSurfaceReferral] = [:]
        for arrival in envelope.arrivals {
            guard let page = pages[arrival.account], let kept = try kept(arrival, page, now) else { continue }
            if let other = latest[kept.personHash], other.happened >= kept.happened { continue }
            latest[kept.personHash] = kept
        }
        guard !latest.isEmpty else { return .taken }
        // In an order of their own, so that two of these never wait for each other.
        let new = latest.values.sorted { $0.personHash.lexicographicallyPrecedes($1.personHash) }
        try await store.write { transaction in
            for one in new where try transaction.surfaceAccount(one.account) != nil { _ = try transaction.keep(one) }
        }
        return .taken
    }

    /// Forgets what is too old.
    /// - Returns: of how many people.
    package func forgetOld() async throws -> Int {
        let now = clock.now()
        return try await store.write { try $0.deleteSurfaceReferrals(expiredBy: now) }
    }

    /// What led somebody to an account within the last day.
    func remembered(
        _ person: String, at account: SurfaceAccount, _ reader: any StoreReader, _ now: Timestamp
    ) throws -> SurfaceReferral? {
        guard dialects[account.surface] is any ListeningDialect,
            let found = try reader.surfaceReferral(of: account.id, personHash: hash(of: person, account.id), at: now)
        else { return nil }
        return SurfaceReferral(
            try tools.sealing.open(found.details, .surfaceReferral, of: found.id, mode: found.mode, salt: []))
    }

    private func listener(_ id: SurfaceAccountID) async throws -> (OpenedSurface, any ListeningDialect)? {
        guard let account = try await store.read({ try $0.surfaceAccount(id) }), !account.isOff,
            let dialect = dialects[account.surface] as? any ListeningDialect
        else { return nil }
        return (try tools.sealing.open(account), dialect)
    }

    /// The platform posts for all pages of one app to one address: those of the same bot that have the same secret are heard too.
    private func pages(besides account: OpenedSurface) async throws -> [String: SurfaceAccount] {
        let own = account.account
        let all = try await store.read { try $0.surfaceAccounts(of: own.bot, mode: own.mode) }
        var pages = [own.account: own]
        for other in all where other.surface == own.surface && !other.isOff && pages[other.account] == nil {
            let secret = try tools.sealing.open(other).texts[DetailFields.surfaceSecret]
            if secret == account.texts[DetailFields.surfaceSecret] { pages[other.account] = other }
        }
        return pages
    }

    /// - Returns: nil for what is too old, or says nothing.
    private func kept(
        _ arrival: SurfaceArrival, _ account: SurfaceAccount, _ now: Timestamp
    ) throws -> StoredSurfaceReferral? {
        let happened = min(arrival.at, now)
        let expires = happened.advanced(by: Self.memory)
        var referral = arrival.referral
        if let ref = referral.ref, CardNumberScan.containsCardNumber(ref) { referral.ref = nil }
        guard expires > now else { return nil }
        let id: SurfaceReferralID = tools.randomness.identifier(at: now)
        guard
            let details = try tools.sealing.seal(
                referral.fields, .surfaceReferral, of: id, mode: account.mode, salt: [])
        else { return nil }
        return StoredSurfaceReferral(
            id: id, account: account.id, mode: account.mode, personHash: hash(of: arrival.person, account.id),
            happened: happened, expires: expires, details: details)
    }

    private func hash(of person: String, _ account: SurfaceAccountID) -> [UInt8] {
        vault.hash(Array("surface arrival ".utf8) + account.bytes + Array(person.utf8), .personalLookup).bytes
    }

    private func hash(ofToken token: String, _ account: SurfaceAccountID) -> [UInt8] {
        vault.hash(Array("surface events token ".utf8) + account.bytes + Array(token.utf8), .apiKey).bytes
    }
}

extension SurfaceReferral {
    private static let (refName, sourceName, adName) = ("ref", "source", "ad")

    init(_ fields: DetailFields) {
        self.init(ref: fields[Self.refName], source: fields[Self.sourceName], ad: fields[Self.adName])
    }

    var fields: DetailFields {
        var fields = DetailFields()
        fields[Self.refName] = ref
        fields[Self.sourceName] = source
        fields[Self.adName] = ad
        return fields
    }

    /// What checkouts are summed by: an ad need not have a text of its own.
    var summedBy: String? { ref ?? ad.map { "ad:\($0)" } }
}

extension DetailFields {
    /// A link's own `ref` says what led here, whatever was remembered.
    mutating func lead(by ref: String) {
        self[DetailFields.ref] = ref
        guard self[DetailFields.ofSurface] != nil else { return }
        setMetadataOfPayment("ref_source", nil)
        setMetadataOfPayment("ref_ad", nil)
    }

    /// What led here, for a checkout that does not know it from elsewhere, and for its payment.
    mutating func note(_ referral: SurfaceReferral) {
        guard self[DetailFields.ref] == nil, let ref = referral.summedBy else { return }
        self[DetailFields.ref] = ref
        setMetadataOfPayment("ref_source", referral.source)
        setMetadataOfPayment("ref_ad", referral.ad)
    }
}
