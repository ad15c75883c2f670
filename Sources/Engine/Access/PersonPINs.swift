package import Payments
package import Ports
package import Primitives

/// What a person wants of their PIN. Absent things stay.
package struct PINChange: Sendable {
    /// Four to six digits; nil to keep the one that is there.
    package var new: Redacted<[UInt8]>?
    /// Takes the PIN away.
    package var removes: Bool
    /// The PIN that is there; needed for every change of it.
    package var current: Redacted<[UInt8]>?
    /// Whether it is asked for before every payment.
    package var isAlwaysAsked: Bool?

    package init(
        new: Redacted<[UInt8]>?, removes: Bool = false, current: Redacted<[UInt8]>?, isAlwaysAsked: Bool? = nil
    ) {
        self.new = new
        self.removes = removes
        self.current = current
        self.isAlwaysAsked = isAlwaysAsked
    }
}

/// Payment PINs of people: set, changed, asked for and taken away.
///
/// What is stored is scrypt over a keyed hash of person and digits. A PIN has few values; what protects it is that the key lies
/// in no database, that tries are counted, and that each costs time, in that order (docs/adr/0042).
package struct PersonPINs: Sendable {
    let commands: Commands
    let vault: any Vault
    let randomness: any Randomness
    let stretcher: any PINStretching
    let renderer: any ObjectRendering

    // MARK: - The person

    /// Sets, changes or takes away. Right and wrong tries of the current PIN count as at a payment.
    package func change(_ person: PersonID, _ change: PINChange, _ caller: Caller) async throws -> Answer {
        // A repetition must not cost a try.
        if let earlier = try await commands.earlier(caller) { return earlier }
        let stored = try await commands.store.read { reader in
            _ = try reader.ownPerson(person, caller)
            return try reader.pin(of: person)
        }
        let now = commands.clock.now()
        if stored == nil, change.removes || change.new == nil { throw Refusal.noPIN }
        if stored != nil {
            guard let current = change.current else { throw Refusal.currentPINMissing }
            try await check(person, current, parameter: "current_pin")
        }
        var next: PersonPIN?
        if let digits = change.new?.exposed() {
            guard PersonPIN.isAcceptable(digits) else { throw Refusal.badPIN }
            let salt = randomness.bytes(16)
            next = PersonPIN(
                person: person, salt: salt, hash: try await hash(digits, of: person, salt),
                isAlwaysAsked: change.isAlwaysAsked ?? stored?.isAlwaysAsked ?? false, changed: now)
        }
        let (made, renderer) = (next, renderer)
        return try await commands.once(caller) { transaction, now in
            _ = try transaction.ownPerson(person, caller)
            let found = try transaction.pin(of: person)
            // What was proved was proved of the PIN that was there.
            guard found?.hash == stored?.hash else { throw Refusal.pinChangedMeanwhile }
            switch (found, made) {
            case (let found?, let made?):
                var changed = found.forgiven()
                (changed.salt, changed.hash, changed.changed) = (made.salt, made.hash, now)
                changed.isAlwaysAsked = made.isAlwaysAsked
                try transaction.update(changed)
            case (nil, let made?): try transaction.insert(made)
            case (let found?, nil):
                if change.removes {
                    _ = try transaction.removePIN(of: person)
                } else {
                    var changed = found.forgiven()
                    changed.isAlwaysAsked = change.isAlwaysAsked ?? found.isAlwaysAsked
                    try transaction.update(changed)
                }
            case (nil, nil): throw Refusal.noPIN
            }
            return .answered(Answer(body: renderer.pin(try transaction.pin(of: person), of: person, at: now)))
        }
    }

    // MARK: - The platform

    /// Takes a PIN away that its person has forgotten, with its lock. Nothing is learnt of it.
    package func reset(_ person: PersonID, _ caller: Caller) async throws -> Answer {
        let renderer = renderer
        return try await commands.once(caller) { transaction, now in
            _ = try transaction.ownPerson(person, caller)
            guard try transaction.removePIN(of: person) else { throw Refusal.noPIN }
            return .answered(Answer(body: renderer.pin(nil, of: person, at: now)))
        }
    }

    // MARK: - Paying

    /// Whether a person has to say their PIN before this payment.
    /// - Parameter sessionBegan: of the session in which they pay.
    package func isAsked(
        of person: PersonID, for amount: Money, sessionBegan: Timestamp?, _ reader: any StoreReader
    ) throws -> Bool {
        guard let pin = try reader.pin(of: person) else { return false }
        return commands.settings.current.pin.asks(
            for: amount, isAlwaysAsked: pin.isAlwaysAsked, sessionBegan: sessionBegan, at: commands.clock.now())
    }

    /// As ``admit(_:paying:sessionBegan:pin:)``, of a command that may be a repetition: that is answered as before.
    package func admit(
        _ person: PersonPrincipal, paying amount: Money, pin: Redacted<[UInt8]>?, _ caller: Caller
    ) async throws {
        if try await commands.earlier(caller) != nil { return }
        let session = try await commands.store.read { try $0.personSession(person.session) }
        try await admit(person.id, paying: amount, sessionBegan: session.map { $0.exchanged ?? $0.created }, pin: pin)
    }

    /// Lets a payment of the person on when they said their PIN, or need not.
    /// - Throws: a refusal with the code `pin_required`, `pin_incorrect` or `pin_locked`.
    package func admit(
        _ person: PersonID, paying amount: Money, sessionBegan: Timestamp?, pin: Redacted<[UInt8]>?
    ) async throws {
        let isNeeded = try await commands.store.read { reader in
            try isAsked(of: person, for: amount, sessionBegan: sessionBegan, reader)
        }
        guard isNeeded else { return }
        guard let pin else { throw Refusal.pinNeeded }
        try await check(person, pin, parameter: "pin")
    }

    /// Counts a try, looks at it, and forgives it when it was right.
    private func check(_ person: PersonID, _ digits: Redacted<[UInt8]>, parameter: String) async throws {
        let began = commands.clock.now()
        enum Admission: Sendable { case counted(PersonPIN), locked(PersonPIN.Lock), none }
        let admission = try await commands.store.writeRetryingConflicts { transaction -> Admission in
            guard let pin = try transaction.pin(of: person) else { return .none }
            if let lock = pin.lock(at: began) { return .locked(lock) }
            let tried = pin.tried(at: began)
            try transaction.update(tried)
            return .counted(tried)
        }
        let tried: PersonPIN
        switch admission {
        case .none: throw Refusal.pinChangedMeanwhile
        case .locked(let lock): throw Refusal.pinLocked(lock, at: began)
        case .counted(let pin): tried = pin
        }
        let found = Digest256(bytes: try await hash(digits.exposed(), of: person, tried.salt))
        guard let found, let stored = Digest256(bytes: tried.hash), stored.isEqualInConstantTime(to: found) else {
            throw Refusal.wrongPIN(tried, parameter: parameter, at: began)
        }
        try await commands.store.writeRetryingConflicts { transaction -> Void in
            guard let current = try transaction.pin(of: person), current.hash == tried.hash, current.tries > 0 else {
                return
            }
            try transaction.update(current.forgiven())
        }
    }

    private func hash(_ digits: [UInt8], of person: PersonID, _ salt: [UInt8]) async throws -> [UInt8] {
        let keyed = vault.hash(Array("pin \(person) ".utf8) + digits, .paymentPIN).bytes
        do { return try await stretcher.stretch(keyed, salt: salt) } catch {
            switch error {
            case .busy, .unavailable: throw Refusal.busy
            }
        }
    }
}

