import Payments
import Ports
import Primitives

/// What follows an erasure's first commit, in small commits, each of which also stores how far it came.
extension ErasureCommands {
    private static let batch = 500
    /// How many erasures share one pass over the copies.
    private static let width = 200
    /// More disputes than that nobody has.
    private static let mostDisputes = 10_000

    /// One round of the steps that are left.
    ///
    /// The copies are looked through for many erasures at a time; those that come while a pass is under way wait for the
    /// next one, so that many deletions in a row cost a few passes and not one each.
    /// - Returns: how many erasures came forward.
    @discardableResult
    package func workOnUnfinished() async throws -> Int {
        let unfinished = try await store.read { try $0.unfinishedErasures(limit: Self.width) }
        var count = 0
        for erasure in unfinished where erasure.step == .journal || erasure.step == .belongings {
            do {
                try await begin(erasure)
                count += 1
            } catch {
                report("erasure \(erasure.record.id) goes on later: \(error)")
            }
        }
        for step in [ErasureStep.events, .answers, .pages] {
            let waiting = unfinished.filter { $0.step == step }
            let begun = waiting.filter { $0.cursor != SIMD2(0, 0) }
            let group = begun.isEmpty ? waiting : begun
            guard !group.isEmpty else { continue }
            count += try await go(on: group, step)
        }
        return count
    }

    /// Takes one erasure as far as it comes in a bounded time: what its caller waits for.
    func work(on erasure: Erasure) async throws {
        try await begin(erasure)
        for _ in 0..<50 {
            guard let current = try await store.read({ try $0.erasure(erasure.record.id) }), current.step != .done,
                try await go(on: [current], current.step) > 0
            else { return }
        }
    }

    /// The journal, the cards and the notes.
    private func begin(_ listed: Erasure) async throws {
        var erasure = listed
        if erasure.step == .journal {
            try await journal.append(erasure.record)
            erasure = try await store.write { [erasure] in try $0.stored(erasure) { $0.advance() } }
        }
        while erasure.step == .belongings {
            // Evidence that is on its way to a processor is waited for: it may have to be sent again as it was.
            guard try await removeEvidence(of: erasure.record.subject) else { return }
            erasure = try await belongings(erasure)
        }
    }

    /// Takes out what was said of the subject in disputes, and keeps the bots' own metadata.
    /// - Returns: false while evidence is being handed on.
    private func removeEvidence(of subject: ErasureSubject) async throws -> Bool {
        let tools = tools
        return try await store.write { transaction in
            let disputes = try transaction.disputes(of: subject, limit: Self.mostDisputes)
            for var dispute in disputes where dispute.hasEvidence && dispute.response == nil {
                var fields = try tools.sealing.fields(of: dispute)
                for field in EvidenceField.allCases { fields[field.name] = nil }
                dispute.details = try tools.sealing.seal(
                    fields, .disputeDetails, of: dispute.id, mode: dispute.mode, salt: dispute.id.bytes)
                dispute.hasEvidence = false
                try transaction.update(dispute)
            }
            return !disputes.contains { $0.hasEvidence && $0.response != nil }
        }
    }

    private func go(on group: [Erasure], _ step: ErasureStep) async throws -> Int {
        switch step {
        case .journal, .belongings, .done: return 0
        case .events: try await events(group)
        case .answers: try await answers(group)
        case .pages:
            guard try await forgetOldPages() else { return 0 }
            let now = clock.now()
            try await store.write { transaction in
                for erasure in group {
                    _ = try transaction.stored(erasure) {
                        $0.advance()
                        $0.finished = now
                    }
                }
            }
        }
        return group.count
    }

    /// Cards first, then the notes of transfers that the person sent or received.
    private func belongings(_ erasure: Erasure) async throws -> Erasure {
        let id: PersonID
        switch erasure.record.subject {
        case .customer(let customer): return try await payments(of: customer, erasure)
        case .checkout(let checkout): return try await payment(of: checkout, erasure)
        case .person(let person): id = person
        }
        let tools = tools
        return try await store.writeRetryingConflicts { transaction in
            var cards: Int64 = 0
            if erasure.cursor == SIMD2(0, 0) {
                var last: PaymentMethodID?
                while case let used = try transaction.cardsUsed(by: id, after: last, limit: Self.batch), !used.isEmpty {
                    for card in used where try transaction.destroyCard(card) { cards += 1 }
                    last = used.last
                }
                for checkout in try transaction.checkouts(lentBy: id, limit: 1_000) {
                    try tools.forgetFriend(at: checkout, transaction)
                }
            }
            let noted = try transaction.notedTransfers(of: id, after: erasure.cursor, limit: Self.batch)
            for transfer in noted { try transaction.removeNote(of: transfer) }
            return try transaction.stored(erasure) {
                $0.counts.cards += cards
                $0.counts.notes += Int64(noted.count)
                if noted.count < Self.batch { $0.advance() } else { $0.cursor = noted.last?.bits ?? $0.cursor }
            }
        }
    }

