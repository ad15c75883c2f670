import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `checkouts list`, `show`, `buyer`, `find` and `erase`.
struct CheckoutsFeature: AdminFeature {
    let store: any Store
    let sealing: SealedFields
    let buyers: BuyerKeeper
    let erasures: ErasureCommands

    var handlers: [AdminRoute: AdminHandler] {
        [
            .checkouts: json(list), .checkout: json(show), .checkoutBuyer: json(buyer), .findCheckouts: json(find),
            .eraseCheckout: json(erase),
        ]
    }

    private func list(_ request: AdminRequest) async throws -> ListView<CheckoutRecordView> {
        try request.allow("limit", "after", "bot", "mode", "state")
        let page = try request.page(of: CheckoutKind.self)
        let bot: BotID? = try request.identifier(query: "bot")
        let query = CheckoutQuery(bot: bot, mode: try request.mode(), states: try Self.states(request.text("state")))
        let sealing = sealing
        return try await store.read { reader in
            try ListView(try reader.checkouts(matching: query, page)) { try .init($0, sealing, reader) }
        }
    }

    private static func states(_ text: String?) throws(AdminError) -> ClosedRange<Int64> {
        switch text {
        case nil: return 1...6
        case "open": return 1...1
        case "asking": return 2...2
        case "paying": return 3...3
        case "complete": return 4...4
        case "expired": return 5...5
        case "gathering": return 6...6
        default:
            throw AdminError(.invalid, "“state” is open, gathering, asking, paying, complete or expired.")
        }
    }

    private func show(_ request: AdminRequest) async throws -> CheckoutRecordView {
        try request.allow()
        let id: CheckoutID = try request.identifier("checkout")
        let sealing = sealing
        let found = try await store.read { reader in
            try reader.checkout(id).map { try CheckoutRecordView($0, sealing, reader) }
        }
        guard let found else { throw AdminError.noSuch("checkout", id.text) }
        return found
    }

    private func buyer(_ request: AdminRequest) async throws -> BuyerView {
        try request.allow()
        let id: CheckoutID = try request.identifier("checkout")
        let sealing = sealing
        let found = try await store.read { reader in
            try reader.checkout(id).map { try sealing.buyer(of: $0) }
        }
        guard let found else { throw AdminError.noSuch("checkout", id.text) }
        let place = [found["address.postal_code"], found["address.city"], found["address.state"]].compactMap { $0 }
        let lines = [
            found["address.line1"], found["address.line2"], place.isEmpty ? nil : place.joined(separator: " "),
            found["address.country"],
        ]
        return BuyerView(
            checkout: id.text, name: found["name"], email: found["email"], phone: found["phone"],
            address: lines.compactMap { $0 })
    }

    private func find(_ request: AdminRequest) async throws -> ListView<CheckoutRecordView> {
        try request.allow()
        let asked = try request.decoded(FindCheckoutsRequest.self)
        guard asked.email != nil || asked.phone != nil else {
            throw AdminError(.invalid, "Name an e-mail address or a telephone number.")
        }
        let found = try await buyers.checkouts(email: asked.email, phone: asked.phone)
        let sealing = sealing
        return try await store.read { reader in
            ListView(
                items: try found.compactMap(reader.checkout).map { try .init($0, sealing, reader) })
        }
    }

    private func erase(_ request: AdminRequest) async throws -> ErasureView {
        try request.allow()
        let id: CheckoutID = try request.identifier("checkout")
        guard try request.decoded(EraseRequest.self).confirm == id.text else {
            throw AdminError(.invalid, "“confirm” must name the checkout once more: erasing cannot be undone.")
        }
        do {
            let erasure = try await erasures.erase(id, by: request.trail.who.name, also: request.trail.hook)
            return ErasureView(erasure)
        } catch let refusal as ErasureRefusal {
            throw AdminError(refusal, id)
        }
    }
}

extension AdminError {
    fileprivate init(_ refusal: ErasureRefusal, _ id: CheckoutID) {
        switch refusal {
        case .noSuchPerson: self = .noSuch("checkout", id.text)
        case .alreadyErased(let erasure):
            self.init(
                .conflict,
                "\(id) was erased already." + (erasure.map { " See: florinctl erasures show \($0)" } ?? ""))
        case .accountNotEmpty(let text), .underWay(let text):
            self.init(.conflict, "The buyer of \(id) cannot be erased: \(text).")
        }
    }
}

extension CheckoutRecordView {
    init(_ checkout: Checkout, _ sealing: SealedFields, _ reader: any StoreReader) throws {
        let opened = try sealing.open(checkout)
        var askedUntil: Timestamp?
        if case .asking(_, let until) = checkout.state { askedUntil = until }
        self.init(
            id: checkout.id.text, created: checkout.created.description, mode: Names.of(checkout.mode),
            bot: checkout.bot.text, state: checkout.state.name, isSettled: checkout.isSettled,
            amount: MoneyView(checkout.amount), expires: checkout.expires.description,
            completed: checkout.completed?.description, payment: checkout.payment?.text,
            customer: checkout.customer?.text, link: checkout.link?.text,
            asksBot: opened.texts[DetailFields.callbackURL] != nil, questions: checkout.questions,
            askedUntil: askedUntil?.description, problem: opened.problem?.code.rawValue,
            problemText: opened.problem?.message, hasBuyer: checkout.buyer != nil,
            isForgotten: try reader.erasure(of: .checkout(checkout.id)) != nil,
            gathersUntil: checkout.isGroup ? checkout.group?.until.description : nil,
            shares: checkout.isGroup ? try sealing.together(opened, reader)?.shares.map { .init($0) } ?? [] : [],
            shareOf: checkout.share?.whole.text)
    }
}

extension CheckoutShareView {
    fileprivate init(_ share: TogetherView.Share) {
        self.init(
            checkout: share.id.text, number: share.number, amount: MoneyView(share.amount),
            status: share.status.rawValue, payment: share.payment?.text)
    }
}

extension CheckoutState {
    fileprivate var name: String {
        switch self {
        case .open: "open"
        case .asking: "asking"
        case .paying: "paying"
        case .complete: "complete"
        case .expired: "expired"
        case .gathering: "gathering"
        }
    }
}
