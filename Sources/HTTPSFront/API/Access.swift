import Engine
import Payments

/// Which kinds of callers an operation is for.
enum CallerKind: String, Hashable, Sendable, CaseIterable {
    case platform, bot, browser, person
    /// Needs no credential.
    case anyone
}

/// Who may call an operation, and as what its handler sees them. Each ``Endpoint`` is made with one, so an operation
/// without a rule does not compile, nor does one whose handler expects another kind of caller than the rule admits.
///
/// This is the only place that decides by kind and scope. What belongs to whom is decided where objects are read.
struct Access<Caller>: Sendable {
    let kinds: Set<CallerKind>
    /// What a restricted key or a person's session must include; nil for what publishable keys may do, and for anyone.
    let scope: Scope?
    private let narrow: @Sendable (Principal?) -> Caller?

    private init(_ kinds: Set<CallerKind>, _ scope: Scope?, _ narrow: @escaping @Sendable (Principal?) -> Caller?) {
        self.kinds = kinds
        self.scope = scope
        self.narrow = narrow
    }

    /// - Throws: 403, naming what is needed.
    func admit(_ principal: Principal?) throws(APIError) -> Caller {
        guard let caller = narrow(principal) else { throw .wrongCaller(kinds, principal) }
        guard let scope, let principal else { return caller }
        switch principal {
        case .platform(let platform): try check(scope, platform)
        case .bot(let bot): try check(scope, bot)
        case .person(let person): try check(scope, person)
        // Publishable keys have no scopes: the rules that admit them are about single objects.
        case .browser: break
        }
        return caller
    }

    private func check(_ scope: Scope, _ principal: some CallingPrincipal) throws(APIError) {
        guard principal.allows(scope) else { throw .missingScope(scope) }
    }
}

extension Access where Caller == BotPrincipal {
    /// A bot, for what is its own.
    static func bot(_ scope: Scope) -> Access {
        Access([.bot], scope) { if case .bot(let bot)? = $0 { bot } else { nil } }
    }
}

extension Access where Caller == PlatformPrincipal {
    /// The platform.
    static func platform(_ scope: Scope) -> Access {
        Access([.platform], scope) { if case .platform(let platform)? = $0 { platform } else { nil } }
    }
}

extension Access where Caller == OwnerPrincipal {
    /// A bot or the platform, each for what is its own.
    static func owner(_ scope: Scope) -> Access { Access([.bot, .platform], scope) { OwnerPrincipal($0) } }
}

extension Access where Caller == PeoplePrincipal {
    /// The platform for any of its people, or a person for themself.
    static func people(_ scope: Scope) -> Access { Access([.platform, .person], scope) { PeoplePrincipal($0) } }
}

extension Access where Caller == PersonPrincipal {
    /// A person, by a session of their own; nobody for them.
    static func person(_ scope: Scope) -> Access {
        Access([.person], scope) { if case .person(let person)? = $0 { person } else { nil } }
    }
}

extension Access where Caller == CardholderPrincipal {
    /// A bot for its customers, the platform for its people, a person for themself.
    static func cards(_ scope: Scope) -> Access {
        Access([.bot, .platform, .person], scope) { CardholderPrincipal($0) }
    }
}

extension Access where Caller == TokenizingPrincipal {
    /// Everybody with a key, publishable ones too.
    static func tokenizing(_ scope: Scope) -> Access {
        Access([.bot, .platform, .browser], scope) { principal in
            if case .person? = principal { nil } else { TokenizingPrincipal(principal) }
        }
    }

    /// Whoever may hand us a card to keep: everybody with a key, publishable ones too, and people.
    static func cardIntake(_ scope: Scope) -> Access {
        Access([.bot, .platform, .browser, .person], scope) { TokenizingPrincipal($0) }
    }
}

extension Access where Caller == PayingPrincipal {
    /// A bot, or a guest: a publishable key together with the client secret of the one object it is about.
    static func paying(_ scope: Scope) -> Access { Access([.bot, .browser], scope) { PayingPrincipal($0) } }
}

extension Access where Caller == Anyone {
    /// Without a credential: the request proves itself by what it carries.
    static func anyone() -> Access { Access([.anyone], nil) { _ in Anyone() } }
}

extension APIError {
    /// - Parameter kinds: who may call this.
    static func wrongCaller(_ kinds: Set<CallerKind>, _ principal: Principal?) -> APIError {
        switch principal {
        case .browser:
            return .forbidden(
                "A publishable key (pk_…) can only make tokens and payment methods, and read and confirm a payment whose "
                    + "client secret it sends. Call this from your server with a secret key (sk_…).")
        case .person:
            return .forbidden("A person's session cannot do this. Call it from the platform's server with its own key.")
        case .platform, .bot, nil: break
        }
        if kinds == [.person] {
            return .forbidden("Only the person can do this, with a session of their own (person_sessions).")
        }
        if kinds.contains(.platform), !kinds.contains(.bot) {
            return .forbidden("This needs the secret key of the platform; the key belongs to a bot.")
        }
        return .forbidden("This needs the secret key of a bot; the key belongs to a platform.")
    }

    /// 403: the key is good and of the right kind, but restricted to other things.
    static func missingScope(_ scope: Scope) -> APIError {
        APIError(
            403, .invalidRequest, code: "more_permissions_required",
            message: "The credential does not have the required permission for this. "
                + "Having '\(scope.name)' would allow this request to continue.")
    }
}
