import Engine
package import Payments
package import Ports
import Primitives

extension Renderer {
    /// `mandate`, as events show it: without from where its holder agreed, so that copies hold nothing to be erased.
    package func mandate(_ mandate: Mandate, _ reader: any StoreReader) throws -> [UInt8] {
        var json = JSONWriter(capacity: 600)
        try write(mandate, Expansion([]), showsOrigin: false, reader, into: &json)
        return json.bytes
    }

    func write(
        _ mandate: Mandate, _ expand: Expansion, showsOrigin: Bool = true, _ reader: any StoreReader,
        into json: inout JSONWriter
    ) throws {
        // Of a card that was destroyed, from where its holder agreed was destroyed too.
        let texts = mandate.subjectSalt.isEmpty || !showsOrigin ? DetailFields() : try sealing.fields(of: mandate)
        try json.object { json in
            json.field("id", mandate.id)
            json.field("object", "mandate")
            json.object("customer_acceptance") { json in
                json.field("accepted_at", mandate.accepted)
                switch mandate.acceptance {
                case .online:
                    json.object("online") { json in
                        json.field("ip_address", texts[DetailFields.acceptanceAddress])
                        json.field("user_agent", texts[DetailFields.acceptanceAgent])
                    }
                    json.field("type", "online")
                case .offline:
                    json.object("offline") { _ in }
                    json.field("type", "offline")
                }
            }
            json.field("livemode", mandate.mode == .live)
            json.object("multi_use") { _ in }
            try writeMethod(mandate.paymentMethod, expand.below("payment_method"), reader, into: &json)
            json.object("payment_method_details") { json in
                json.object("card") { _ in }
                json.field("type", "card")
            }
            json.field("status", mandate.status == .active ? "active" : "inactive")
            json.field("type", "multi_use")
        }
    }

    /// `mandate`, as an identifier or whole.
    func writeMandate(
        _ id: MandateID?, _ expand: Expansion?, _ reader: any StoreReader, into json: inout JSONWriter
    ) throws {
        guard let expand, let mandate = try id.flatMap(reader.mandate) else { return json.field("mandate", id) }
        json.key("mandate")
        try write(mandate, expand, reader, into: &json)
    }
}
