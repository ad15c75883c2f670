package import Payments
package import Ports
import Primitives
internal import Synchronization

/// What the platform asks for when it lets a person in.
package struct NewPersonSession: Sendable {
    package var person: PersonID
    /// How long from now.
    package var lifetime: Duration
    package var scopes: ScopeSet
    /// Whether the answer holds the token itself, or a one-time code for a link.
    package var secret: SessionSecret.Kind

    package init(person: PersonID, lifetime: Duration, scopes: ScopeSet, secret: SessionSecret.Kind) {
        self.person = person
        self.lifetime = lifetime
        self.scopes = scopes
        self.secret = secret
    }
}

/// Lets people in for a short while: makes, exchanges, checks and revokes their sessions.
package final class PersonSessions: Sendable {
    private let commands: Commands
    private let renderer: any ObjectRendering
    private let vault: any Vault
    private let randomness: any Randomness
    private let cache = Mutex(CredentialCache<PersonPrincipal>(limit: 50_000))

    private var store: any Store { commands.store }

    /// The sessions of one daemon; those looked up lately are kept in memory.
    package init(commands: Commands, tools: SettlementTools, vault: any Vault) {
        self.commands = commands
        self.vault = vault
        renderer = tools.renderer
        randomness = tools.randomness
    }

    /// A session may last this long, and no shorter.
    package static let lifetimes = Duration.seconds(60) ... .seconds(12 * 3_600)
    /// A code waits this long to be exchanged, or as long as its session lasts.
    package static let codeLifetime = Duration.seconds(600)
    /// The most sessions that a person may have at once, waiting ones too.
    package static let mostOfOnePerson: Int64 = 100

    /// - Parameter token: as presented, of the form that ``Payments/SessionSecret`` has.
    /// - Returns: nil for a token that opens nothing, or nothing any more.
    package func principal(for token: [UInt8]) async throws -> PersonPrincipal? {
        let hash = vault.hash(token, .sessionToken)
        let now = commands.clock.now()
        let (known, generation) = cache.withLock { ($0[hash, at: now], $0.generation) }
        if let known { return known.isUsable(at: now) ? known.credential : nil }
        let session = try await store.read { try $0.personSession(tokenHash: hash.bytes) }
        guard let session, session.state(at: now) == .active else {
            cache.withLock { $0.forget(hash) }
            return nil
        }
        let principal = PersonPrincipal(
            session: session.id, id: session.person, platform: session.platform, mode: session.mode,
            scopes: session.scopes)
        cache.withLock { $0.remember(principal, hash, expires: session.expires, at: now, generation: generation) }
        return principal
    }
}

// MARK: - Letting in

extension PersonSessions {
    /// Makes a session. Its secret is in this answer and never shown again.
    package func create(_ new: NewPersonSession, platform: PlatformID, _ caller: Caller) async throws -> Answer {
        try await commands.once(caller) { [self] transaction, now in
            guard let person = try transaction.person(new.person), person.platform == platform,
                person.mode == caller.mode
            else { throw Refusal.notFound(kind: "person", id: new.person.text, parameter: "person") }
            let count = try transaction.countPersonSessions(of: person.id, endingAfter: now)
            guard count < Self.mostOfOnePerson else {
                throw Refusal.invalid(
                    parameter: "person", code: "resource_limit_exceeded",
                    message: "This person has \(count) sessions; revoke some first.")
            }
            let secret = SessionSecret(
                new.secret, mode: caller.mode, random: randomness.bytes(SessionSecret.randomByteCount))
            let hash = hash(secret)
            let expires = now.advanced(by: min(max(new.lifetime, Self.lifetimes.lowerBound), Self.lifetimes.upperBound))
            let session = PersonSession(
                id: randomness.identifier(at: now), platform: platform, person: person.id, mode: caller.mode,
                scopes: new.scopes, created: now, expires: expires, codeHash: new.secret == .code ? hash : nil,
                codeExpires: min(expires, now.advanced(by: Self.codeLifetime)),
                tokenHash: new.secret == .token ? hash : nil)
            try transaction.insert(session)
            return .answeredWithSecret(
                Answer(body: renderer.personSession(session, secret: secret, at: now)),
                withoutSecret: renderer.personSession(session, secret: nil, at: now))
        }
    }