    /// Takes out of a customer's payments where their goods went, and destroys the cards that were used and not saved: those that
    /// were saved went in the first commit. A card whose outcome is open stays until the next time: it may have to be sent again.
    private func payments(of id: CustomerID, _ erasure: Erasure) async throws -> Erasure {
        let tools = tools
        return try await store.writeRetryingConflicts { transaction in
            guard let customer = try transaction.customer(id) else {
                return try transaction.stored(erasure) { $0.advance() }
            }
            let cursor: PageRequest.Cursor = erasure.cursor == SIMD2(0, 0) ? .newest : .after(erasure.cursor)
            let page = try transaction.payments(
                of: customer.bot, mode: customer.mode, customer: id, PageRequest(limit: 100, cursor: cursor))
            var cards: Int64 = 0
            if erasure.cursor == SIMD2(0, 0) { cards += try transaction.destroyTypedCards(of: customer) }
            for payment in page.items {
                for charge in try transaction.charges(ofPayment: payment.id) where charge.state != .pending {
                    guard let used = try transaction.paymentMethod(charge.paymentMethod), used.holder == .nobody,
                        used.owner == .bot(customer.bot)
                    else { continue }
                    if try transaction.destroyCard(used.id) { cards += 1 }
                }
                try tools.forgetShipping(of: payment, transaction)
            }
            return try transaction.stored(erasure) {
                $0.counts.cards += cards
                if page.hasMore, let last = page.items.last { $0.cursor = last.id.bits } else { $0.advance() }
            }
        }
    }

    /// As ``payments(of:_:)``, of the one payment of a checkout, with the cards that were lent to it.
    private func payment(of id: CheckoutID, _ erasure: Erasure) async throws -> Erasure {
        let tools = tools
        return try await store.writeRetryingConflicts { transaction in
            // What was saved meanwhile is a customer's.
            var used = try transaction.cardsUsed(at: id).filter { try transaction.paymentMethod($0)?.holder == .nobody }
            if let checkout = try transaction.checkout(id),
                let payment = try checkout.payment.flatMap(transaction.payment)
            {
                for charge in try transaction.charges(ofPayment: payment.id) where charge.state != .pending {
                    guard let card = try transaction.paymentMethod(charge.paymentMethod), card.holder == .nobody,
                        card.owner == .bot(checkout.bot)
                    else { continue }
                    used.append(card.id)
                }
                try tools.forgetShipping(of: payment, transaction)
            }
            var cards: Int64 = 0
            for card in used where try transaction.destroyCard(card) { cards += 1 }
            return try transaction.stored(erasure) {
                $0.counts.cards += cards
                $0.advance()
            }
        }
    }

    /// Every event since the subjects were made, whoever owns it: copies may stand where nobody thought of.
    private func events(_ group: [Erasure]) async throws {
        let mentions = try await mentions(of: group)
        let start = group.map(\.eventStart).min { ($0[0], $0[1]) < ($1[0], $1[1]) } ?? SIMD2(0, 0)
        // What was stored after the first commit was rendered without the profile.
        let end = SIMD2(UInt64(clamping: clock.now().microseconds / 1_000 + 1) << 16, 0)
        let batch = try await store.read { try $0.events(after: start, through: end, limit: Self.batch) }
        var replaced: [(id: EventID, payload: SealedDetails)] = []
        var counts: [SIMD2<UInt64>: Int64] = [:]
        var cards: [PaymentMethodID] = []
        for event in batch {
            let payload = try tools.sealing.payload(of: event)
            guard let subject = mentions.first(in: payload) else { continue }
            if event.type == .paymentMethodAttached { cards.append(PaymentMethodID(bits: event.subject)) }
            guard let scrubbed = JSONScrubber.scrubbed(payload) else { continue }
            replaced.append((event.id, try tools.sealing.seal(payload: scrubbed, of: event.id, mode: event.mode)))
            counts[subject, default: 0] += 1
        }
        let (changes, found, attached) = (replaced, counts, cards)
        try await store.write { transaction in
            for change in changes { try transaction.replacePayload(of: change.id, with: change.payload) }
            // Cards that were saved with a subject once and taken away again.
            for card in attached { _ = try transaction.destroyCard(card) }
            for erasure in group {
                _ = try transaction.stored(erasure) {
                    $0.counts.events += found[erasure.record.subject.bits] ?? 0
                    if batch.count < Self.batch { $0.advance() } else { $0.cursor = batch.last?.id.bits ?? $0.cursor }
                }
            }
        }
    }

