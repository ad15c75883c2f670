import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `people erase`, `erasures list` and `erasures show`.
struct ErasuresFeature: AdminFeature {
    let store: any Store
    let erasures: ErasureCommands

    var handlers: [AdminRoute: AdminHandler] {
        [.erasePerson: json(erase), .erasures: json(list), .erasure: json(show)]
    }

    private func erase(_ request: AdminRequest) async throws -> ErasureView {
        try request.allow()
        let id: PersonID = try request.identifier("person")
        guard try request.decoded(EraseRequest.self).confirm == id.text else {
            throw AdminError(.invalid, "“confirm” must name the person once more: erasing cannot be undone.")
        }
        do {
            return ErasureView(try await erasures.erase(id, by: request.trail.who, also: request.trail.hook))
        } catch let refusal as ErasureRefusal {
            throw AdminError(refusal, id)
        }
    }

    private func list(_ request: AdminRequest) async throws -> ListView<ErasureView> {
        try request.allow("limit", "after")
        let page = try request.page(of: ErasureKind.self)
        return ListView(try await store.read { try $0.erasures(page) }) { ErasureView($0) }
    }

    private func show(_ request: AdminRequest) async throws -> ErasureView {
        try request.allow()
        let text = request.parameters.first ?? ""
        let found = try await store.read { reader in
            if let id = ErasureID(text) { return try reader.erasure(id) }
            if let id = PersonID(text) { return try reader.erasure(of: .person(id)) }
            if let id = CustomerID(text) { return try reader.erasure(of: .customer(id)) }
            if let id = CheckoutID(text) { return try reader.erasure(of: .checkout(id)) }
            throw AdminError(
                .invalid, "“\(text)” is not the id of an erasure (era_), a person, a customer or a checkout.")
        }
        guard let found else { throw AdminError.noSuch("erasure", text) }
        return ErasureView(found)
    }
}

extension AdminError {
    init(_ refusal: ErasureRefusal, _ id: PersonID) {
        switch refusal {
        case .noSuchPerson: self = .noSuch("person", id.text)
        case .alreadyErased(let erasure):
            self.init(
                .conflict,
                "\(id) was erased already." + (erasure.map { " See: florinctl erasures show \($0)" } ?? ""))
        case .accountNotEmpty(let text):
            self.init(
                .conflict, "\(id) cannot be erased: \(text). Pay it out, or settle it with `ledger adjust`, first.")
        case .underWay(let text):
            self.init(.conflict, "\(id) cannot be erased: \(text). Wait for it, or give the transfer back, first.")
        }
    }
}

extension ErasureView {
    init(_ erasure: Erasure) {
        let (record, counts) = (erasure.record, erasure.counts)
        self.init(
            id: record.id.text, subject: record.subject.text, mode: Names.of(record.mode),
            requested: record.created.description, requestedBy: erasure.requestedBy, isReplay: erasure.isReplay,
            step: Names.of(erasure.step), completed: erasure.finished?.description,
            erased: Self.erased(record.subject, counts), kept: Self.kept(record.subject), notes: Self.notes)
    }

    private static func erased(_ subject: ErasureSubject, _ counts: Erasure.Counts) -> [Erased] {
        let profile =
            switch subject {
            case .person: "name, e-mail, phone, the platform's reference, metadata"
            case .customer: "name, e-mail, phone, description, metadata"
            case .checkout: "name, e-mail, phone, address that the buyer left"
            }
        return [
            Erased(what: profile, count: nil, how: "the key it was sealed under is destroyed, and so is the value"),
            Erased(what: "look-up by reference or e-mail", count: nil, how: "the keyed hash is removed"),
            Erased(
                what: "cards: number, fingerprint, billing name and address", count: counts.cards,
                how: "overwritten; the billing details' key is destroyed"),
            Erased(what: "notes of transfers sent and received", count: counts.notes, how: "removed"),
            Erased(what: "copies in events", count: counts.events, how: "taken out of the stored objects"),
            Erased(
                what: "copies in answers kept for Idempotency-Keys", count: counts.answers,
                how: "taken out of the stored objects"),
            Erased(what: "old contents of changed database pages", count: nil, how: "zeroed; the log was cut"),
        ]
    }

    private static func kept(_ subject: ErasureSubject) -> [Kept] {
        let whose =
            switch subject.kind {
            case .person: "person"
            case .customer: "customer"
            case .checkout: "checkout"
            }
        return [
            Kept(
                what: "postings, balances, payments, refunds, transfers: amounts, times, states",
                why: "books must be kept by law, and the other side of each of them has its own claim to it"),
            Kept(
                what: "the \(whose)'s identifier, and those of their cards and transfers",
                why: "the books refer to them; they lead to nobody any more"),
            Kept(
                what: "brand, last four digits and expiry of cards",
                why: "disputes and refunds are answered with them; they do not tell whose card it was"),
            Kept(what: "this record", why: "so that a restored backup forgets the same people again"),
        ]
    }

    private static let notes = [
        "Webhooks that were delivered before lie with their receivers: ask them to erase their copies.",
        "Processors keep what they were sent under their own duties.",
        "Backups made before hold the old data under their own keys until they expire; a restore erases it again first.",
    ]
}
