package import Payments
package import Primitives

/// What a data key may seal. Each purpose has keys of its own; the number is stored and bound into every sealed value.
package enum KeyPurpose: Int64, Hashable, Sendable, CaseIterable {
    /// Card numbers.
    case card = 1
    /// Names, e-mail, phone, addresses, notes: personal data, under a key of its subject.
    case personal = 2
    /// Stored answers and event payloads.
    case record = 3
    /// Webhook secrets and processor credentials.
    case credential = 4
    /// The root of fingerprints and keyed hashes. Seals no row and is never replaced: what it made could not be made again.
    case lookup = 5
}

/// A whole sealed value: which data key, and nonce ‖ ciphertext ‖ tag. Opens only in the context it was sealed in.
package struct SealedBytes: Hashable, Sendable {
    /// The number of the data key in the key table.
    package let dataKey: Int64
    /// 12 bytes of nonce, the ciphertext, 16 bytes of tag.
    package let box: [UInt8]

    package init(dataKey: Int64, box: [UInt8]) {
        self.dataKey = dataKey
        self.box = box
    }
}

/// What a sealed value is bound to as associated data, next to the vault's namespace, the key's number and the schema
/// version: moved to another row, field or mode, it does not open.
package struct SealContext: Hashable, Sendable {
    package let purpose: KeyPurpose
    package let mode: Mode
    /// The 128 bits of the owning row's identifier.
    package let row: SIMD2<UInt64>
    /// Which column of the row; stable numbers from ``SealedField``.
    package let field: SealedField
    /// The salt of the data subject for ``KeyPurpose/personal``: the value is sealed under a key derived from it, so that
    /// destroying the salt erases the value. At least 16 random bytes, else ``VaultError/missingSubjectSalt``. Empty for
    /// other purposes.
    package let subjectSalt: [UInt8]

    /// What binds a value to one field of one row in one mode.
    package init<Kind>(
        _ field: SealedField, of row: Identifier<Kind>, mode: Mode, subjectSalt: [UInt8] = []
    ) {
        self.purpose = field.purpose
        self.mode = mode
        self.row = SIMD2(row.high, row.low)
        self.field = field
        self.subjectSalt = subjectSalt
    }
}

/// Every sealed column there is. The raw value is stored inside the associated data: never renumber.
///
/// Whoever seals and whoever rotates must build the same ``SealContext``:
/// - the row is the identifier of the object that carries the value;
/// - profiles of people and customers, and billing details, take the `subjectSalt` stored in their own row;
/// - details of payments, refunds and disputes, terms and buyers of checkouts, and notes of transfers, take the 16 bytes of
///   their own row's identifier as salt, so that the row needs no column for it: such a value is erased by storing nil in
///   its place;
/// - all others have an empty salt.
package enum SealedField: Int64, Hashable, Sendable, CaseIterable {
    case cardNumber = 1
    case billingDetails = 2
    case personProfile = 3
    case customerProfile = 4
    case paymentDetails = 5
    case refundDetails = 6
    case transferNote = 7
    case botProfile = 8
    case platformProfile = 9
    /// Evidence and metadata of a dispute.
    case disputeDetails = 10
    /// From where a cardholder agreed to a mandate.
    case mandateAcceptance = 11
    /// Description, metadata and addresses of a setup intent.
    case setupDetails = 12
    /// Numbers, names and metadata of a place that a bot is paid out to.
    case payoutDestination = 13
    /// Description, statement descriptor and metadata of a payout.
    case payoutDetails = 14
    /// Description and metadata of a webhook endpoint.
    case webhookDetails = 15
    /// What a checkout or a payment link sells, on what terms, with the bot's texts and metadata.
    case checkoutTerms = 16
    /// What a buyer said of themself in a checkout.
    case checkoutBuyer = 17
    case paymentLinkTerms = 18
    case storedAnswer = 20
    case eventPayload = 21
    case webhookSecret = 30
    case connectionCredential = 31
    /// Reason and evidence of a proposal.
    case proposalTexts = 32
    /// Why an operator closed a case.
    case caseTexts = 33
    /// The private half of a key pair that pages seal cards to.
    case intakeKey = 34
    /// Token, secrets and settings of a bot's account at a chat platform.
    case surfaceCredential = 40
    /// What a bot is told in its platform's words.
    case surfaceNotice = 41
    /// What led somebody to a bot at a chat platform.
    case surfaceReferral = 42

    /// Which keys seal the field.
    package var purpose: KeyPurpose {
        switch self {
        case .cardNumber: .card
        case .billingDetails, .personProfile, .customerProfile, .paymentDetails, .refundDetails, .transferNote,
            .disputeDetails, .mandateAcceptance, .setupDetails, .payoutDestination, .payoutDetails, .botProfile,
            .platformProfile, .webhookDetails, .checkoutTerms, .checkoutBuyer, .paymentLinkTerms:
            .personal
        case .storedAnswer, .eventPayload, .proposalTexts, .caseTexts, .surfaceNotice, .surfaceReferral: .record
        case .webhookSecret, .connectionCredential, .intakeKey, .surfaceCredential: .credential
        }
    }
}