    private func answers(_ group: [Erasure]) async throws {
        let mentions = try await mentions(of: group)
        let start = group.map { Int64(bitPattern: $0.cursor[1]) }.min() ?? 0
        let batch = try await store.read { try $0.storedAnswers(after: start, limit: Self.batch) }
        var replaced: [(id: IdempotencyID, answer: SealedDetails)] = []
        var counts: [SIMD2<UInt64>: Int64] = [:]
        for stored in batch {
            let answer = try tools.sealing.openAnswer(stored.answer, of: stored.id, mode: stored.mode)
            guard let subject = mentions.first(in: answer), let scrubbed = JSONScrubber.scrubbed(answer) else {
                continue
            }
            replaced.append((stored.id, try tools.sealing.seal(answer: scrubbed, of: stored.id, mode: stored.mode)))
            counts[subject, default: 0] += 1
        }
        let (changes, found) = (replaced, counts)
        try await store.write { transaction in
            for change in changes { try transaction.replaceAnswer(of: change.id, with: change.answer) }
            for erasure in group {
                _ = try transaction.stored(erasure) {
                    $0.counts.answers += found[erasure.record.subject.bits] ?? 0
                    if batch.count < Self.batch {
                        $0.advance()
                    } else {
                        $0.cursor = SIMD2(0, UInt64(bitPattern: batch.last?.number ?? start))
                    }
                }
            }
        }
    }

    private func mentions(of group: [Erasure]) async throws -> Mentions {
        var mentions = Mentions()
        for erasure in group {
            let subject = erasure.record.subject
            mentions.add(subject.text, of: subject.bits)
            // What is said in a dispute names the dispute and not whose it is.
            let disputes = try await store.read { try $0.disputes(of: subject, limit: Self.mostDisputes).map(\.id) }
            for dispute in disputes { mentions.add(dispute.text, of: subject.bits) }
            if case .checkout(let id) = subject {
                for name in try await store.read({ try $0.names(around: id) }) { mentions.add(name, of: subject.bits) }
            }
            guard case .person(let id) = subject else { continue }
            // More cards than that nobody has; what mentions one of them mentions the person nearly always.
            let cards = try await store.read { try $0.cardsUsed(by: id, after: nil, limit: 1_000) }
            for card in cards { mentions.add(card.text, of: subject.bits) }
            let checkouts = try await store.read { try $0.checkouts(lentBy: id, limit: 1_000) }
            for checkout in checkouts {
                mentions.add(checkout.text, of: subject.bits)
                // What is told of a whole names its shares by their payments, and those who paid them.
                let names = try await store.read {
                    try $0.checkout(checkout)?.share == nil ? [] : $0.names(around: checkout)
                }
                for name in names { mentions.add(name, of: subject.bits) }
            }
        }
        return mentions
    }
}

/// The identifiers that lead to subjects, and how to find them in a document.
private struct Mentions {
    private var subjects: [ArraySlice<UInt8>: SIMD2<UInt64>] = [:]
    /// The characters of an identifier behind its underscore.
    private static let length = 26

    mutating func add(_ id: String, of subject: SIMD2<UInt64>) {
        subjects[Array(id.utf8)[...]] = subject
    }

    /// Whose identifier stands first in `document`.
    func first(in document: [UInt8]) -> SIMD2<UInt64>? {
        var position = 0
        while let underscore = document[position...].firstIndex(of: UInt8(ascii: "_")) {
            position = underscore + 1
            let end = underscore + 1 + Self.length
            guard end <= document.count else { return nil }
            for prefix in [2, 3] where underscore >= prefix {
                if let subject = subjects[document[underscore - prefix..<end]] { return subject }
            }
        }
        return nil
    }
}

extension Erasure {
    /// Before the first event that can mention the subject.
    fileprivate var eventStart: SIMD2<UInt64> {
        cursor == SIMD2(0, 0) ? SIMD2(record.subject.bits[0] & ~0xFFFF, 0) : cursor
    }
}

extension SettlementTools {
    /// Takes out the name that somebody gave who paid for a buyer; it lies with what the buyer said.
    fileprivate func forgetFriend(at id: CheckoutID, _ transaction: any StoreTransaction) throws {
        guard let checkout = try transaction.checkout(id) else { return }
        var opened = try sealing.open(checkout)
        guard opened.buyer[DetailFields.friendName] != nil else { return }
        opened.buyer[DetailFields.friendName] = nil
        try transaction.update(try sealing.seal(opened, buyerChanged: true))
    }
}

extension StoreReader {
    /// What events about a checkout's payment call it and what it is made of.
    fileprivate func names(around id: CheckoutID) throws -> [String] {
        guard let payment = try checkout(id)?.payment else { return [] }
        let charges = try charges(ofPayment: payment)
        return [payment.text] + charges.flatMap { [$0.id.text, $0.paymentMethod.text] }
    }
}

extension StoreTransaction {
    /// Stores an erasure after a step.
    fileprivate func stored(_ erasure: Erasure, _ change: (inout Erasure) -> Void) throws -> Erasure {
        var next = erasure
        change(&next)
        try update(next)
        return next
    }
}
