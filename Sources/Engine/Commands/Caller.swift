package import Payments
package import Primitives

/// On whose behalf a command runs, and how it is to be answered.
package struct Caller: Sendable {
    package let owner: Owner
    package let mode: Mode
    /// Who acts on the owner's objects.
    package let actor: Actor
    package let request: RequestID
    /// Nil when the request carried no Idempotency-Key: then it is not protected against being repeated.
    package let idempotency: IdempotencyKey?
    /// Which fields of the answer are to be shown whole.
    package let expansions: [String]
    /// Where the payer sits: as the owner's server says, or where a browser calls from. Nil when nobody knows. For the rules
    /// of risk; never stored.
    package var payerAddress: NetworkAddress?

    package init(
        owner: Owner, mode: Mode, actor: Actor = .owner, request: RequestID, idempotency: IdempotencyKey? = nil,
        expansions: [String] = []
    ) {
        self.owner = owner
        self.mode = mode
        self.actor = actor
        self.request = request
        self.idempotency = idempotency
        self.expansions = expansions
    }
}

/// Who acts on an owner's objects. Commands that anybody but the owner can reach decide by it what they may touch.
package enum Actor: Hashable, Sendable {
    /// The owner, also on behalf of people.
    case owner
    /// A person, by a session of their own: only what is theirs.
    case person(PersonID)
    /// Somebody with a publishable key: only the one object whose secret they have shown, and cards they have just made.
    case guest
}

extension Caller {
    /// The same caller, with where the payer sits.
    package func paying(from address: NetworkAddress?) -> Caller {
        var caller = self
        caller.payerAddress = address
        return caller
    }

    /// The person who acts by a session of their own.
    package var person: PersonID? { actor.person }
}

extension Actor {
    /// The person, when it is one.
    package var person: PersonID? { if case .person(let id) = self { id } else { nil } }
}

/// A request's Idempotency-Key, hashed with its owner and mode, and the keyed digest of the command (with a card number
/// replaced by its fingerprint and without the security code).
package struct IdempotencyKey: Hashable, Sendable {
    package let id: IdempotencyID
    /// 32 bytes.
    package let digest: [UInt8]

    package init(id: IdempotencyID, digest: [UInt8]) {
        self.id = id
        self.digest = digest
    }
}

/// What a command answers: kept for its Idempotency-Key, byte for byte.
package struct Answer: Hashable, Sendable {
    /// HTTP status: 200, or 402 for a declined card.
    package let status: Int64
    /// JSON.
    package let body: [UInt8]
    /// The answer of an earlier request with the same key.
    package var isReplay: Bool
    /// The object as it stands, told because what became of the request could not be stored: not what its key will answer.
    package var isProvisional = false

    package init(status: Int64 = 200, body: [UInt8], isReplay: Bool = false) {
        self.status = status
        self.body = body
        self.isReplay = isReplay
    }
}

/// Why a command was not carried out. Nothing was stored and no processor was called.
package enum Refusal: Error, Hashable, Sendable {
    /// No such object, or not the caller's. `kind` as in "No such payment_intent".
    case notFound(kind: String, id: String, parameter: String?)
    /// A parameter that is well-formed but cannot be used. `code` in the API's vocabulary.
    case invalid(parameter: String?, code: String, message: String)
    /// The object's state does not allow it. `code` in the API's vocabulary; `message` says what would.
    case unexpectedState(code: String, message: String)
    /// An earlier message about the same object has no known outcome yet: ask again later.
    case outcomeUnknown
    /// Less money than asked for.
    case insufficientFunds(available: Money)
    /// A sending limit would be passed.
    case limitExceeded(message: String)
    /// The Idempotency-Key was used for another command.
    case idempotencyMismatch
    /// The first request with this key is still being worked on.
    case idempotencyInUse
    /// The first charge of this card must carry its security code, which is not held any more.
    case securityCodeNeeded
    /// The key may not do this.
    case forbidden(message: String)
    /// No enabled connection of this mode can do it.
    case noConnection(message: String)
    /// The book was restored from a backup and has not been opened yet.
    case bookReadOnly
    /// What this request did before the book was restored from a backup is being found out by people.
    case lostInRestore
    /// The one that is not a refusal: the first commit stands and a message may have left, but neither what became of it
    /// could be stored nor can the object be read. With the object's name, where callers have one for it.
    case underway(String?)
    /// More work in progress than allowed: retry after a few seconds.
    case busy

    /// The words for people that the refusal carries itself; the others are worded where they are told.
    package var message: String? {
        switch self {
        case .invalid(_, _, let message), .unexpectedState(_, let message), .limitExceeded(let message),
            .forbidden(let message), .noConnection(let message):
            message
        default: nil
        }
    }
}