/// Why the vault refused.
package enum VaultError: Error, Hashable, Sendable {
    /// The tag does not match: the bytes were changed, moved to another row, or belong to another namespace.
    case authenticationFailed
    /// No key of that number is loaded.
    case unknownKey(Int64)
    /// The active key of this purpose has been used as often as is safe; rotate. No value was sealed.
    case keyExhausted(KeyPurpose)
    /// A personal field was sealed or opened without its subject's salt (16 bytes or more). When opening: the subject has
    /// been erased, and so has the value.
    case missingSubjectSalt
    /// libcrypto failed; the text is its own error string and holds no data.
    case cryptography(String)
}

extension VaultError: Loggable {
    /// Kinds and numbers of keys, or libcrypto's own words.
    package var logText: String {
        switch self {
        case .authenticationFailed: "authentication failed"
        case .unknownKey(let number): "key \(number) is not known"
        case .keyExhausted(let purpose): "the \(purpose) key is used up"
        case .missingSubjectSalt: "the subject has no salt"
        case .cryptography(let words): "libcrypto: \(words)"
        }
    }
}

/// Seals and opens bytes with AES-256-GCM. Synchronous and safe to call from inside a transaction body: it touches
/// memory only.
package protocol Vault: Sendable {
    /// Seals under the active data key of the field's purpose, with a fresh random 96-bit nonce.
    func seal(_ plaintext: [UInt8], _ context: SealContext) throws(VaultError) -> SealedBytes
    /// - Throws: `.authenticationFailed` before any byte of plaintext is handed out.
    func open(_ sealed: SealedBytes, _ context: SealContext) throws(VaultError) -> Redacted<[UInt8]>
    /// Seals a card number for the row of its token. The digits never become a `String` or an array outside the vault.
    func seal(card: CardNumber, token: PaymentMethodID, mode: Mode) throws(VaultError) -> SealedBytes
    func openCard(_ sealed: SealedBytes, token: PaymentMethodID, mode: Mode) throws(VaultError) -> CardNumber
    /// HMAC-SHA-256 of the card number under the fingerprint key: equal for equal cards, within one installation and mode.
    func fingerprint(of card: CardNumber, mode: Mode) -> Digest256
    /// HMAC-SHA-256 under the key of `purpose`; for finding personal data, keys and idempotency keys without storing them.
    func hash(_ bytes: [UInt8], _ purpose: HashPurpose) -> Digest256
    /// HMAC-SHA-256 of `message` under a secret that a caller shares with us, as webhook signatures use it.
    func sign(_ message: [UInt8], secret: Redacted<[UInt8]>) -> Digest256
}

/// What a keyed hash is for; each purpose has a key of its own. The raw value is stored nowhere but fixes the key's label.
package enum HashPurpose: Int64, Hashable, Sendable, CaseIterable {
    case apiKey = 1
    case idempotencyKey = 2
    case requestDigest = 3
    case personalLookup = 4
    case clientSecret = 5
    case sessionToken = 6
    case auditLog = 7
    /// A person's payment PIN, before it is stretched.
    case paymentPIN = 8
}