    /// Takes a code for a token, once. A second attempt may be somebody who stole the link, or who was robbed of it: it ends
    /// the session, whoever came first.
    /// - Returns: the session with its token; nil when the code opens nothing, for whatever reason.
    package func exchange(_ code: SessionSecret) async throws -> Answer? {
        guard let (session, token) = try await opened(with: code) else { return nil }
        return Answer(body: renderer.personSession(session, secret: token, at: commands.clock.now()))
    }

    /// As ``exchange(_:)``, for a page of Florin's own, which keeps the token from scripts.
    package func opened(with code: SessionSecret) async throws -> (session: PersonSession, token: SessionSecret)? {
        let codeHash = hash(code)
        let now = commands.clock.now()
        enum Outcome: Sendable { case exchanged(PersonSession, SessionSecret), refused, stolen }
        let outcome = try await store.writeRetryingConflicts { [self] transaction -> Outcome in
            guard let session = try transaction.personSession(codeHash: codeHash) else { return .refused }
            switch session.state(at: now) {
            case .expired, .revoked: return .refused
            case .active: return try transaction.revokePersonSession(session.id, at: now) ? .stolen : .refused
            case .pending: break
            }
            let token = SessionSecret(
                .token, mode: session.mode, random: randomness.bytes(SessionSecret.randomByteCount))
            guard try transaction.exchange(session.id, tokenHash: hash(token), at: now) else {
                // Somebody else was faster: the next round sees it.
                throw StoreConflict()
            }
            guard let open = try transaction.personSession(session.id) else {
                throw StoreError.corrupt("person session \(session.id) is gone while it is exchanged")
            }
            return .exchanged(open, token)
        }
        switch outcome {
        case .exchanged(let session, let token): return (session, token)
        case .refused: return nil
        case .stolen:
            cache.withLock { $0.forgetAll() }
            return nil
        }
    }

    private func hash(_ secret: SessionSecret) -> [UInt8] {
        vault.hash(Array(secret.text.exposed().utf8), .sessionToken).bytes
    }
}

// MARK: - Ending

extension PersonSessions {
    /// Ends a session, at once on this machine and within seconds on others. Ending it again changes nothing.
    package func revoke(_ id: PersonSessionID, _ caller: Caller) async throws -> Answer {
        let answer = try await commands.once(caller) { [self] transaction, now in
            guard let session = try transaction.personSession(id), .platform(session.platform) == caller.owner,
                session.mode == caller.mode, caller.person == nil || caller.person == session.person
            else { throw Refusal.notFound(kind: "person_session", id: id.text, parameter: nil) }
            _ = try transaction.revokePersonSession(id, at: now)
            guard let revoked = try transaction.personSession(id) else {
                throw StoreError.corrupt("person session \(id) is gone while it is revoked")
            }
            return .answered(Answer(body: renderer.personSession(revoked, secret: nil, at: now)))
        }
        cache.withLock { $0.forgetAll() }
        return answer
    }

    /// Ends all sessions of a person.
    /// - Parameter body: what to answer, given how many ended.
    package func revokeAll(
        of person: PersonID, _ caller: Caller, answering body: @escaping @Sendable (Int) -> [UInt8]
    ) async throws -> Answer {
        let answer = try await commands.once(caller) { transaction, now in
            guard let stored = try transaction.person(person), .platform(stored.platform) == caller.owner,
                stored.mode == caller.mode, caller.person == nil || caller.person == person
            else { throw Refusal.notFound(kind: "person", id: person.text, parameter: "person") }
            return .answered(Answer(body: body(try transaction.revokePersonSessions(of: person, at: now))))
        }
        cache.withLock { $0.forgetAll() }
        return answer
    }

    /// Deletes sessions that ended a day ago or longer.
    /// - Returns: how many.
    package func deleteOld(limit: Int = 500) async throws -> Int {
        let before = commands.clock.now().advanced(by: .seconds(-86_400))
        return try await store.write { try $0.deletePersonSessions(endedBefore: before, limit: limit) }
    }
}
