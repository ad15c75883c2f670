package import Payments
import Ports
import Primitives

/// One text that customers are searched by. Compared without regard to upper and lower case, as a whole.
package enum CustomerTerm: Hashable, Sendable {
    case email(String)
    case name(String)
    case phone(String)
    case metadata(key: String, value: String)
}

extension PartyCommands {
    /// How customers with this text are found without its being stored in clear.
    package func lookup(_ term: CustomerTerm) -> [UInt8] {
        switch term {
        case .email(let text): emailHash(text)
        // An e-mail address holds no NUL, so that none of these can be taken for one.
        case .name(let text): lookupHash("name\0" + text.lowercased())
        case .phone(let text): lookupHash("phone\0" + text.lowercased())
        case .metadata(let key, let value): lookupHash("metadata\0\(key)\0" + value.lowercased())
        }
    }

    /// Everything that a customer with this profile is found under.
    func lookups(of profile: DetailFields) -> [[UInt8]] {
        var terms: [CustomerTerm] = []
        if let text = profile["email"] { terms.append(.email(text)) }
        if let text = profile["name"] { terms.append(.name(text)) }
        if let text = profile["phone"] { terms.append(.phone(text)) }
        terms += profile.metadata.map { .metadata(key: $0.key, value: $0.value) }
        return terms.map(lookup)
    }
}