/// 32 bytes of HMAC-SHA-256. Comparison of secrets goes through ``isEqualInConstantTime(to:)``.
package struct Digest256: Hashable, Sendable {
    package let words: SIMD4<UInt64>

    package init(words: SIMD4<UInt64>) { self.words = words }

    /// - Returns: nil unless there are exactly 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>()
        for index in 0..<32 { words[index / 8] = words[index / 8] << 8 | UInt64(bytes[index]) }
        self.words = words
    }

    /// The 32 bytes, as stored.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for index in 0..<32 {
                buffer[index] = UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(56 - 8 * (index % 8)))
            }
            count = 32
        }
    }

    /// The first 128 bits, enough for a unique index.
    package var prefix: (high: UInt64, low: UInt64) { (words[0], words[1]) }

    /// Compares without telling by its time how much is equal.
    package func isEqualInConstantTime(to other: Digest256) -> Bool {
        let difference = words ^ other.words
        return (difference[0] | difference[1] | difference[2] | difference[3]) == 0
    }
}

/// Card verification codes, in memory only: never written to any disk, at most 15 minutes, handed out once.
package protocol SecurityCodeCache: Sendable {
    /// Keeps `code` for `method`, replacing an earlier one. Bounded: when full, the oldest goes.
    func put(_ code: SecurityCode, for method: PaymentMethodID)
    /// Takes the code out; nil when there was none, it was taken already, or it is older than 15 minutes.
    func take(for method: PaymentMethodID) -> SecurityCode?
    /// Puts back a code that was taken and has not left this machine, with the age it had. Nothing happens when it is too
    /// old by now or a newer one was put there.
    func giveBack(_ code: SecurityCode, for method: PaymentMethodID)
}

/// A data key as it is stored: wrapped under a key-encryption key.
package struct WrappedDataKey: Hashable, Sendable {
    /// What the key is used for. Raw values are stored.
    package enum State: Int64, Hashable, Sendable {
        /// Seals new values. At most one for each purpose.
        case active = 1
        /// Opens old values only.
        case retiring = 2
        /// No row is sealed under it any more (proved by a rotation). Kept as long as backups need it.
        case retired = 3
    }
    package let number: Int64
    package let purpose: KeyPurpose
    package let state: State
    /// Which version of the key-encryption key wraps it.
    package let kekVersion: Int64
    /// Nonce ‖ wrapped key ‖ tag.
    package let wrapped: [UInt8]
    /// Uses reserved so far; a start after a crash continues from here, never below.
    package let reservedUses: Int64
    package let created: Timestamp

    package init(
        number: Int64, purpose: KeyPurpose, state: State, kekVersion: Int64, wrapped: [UInt8], reservedUses: Int64,
        created: Timestamp
    ) {
        self.number = number
        self.purpose = purpose
        self.state = state
        self.kekVersion = kekVersion
        self.wrapped = wrapped
        self.reservedUses = reservedUses
        self.created = created
    }
}

/// Where the vault keeps its wrapped keys and finds the rows that a rotation must re-seal. Implemented by the store.
package protocol KeyStore: Sendable {
    func loadDataKeys() async throws -> [WrappedDataKey]
    /// Stores a new key, durably; if it is `.active`, the former active key of its purpose becomes `.retiring` in the same
    /// commit. The number must be unused.
    func insert(_ key: WrappedDataKey) async throws
    /// Replaces wrapping, version and state of a key, durably.
    func update(_ key: WrappedDataKey) async throws
    /// Adds up to `count` uses to `reservedUses`, which never passes `limit`, durably, before any of those uses happens.
    /// Whoever else uses the key adds uses of its own: nobody gets the same ones.
    /// - Returns: how many were added.
    func reserveUses(ofDataKey number: Int64, adding count: Int64, limit: Int64) async throws -> Int64
    /// How many rows are still sealed under `number`, over every table of its purpose.
    func countRows(sealedUnder number: Int64) async throws -> Int64
    /// Re-seals up to `limit` rows that are sealed under `number`: each is passed with its context to `reseal` inside the
    /// commit, and replaced only if it has not changed meanwhile.
    /// - Returns: how many rows were re-sealed; 0 when none is left.
    func resealRows(
        sealedUnder number: Int64, limit: Int,
        _ reseal: @escaping @Sendable (SealedBytes, SealContext) throws -> SealedBytes
    ) async throws -> Int
}
