import AdminContract
import Engine
import Ledger
import Payments
import Ports
import Primitives

extension MoneyView {
    init(_ money: Money) {
        self.init(minorUnits: money.minorUnits, currency: money.currency.lowercaseCode, text: money.description)
    }

    init(_ minorUnits: Int64, _ currency: Currency) {
        self.init(Money(minorUnits: minorUnits, currency: currency))
    }
}

extension ListView {
    init<Stored>(_ page: Page<Stored>, _ view: (Stored) throws -> Item) rethrows {
        self.init(items: try page.items.map(view), hasMore: page.hasMore)
    }
}

extension CardView {
    init(_ method: PaymentMethod) {
        guard method.instrument == .card else {
            self.init(id: method.id.text, brand: method.instrument.name, lastFour: "")
            return
        }
        self.init(id: method.id.text, brand: Names.of(method.brand), lastFour: method.lastFour.text)
    }
}

extension PaymentView {
    init(_ payment: Payment, _ reader: any StoreReader) throws {
        let currency = payment.amount.currency
        self.init(
            id: payment.id.text, created: payment.created.description, bot: payment.bot.text,
            mode: Names.of(payment.mode), status: Names.of(payment.state), amount: MoneyView(payment.amount),
            captured: MoneyView(payment.captured, currency), refunded: MoneyView(payment.refunded, currency),
            refunding: MoneyView(payment.refunding, currency), capture: Names.of(payment.captureMethod),
            customer: payment.customer?.text,
            card: try payment.paymentMethod.flatMap { try reader.paymentMethod($0) }.map { CardView($0) },
            latestCharge: payment.latestCharge?.text, declineCode: payment.lastDecline.map { Names.of($0.reason) })
    }
}

extension TransferView {
    init(_ transfer: FriendTransfer) {
        var returnReason: String?
        var declineCode: String?
        switch transfer.state {
        case .returning(let reason, _), .returned(let reason, _): returnReason = Names.of(reason)
        case .failed(let decline): declineCode = Names.of(decline.reason)
        case .funding, .held, .inFlight, .accepted: break
        }
        self.init(
            id: transfer.id.text, created: transfer.created.description, expires: transfer.expires.description,
            mode: Names.of(transfer.mode), status: Names.of(transfer.state), amount: MoneyView(transfer.amount),
            sender: transfer.sender.text, recipient: transfer.recipient.text,
            funding: transfer.funding == .wallet ? "wallet" : "card", returnReason: returnReason,
            declineCode: declineCode)
    }
}

extension AccountView {
    init(_ account: AccountBalance, _ reader: any StoreReader) throws {
        let currency = account.key.currency
        self.init(
            account: try AccountName.text(account.key, reader), kind: Names.of(account.key.kind),
            owner: try AccountName.owner(of: account.key, reader), mode: Names.of(account.key.mode),
            balance: MoneyView(account.balance, currency), held: MoneyView(account.held, currency),
            available: MoneyView(account.available, currency))
    }
}

extension EntryView {
    init(_ entry: AccountEntry, _ reader: any StoreReader) throws {
        self.init(
            posting: entry.posting, created: entry.created.description, reason: Names.of(entry.reason),
            amount: MoneyView(entry.amount, entry.currency),
            balanceAfter: MoneyView(entry.balanceAfter, entry.currency),
            counterpart: try AccountName.text(entry.counterpart, reader))
    }
}

extension DataKeyView {
    init(_ key: KeyStatus) {
        self.init(
            number: key.number, purpose: Names.of(key.purpose), state: Names.of(key.state), kekVersion: key.kekVersion,
            created: key.created.description, uses: key.uses, useLimit: key.useLimit)
    }
}

extension BotView {
    init(_ bot: Bot, accounts: [AccountView] = []) {
        let category = String(bot.merchantCategory)
        self.init(
            id: bot.id.text, created: bot.created.description, platform: bot.platform.text, name: bot.name,
            legalName: bot.legalName,
            merchantCategory: String(repeating: "0", count: max(0, 4 - category.count)) + category,
            country: bot.country, statementDescriptor: bot.statementDescriptor, isActive: bot.isActive,
            accounts: accounts)
    }
}

extension PersonView {
    init(_ person: Person, accounts: [AccountView] = []) {
        self.init(
            id: person.id.text, created: person.created.description, platform: person.platform.text,
            mode: Names.of(person.mode),
            hasProfile: person.profile != nil && !person.subjectSalt.isEmpty, accounts: accounts)
    }
}

extension KeyView {
    init(_ key: APIKey, at now: Timestamp) {
        let state = key.revoked != nil ? "revoked" : key.isUsable(at: now) ? "active" : "expired"
        self.init(
            id: key.id.text, created: key.created.description, owner: key.owner.text, kind: Names.of(key.kind),
            mode: Names.of(key.mode), hint: key.hint, label: key.label, state: state,
            expires: key.expires?.description, revoked: key.revoked?.description,
            scopes: key.scopes.scopes.map(\.name), lastUsed: key.lastUsed?.description)
    }
}

extension DeliveryView {
    init(_ delivery: WebhookDelivery, _ reader: any StoreReader) throws {
        self.init(
            endpoint: delivery.endpoint.text, sequence: delivery.sequence, event: delivery.event.text,
            type: try reader.event(delivery.event)?.type.name.description ?? "",
            state: Names.of(delivery.state), attempts: delivery.attempts, lastStatus: delivery.lastStatus,
            created: delivery.created.description,
            nextAttempt: delivery.state == .pending ? delivery.nextAttempt.description : nil)
    }
}

extension OperationView {
    init(_ operation: OpenOperation) {
        let (high, low) = (operation.subject[0], operation.subject[1])
        let subject =
            switch operation.purpose {
            case .verification: SetupIntentID(high: high, low: low).text
            case .charge, .capture, .void, .increment: PaymentID(high: high, low: low).text
            case .refund: RefundID(high: high, low: low).text
            case .transferFunding, .transferRefund: FriendTransferID(high: high, low: low).text
            case .topUp, .cashOut: WalletMovementID(high: high, low: low).text
            case .reversal: ReversalID(high: high, low: low).text
            case .disputeEvidence, .disputeAcceptance: DisputeID(high: high, low: low).text
            case .payout: PayoutID(high: high, low: low).text
            case .destinationCheck: PayoutDestinationID(high: high, low: low).text
            }
        self.init(
            id: operation.id.text, created: operation.created.description, purpose: Names.of(operation.purpose),
            subject: subject, mode: Names.of(operation.mode), connection: operation.connection.text,
            unknown: operation.unknown.map { Names.of($0) }, lookups: operation.lookups,
            nextLookup: operation.conflict == nil ? operation.due.description : nil, conflict: operation.conflict)
    }
}
