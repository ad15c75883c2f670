import Engine
package import Payments
package import Primitives

extension Renderer {
    /// What may be known of a person's PIN: whether there is one, never what it is.
    package func pin(_ pin: PersonPIN?, of person: PersonID, at now: Timestamp) -> [UInt8] {
        JSONWriter.object(capacity: 250) { json in
            json.field("object", "person_pin")
            json.field("asked", pin.map { $0.isAlwaysAsked ? "always" : "when_needed" })
            json.field("changed_at", pin?.changed)
            let lock = pin?.lock(at: now)
            json.field("locked", lock != nil)
            json.field("locked_until", lock?.end)
            json.field("person", person)
            json.field("set", pin != nil)
        }
    }
}

extension PersonPIN.Lock {
    /// Nil when it does not end by itself.
    var end: Timestamp? { if case .until(let time) = self { time } else { nil } }
}