extension StoreReader {
    /// - Throws: 404 when there is no such person, or they are another platform's, or were erased.
    fileprivate func ownPerson(_ id: PersonID, _ caller: Caller) throws -> Person {
        guard let person = try person(id), .platform(person.platform) == caller.owner, person.mode == caller.mode,
            caller.person == nil || caller.person == id, !person.isErased
        else { throw Refusal.notFound(kind: "person", id: id.text, parameter: "id") }
        return person
    }
}

extension Refusal {
    static let noPIN = Refusal.unexpectedState(code: "pin_not_set", message: "This person has no PIN.")
    static let currentPINMissing = Refusal.invalid(
        parameter: "current_pin", code: "parameter_missing",
        message: "There is a PIN already: send it as current_pin to change it.")
    static let badPIN = Refusal.invalid(
        parameter: "pin", code: "parameter_invalid",
        message: "A PIN has four to six digits, which are not all the same and do not count up or down.")
    static let pinChangedMeanwhile = Refusal.unexpectedState(
        code: "pin_changed", message: "The PIN was changed a moment ago. Try again with the new one.")
    static let pinNeeded = Refusal.invalid(
        parameter: "pin", code: "pin_required", message: "This payment needs the person's PIN.")

    static func pinLocked(_ lock: PersonPIN.Lock, at now: Timestamp) -> Refusal {
        switch lock {
        case .until(let end):
            let seconds = max(end.duration(since: now).components.seconds, 1)
            return .invalid(
                parameter: "pin", code: "pin_locked",
                message: "The PIN was wrong too often. Try again in \((seconds + 59) / 60) min.")
        case .forGood:
            return .invalid(
                parameter: "pin", code: "pin_locked",
                message: "The PIN was wrong too often. The chat app has to take it away before there can be a new one.")
        }
    }

    fileprivate static func wrongPIN(_ tried: PersonPIN, parameter: String, at now: Timestamp) -> Refusal {
        // The last try before a lock says so at once.
        if let lock = tried.lock(at: now) { return .pinLocked(lock, at: now) }
        return .invalid(parameter: parameter, code: "pin_incorrect", message: "The PIN is wrong.")
    }
}
