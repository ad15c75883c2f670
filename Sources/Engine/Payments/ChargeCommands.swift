package import Payments
import Ports
import Primitives

extension PaymentCommands {
    /// Changes the texts of a charge, which are its payment's: description and metadata.
    package func updateCharge(
        _ id: ChargeID, details: DetailFields, removals: [String], _ caller: Caller
    ) async throws -> Answer {
        try await commands.once(caller) { transaction, now in
            let charge = try ownedCharge(id, caller, transaction)
            var payment = try owned(charge.payment, caller, transaction)
            let fields = try tools.sealing.fields(of: payment).changed(by: details, removing: removals)
            payment.details = try tools.sealing.seal(
                fields, .paymentDetails, of: payment.id, mode: payment.mode, salt: payment.id.bytes)
            try transaction.update(payment)
            let object = try tools.renderer.charge(charge, of: payment, expand: [], transaction)
            let event = try tools.outbox.emit(
                .chargeUpdated, about: id, to: caller.owner, mode: caller.mode, at: now, request: caller.request,
                object: object, in: transaction)
            guard !caller.expansions.isEmpty else { return .answered(Answer(body: object), event: event) }
            return .answered(
                Answer(
                    body: try tools.renderer.charge(charge, of: payment, expand: caller.expansions, transaction)))
        }
    }

    /// The charge, if it is the caller's.
    private func ownedCharge(_ id: ChargeID, _ caller: Caller, _ reader: any StoreReader) throws -> Charge {
        guard let charge = try reader.charge(id), .bot(charge.bot) == caller.owner, charge.mode == caller.mode else {
            throw Refusal.notFound(kind: "charge", id: id.text, parameter: "id")
        }
        return charge
    }
}
