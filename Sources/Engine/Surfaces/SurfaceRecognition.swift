package import Payments
import Ports
import Primitives

/// Recognises the customer at a bot's checkout by what a chat platform signed for the bot's webview. The bot holds the secret and
/// could forge it, so it opens only what is kept with this bot: never a wallet, never a card of the platform's.
package struct SurfaceRecognition: Sendable {
    let store: any Store
    let clock: any WallClock
    let tools: SettlementTools
    let vault: any Vault
    let parties: PartyCommands
    let dialects: [SurfaceName: any SurfaceDialect]
    let arrivals: SurfaceArrivals

    /// - Parameters:
    ///   - context: Telegram's `initData` or Messenger's `signed_request`, as the webview has it.
    ///   - isBuyer: whether the checkout is theirs; of a friend who pays nothing is noted with it.
    /// - Returns: nil for one that no account of the checkout's bot has a secret for, or that is too old.
    package func customer(
        by context: String, at checkout: CheckoutID, isBuyer: Bool = true, request: RequestID
    ) async throws -> CustomerID? {
        let now = clock.now()
        let (sealing, dialects) = (tools.sealing, dialects)
        let proof = try await store.read { reader -> (SurfaceAccount, SurfaceContext)? in
            guard let checkout = try reader.checkout(checkout) else { return nil }
            for account in try reader.surfaceAccounts(of: checkout.bot, mode: checkout.mode) where !account.isOff {
                let credentials = try sealing.open(account).credentials
                if let proved = try? dialects[account.surface]?.context(context, for: credentials, at: now) {
                    return (account, proved)
                }
            }
            return nil
        }
        guard let (account, proved) = proof else { return nil }
        return try await store.writeRetryingConflicts { transaction in
            let customer = try customer(proved.person, account, request, transaction, now)
            if isBuyer { try note(proved, account, customer, at: checkout, transaction, now) }
            return customer
        }
    }

    /// Whoever comes for the first time becomes a customer of the bot.
    private func customer(
        _ person: SurfacePerson, _ account: SurfaceAccount, _ request: RequestID,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws -> CustomerID {
        let name = Array("surface person \(account.surface.text) \(account.mode.rawValue) ".utf8)
        // Messenger's identifiers belong to a page, Telegram's to everybody.
        let scope = account.surface == .messenger ? Array("\(account.account) ".utf8) : []
        let hash = vault.hash(name + account.bot.bytes + scope + Array(person.id.utf8), .personalLookup).bytes
        if let known = try transaction.surfaceCustomer(personHash: hash).flatMap(transaction.customer),
            !known.isDeleted
        {
            return known.id
        }
        var profile = DetailFields()
        if let name = person.firstName, !CardNumberScan.containsCardNumber(name) {
            profile["name"] = String(name.prefix(256))
        }
        let caller = Caller(owner: .bot(account.bot), mode: account.mode, request: request)
        let made = try parties.makeCustomer(profile, of: account.bot, caller, transaction, now)
        try transaction.setSurfaceCustomer(made, personHash: hash)
        return made
    }

    /// So that a card that is kept is kept for them, and the bot is told who buys, and what led here. A checkout that is being
    /// paid, or that is somebody else's, stays as it is.
    private func note(
        _ proved: SurfaceContext, _ account: SurfaceAccount, _ customer: CustomerID, at id: CheckoutID,
        _ transaction: any StoreTransaction, _ now: Timestamp
    ) throws {
        guard let checkout = try transaction.checkout(id), case .open = checkout.state, checkout.share == nil else {
            return
        }
        var opened = try tools.sealing.open(checkout)
        let person = proved.person
        guard opened.buyer[DetailFields.surfaceCustomer].map({ $0 == customer.text }) ?? true else { return }
        opened.buyer[DetailFields.surfaceCustomer] = customer.text
        if opened.checkout.customer == nil { opened.checkout.customer = customer }
        if opened.texts[DetailFields.ref] == nil, let ref = proved.ref, (1...250).contains(ref.count),
            !CardNumberScan.containsCardNumber(ref)
        {
            opened.texts[DetailFields.ref] = ref
        } else if opened.texts[DetailFields.ref] == nil,
            let referral = try arrivals.remembered(person.id, at: account, transaction, now)
        {
            opened.texts.note(referral)
        }
        if opened.checkout.refHash == nil, let ref = opened.texts[DetailFields.ref] {
            opened.checkout.refHash = tools.sealing.hash(ofBot: checkout.bot, checkout.mode, "ref", ref)
        }
        opened.buyer[DetailFields.surfacePersonID] = person.id
        opened.buyer[DetailFields.surfacePersonName] = person.firstName.map { String($0.prefix(64)) }
        opened.buyer[DetailFields.surfaceLanguage] = person.language.map { String($0.prefix(16)) }
        try transaction.update(try tools.sealing.seal(opened, buyerChanged: true))
    }
}
