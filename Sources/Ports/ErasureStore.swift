package import Payments
package import Primitives

/// An answer that is kept for an Idempotency-Key.
package struct StoredAnswer: Hashable, Sendable {
    /// Grows in the order the requests came.
    package let number: Int64
    package let id: IdempotencyID
    package let mode: Mode
    package let answer: SealedDetails

    package init(number: Int64, id: IdempotencyID, mode: Mode, answer: SealedDetails) {
        self.number = number
        self.id = id
        self.mode = mode
        self.answer = answer
    }
}

/// Questions that erasures ask.
package protocol ErasureReading {
    func erasure(_ id: ErasureID) throws -> Erasure?
    func erasure(of subject: ErasureSubject) throws -> Erasure?
    /// Newest first.
    func erasures(_ page: PageRequest) throws -> Page<Erasure>
    /// Those that are not done, oldest first.
    func unfinishedErasures(limit: Int) throws -> [Erasure]
    /// A transfer of the person that is not over.
    func transferUnderWay(of person: PersonID) throws -> FriendTransferID?
    /// A wallet movement of the person that is not over.
    func movementUnderWay(of person: PersonID) throws -> WalletMovementID?
    /// Cards that the person moved money with, saved or not, in pages by identifier.
    func cardsUsed(by person: PersonID, after card: PaymentMethodID?, limit: Int) throws -> [PaymentMethodID]
    /// Transfers of the person that carry a note, by identifier.
    func notedTransfers(of person: PersonID, after transfer: SIMD2<UInt64>, limit: Int) throws -> [FriendTransferID]
    /// Disputes of what the subject paid, sent or put into a wallet, oldest first. Nobody has as many as `limit`.
    func disputes(of subject: ErasureSubject, limit: Int) throws -> [Dispute]
    /// Events of everybody from the one after `id` on, up to `last`, in the order of their identifiers.
    func events(after id: SIMD2<UInt64>, through last: SIMD2<UInt64>, limit: Int) throws -> [Event]
    /// Stored answers from the one after `number` on.
    func storedAnswers(after number: Int64, limit: Int) throws -> [StoredAnswer]
}

/// What erasures change.
package protocol ErasureWriting: ErasureReading {
    /// - Returns: false when the subject has an erasure already; nothing was stored.
    func insert(_ erasure: Erasure) throws -> Bool
    func update(_ erasure: Erasure) throws
    /// Destroys a card: number, fingerprint, billing details and their salt. Brand, last four digits and expiry stay.
    /// - Returns: false when it was destroyed before, or there is none.
    func destroyCard(_ id: PaymentMethodID) throws -> Bool
    func removeNote(of transfer: FriendTransferID) throws
    func replacePayload(of event: EventID, with payload: SealedDetails) throws
    func replaceAnswer(of record: IdempotencyID, with answer: SealedDetails) throws
    /// Removes limits that were set for the person.
    func removeSendingLimits(of person: PersonID) throws
}
