import Engine
import Payments
import Primitives

/// A bot or the platform, each for its own objects.
enum OwnerPrincipal: Sendable {
    case bot(BotPrincipal)
    case platform(PlatformPrincipal)

    init?(_ principal: Principal?) {
        switch principal {
        case .bot(let bot): self = .bot(bot)
        case .platform(let platform): self = .platform(platform)
        case .browser, .person, nil: return nil
        }
    }
}

/// The platform for any of its people, or one person for themself.
enum PeoplePrincipal: Sendable {
    case platform(PlatformPrincipal)
    case person(PersonPrincipal)

    init?(_ principal: Principal?) {
        switch principal {
        case .platform(let platform): self = .platform(platform)
        case .person(let person): self = .person(person)
        case .bot, .browser, nil: return nil
        }
    }

    var platform: PlatformID {
        switch self {
        case .platform(let platform): platform.platform
        case .person(let person): person.platform
        }
    }

    /// The person a request is about: whom the platform names, or the calling person.
    /// - Parameter named: nil when the request names nobody.
    /// - Throws: 404 when a person names somebody else, as for one who does not exist; 400 when the platform names nobody.
    func acting(_ named: PersonID?, parameter: String) throws(APIError) -> PersonID {
        switch self {
        case .platform:
            guard let named else { throw .missing(parameter) }
            return named
        case .person(let person):
            guard named == nil || named == person.id else {
                throw .noSuch("person", id: named?.text, parameter: parameter)
            }
            return person.id
        }
    }
}

/// Who keeps cards: a bot for its customers, the platform for its people, a person for themself.
enum CardholderPrincipal: Sendable {
    case bot(BotPrincipal)
    case people(PeoplePrincipal)

    init?(_ principal: Principal?) {
        if case .bot(let bot) = principal {
            self = .bot(bot)
        } else if let people = PeoplePrincipal(principal) {
            self = .people(people)
        } else {
            return nil
        }
    }
}

/// Whoever may hand us a card.
enum TokenizingPrincipal: Sendable {
    case owner(OwnerPrincipal)
    case browser(BrowserPrincipal)
    case person(PersonPrincipal)

    init?(_ principal: Principal?) {
        switch principal {
        case .bot(let bot): self = .owner(.bot(bot))
        case .platform(let platform): self = .owner(.platform(platform))
        case .browser(let browser): self = .browser(browser)
        case .person(let person): self = .person(person)
        case nil: return nil
        }
    }
}

/// A bot for its own payments, or a guest for the one whose client secret they send.
enum PayingPrincipal: Sendable {
    case bot(BotPrincipal)
    case guest(BrowserPrincipal)

    init?(_ principal: Principal?) {
        switch principal {
        case .bot(let bot): self = .bot(bot)
        case .browser(let browser): self = .guest(browser)
        case .platform, .person, nil: return nil
        }
    }
}

/// A caller without a credential.
struct Anyone: Sendable {}

// MARK: - Each is one of the principals it stands for

/// A choice between principals.
protocol PrincipalChoice: CallingPrincipal {
    var chosen: any CallingPrincipal { get }
}

extension PrincipalChoice {
    var owner: Owner { chosen.owner }
    var mode: Mode { chosen.mode }
    var actor: Actor { chosen.actor }
    var idempotencyScope: IdempotencyScope { chosen.idempotencyScope }
    func allows(_ scope: Scope) -> Bool { chosen.allows(scope) }
}

extension OwnerPrincipal: PrincipalChoice {
    var chosen: any CallingPrincipal {
        switch self {
        case .bot(let bot): bot
        case .platform(let platform): platform
        }
    }
}

extension PeoplePrincipal: PrincipalChoice {
    var chosen: any CallingPrincipal {
        switch self {
        case .platform(let platform): platform
        case .person(let person): person
        }
    }
}

extension CardholderPrincipal: PrincipalChoice {
    var chosen: any CallingPrincipal {
        switch self {
        case .bot(let bot): bot
        case .people(let people): people.chosen
        }
    }
}

extension TokenizingPrincipal: PrincipalChoice {
    var chosen: any CallingPrincipal {
        switch self {
        case .owner(let owner): owner.chosen
        case .browser(let browser): browser
        case .person(let person): person
        }
    }
}

extension PayingPrincipal: PrincipalChoice {
    var chosen: any CallingPrincipal {
        switch self {
        case .bot(let bot): bot
        case .guest(let guest): guest
        }
    }
}
