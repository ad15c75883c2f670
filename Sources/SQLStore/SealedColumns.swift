import Ports
import Primitives

/// A column of sealed values: what a rotation must find, open and seal again.
struct SealedColumn: Sendable {
    let field: SealedField
    /// How many rows are under a data key (`?1`).
    let count: StaticString
    /// Identifier, mode, salt, data key and box of the rows from `?1` to `?2` under the data key `?3`, at most `?4`. Nil
    /// for records, which are not sealed again: they age out.
    let select: StaticString?
    /// Replaces data key and box by `?3` and `?4` in the row `?1`, if it is still under `?2`. Rows with a version get a new
    /// one, so that nobody who read the row before puts the old value back.
    let replace: StaticString?

    /// Personal data whose salt was destroyed can never be opened again, and is neither counted nor found.
    static let all: [SealedColumn] = [
        cardNumber, billing, person, customer, payment, refund, dispute, transfer, webhookSecret,
        previousWebhookSecret, webhookDetails, connectionCredential, answer, shownSecret, event, proposal, caseTexts,
        setup, mandate, payoutDestination, payout, intakeKey, surfaceCredential, surfaceNotice, surfaceReferral,
        checkoutTerms, checkoutBuyer, paymentLink,
    ]

    private static let cardNumber = SealedColumn(
        field: .cardNumber, count: "SELECT count(*) FROM payment_method WHERE number_key = ?1",
        select: """
            SELECT id, mode, NULL, number_key, number_box FROM payment_method
            WHERE id BETWEEN ?1 AND ?2 AND number_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE payment_method SET number_key = ?3, number_box = ?4 WHERE id = ?1 AND number_key = ?2")

    private static let billing = SealedColumn(
        field: .billingDetails,
        count: "SELECT count(*) FROM payment_method WHERE billing_key = ?1 AND length(subject_salt) > 0",
        select: """
            SELECT id, mode, subject_salt, billing_key, billing_box FROM payment_method
            WHERE id BETWEEN ?1 AND ?2 AND billing_key = ?3 AND length(subject_salt) > 0 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE payment_method SET billing_key = ?3, billing_box = ?4 WHERE id = ?1 AND billing_key = ?2")

    private static let person = SealedColumn(
        field: .personProfile,
        count: "SELECT count(*) FROM person WHERE profile_key = ?1 AND length(subject_salt) > 0",
        select: """
            SELECT id, mode, subject_salt, profile_key, profile_box FROM person
            WHERE id BETWEEN ?1 AND ?2 AND profile_key = ?3 AND length(subject_salt) > 0 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE person SET profile_key = ?3, profile_box = ?4 WHERE id = ?1 AND profile_key = ?2")

    private static let customer = SealedColumn(
        field: .customerProfile,
        count: "SELECT count(*) FROM customer WHERE profile_key = ?1 AND length(subject_salt) > 0",
        select: """
            SELECT id, mode, subject_salt, profile_key, profile_box FROM customer
            WHERE id BETWEEN ?1 AND ?2 AND profile_key = ?3 AND length(subject_salt) > 0 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE customer SET profile_key = ?3, profile_box = ?4 WHERE id = ?1 AND profile_key = ?2")

    private static let payment = SealedColumn(
        field: .paymentDetails, count: "SELECT count(*) FROM payment WHERE details_key = ?1",
        select: """
            SELECT id, mode, id, details_key, details_box FROM payment
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE payment SET details_key = ?3, details_box = ?4, version = version + 1
            WHERE id = ?1 AND details_key = ?2
            """)

    private static let refund = SealedColumn(
        field: .refundDetails, count: "SELECT count(*) FROM refund WHERE details_key = ?1",
        select: """
            SELECT id, mode, id, details_key, details_box FROM refund
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE refund SET details_key = ?3, details_box = ?4 WHERE id = ?1 AND details_key = ?2")

    private static let dispute = SealedColumn(
        field: .disputeDetails, count: "SELECT count(*) FROM dispute WHERE details_key = ?1",
        select: """
            SELECT id, mode, id, details_key, details_box FROM dispute
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE dispute SET details_key = ?3, details_box = ?4, version = version + 1
            WHERE id = ?1 AND details_key = ?2
            """)

    private static let setup = SealedColumn(
        field: .setupDetails, count: "SELECT count(*) FROM setup_intent WHERE details_key = ?1",
        select: """
            SELECT id, mode, id, details_key, details_box FROM setup_intent
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE setup_intent SET details_key = ?3, details_box = ?4, version = version + 1
            WHERE id = ?1 AND details_key = ?2
            """)

    private static let mandate = SealedColumn(
        field: .mandateAcceptance,
        count: "SELECT count(*) FROM mandate WHERE details_key = ?1 AND length(subject_salt) > 0",
        select: """
            SELECT id, mode, subject_salt, details_key, details_box FROM mandate
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 AND length(subject_salt) > 0 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE mandate SET details_key = ?3, details_box = ?4 WHERE id = ?1 AND details_key = ?2")

    private static let payoutDestination = SealedColumn(
        field: .payoutDestination, count: "SELECT count(*) FROM payout_destination WHERE details_key = ?1",
        select: """
            SELECT id, mode, id, details_key, details_box FROM payout_destination
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE payout_destination SET details_key = ?3, details_box = ?4, version = version + 1
            WHERE id = ?1 AND details_key = ?2
            """)

    private static let payout = SealedColumn(
        field: .payoutDetails, count: "SELECT count(*) FROM payout WHERE details_key = ?1",
        select: """
            SELECT id, mode, id, details_key, details_box FROM payout
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE payout SET details_key = ?3, details_box = ?4, version = version + 1
            WHERE id = ?1 AND details_key = ?2
            """)

    private static let checkoutTerms = SealedColumn(
        field: .checkoutTerms, count: "SELECT count(*) FROM checkout WHERE terms_key = ?1",
        select: """
            SELECT id, mode, id, terms_key, terms_box FROM checkout
            WHERE id BETWEEN ?1 AND ?2 AND terms_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE checkout SET terms_key = ?3, terms_box = ?4, version = version + 1
            WHERE id = ?1 AND terms_key = ?2
            """)

    private static let checkoutBuyer = SealedColumn(
        field: .checkoutBuyer, count: "SELECT count(*) FROM checkout WHERE buyer_key = ?1",
        select: """
            SELECT id, mode, id, buyer_key, buyer_box FROM checkout
            WHERE id BETWEEN ?1 AND ?2 AND buyer_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE checkout SET buyer_key = ?3, buyer_box = ?4, version = version + 1
            WHERE id = ?1 AND buyer_key = ?2
            """)

    private static let paymentLink = SealedColumn(
        field: .paymentLinkTerms, count: "SELECT count(*) FROM payment_link WHERE terms_key = ?1",
        select: """
            SELECT id, mode, id, terms_key, terms_box FROM payment_link
            WHERE id BETWEEN ?1 AND ?2 AND terms_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE payment_link SET terms_key = ?3, terms_box = ?4, version = version + 1
            WHERE id = ?1 AND terms_key = ?2
            """)

    private static let transfer = SealedColumn(
        field: .transferNote, count: "SELECT count(*) FROM friend_transfer WHERE note_key = ?1",
        select: """
            SELECT id, mode, id, note_key, note_box FROM friend_transfer
            WHERE id BETWEEN ?1 AND ?2 AND note_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE friend_transfer SET note_key = ?3, note_box = ?4, version = version + 1
            WHERE id = ?1 AND note_key = ?2
            """)

    private static let webhookSecret = SealedColumn(
        field: .webhookSecret, count: "SELECT count(*) FROM webhook_endpoint WHERE secret_key = ?1",
        select: """
            SELECT id, mode, NULL, secret_key, secret_box FROM webhook_endpoint
            WHERE id BETWEEN ?1 AND ?2 AND secret_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE webhook_endpoint SET secret_key = ?3, secret_box = ?4 WHERE id = ?1 AND secret_key = ?2")

    private static let previousWebhookSecret = SealedColumn(
        field: .webhookSecret, count: "SELECT count(*) FROM webhook_endpoint WHERE previous_secret_key = ?1",
        select: """
            SELECT id, mode, NULL, previous_secret_key, previous_secret_box FROM webhook_endpoint
            WHERE id BETWEEN ?1 AND ?2 AND previous_secret_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE webhook_endpoint SET previous_secret_key = ?3, previous_secret_box = ?4
            WHERE id = ?1 AND previous_secret_key = ?2
            """)

    private static let webhookDetails = SealedColumn(
        field: .webhookDetails, count: "SELECT count(*) FROM webhook_endpoint WHERE details_key = ?1",
        select: """
            SELECT id, mode, id, details_key, details_box FROM webhook_endpoint
            WHERE id BETWEEN ?1 AND ?2 AND details_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE webhook_endpoint SET details_key = ?3, details_box = ?4 WHERE id = ?1 AND details_key = ?2")

    private static let connectionCredential = SealedColumn(
        field: .connectionCredential, count: "SELECT count(*) FROM connection_account WHERE credential_key = ?1",
        select: """
            SELECT connection, mode, NULL, credential_key, credential_box FROM connection_account
            WHERE connection BETWEEN ?1 AND ?2 AND credential_key = ?3 ORDER BY connection LIMIT ?4
            """,
        replace: """
            UPDATE connection_account SET credential_key = ?3, credential_box = ?4
            WHERE connection = ?1 AND credential_key = ?2
            """)

    /// One key pair serves both modes, so each is sealed as one of live mode.
    private static let intakeKey = SealedColumn(
        field: .intakeKey, count: "SELECT count(*) FROM intake_key WHERE private_key = ?1",
        select: """
            SELECT id, CAST(1 AS BIGINT), NULL, private_key, private_box FROM intake_key
            WHERE id BETWEEN ?1 AND ?2 AND private_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: "UPDATE intake_key SET private_key = ?3, private_box = ?4 WHERE id = ?1 AND private_key = ?2")

    private static let surfaceCredential = SealedColumn(
        field: .surfaceCredential, count: "SELECT count(*) FROM surface_account WHERE credentials_key = ?1",
        select: """
            SELECT id, mode, NULL, credentials_key, credentials_box FROM surface_account
            WHERE id BETWEEN ?1 AND ?2 AND credentials_key = ?3 ORDER BY id LIMIT ?4
            """,
        replace: """
            UPDATE surface_account SET credentials_key = ?3, credentials_box = ?4, version = version + 1
            WHERE id = ?1 AND credentials_key = ?2
            """)

    private static let surfaceNotice = SealedColumn(
        field: .surfaceNotice, count: "SELECT count(*) FROM surface_notice WHERE body_key = ?1", select: nil,
        replace: nil)

    private static let surfaceReferral = SealedColumn(
        field: .surfaceReferral, count: "SELECT count(*) FROM surface_referral WHERE details_key = ?1", select: nil,
        replace: nil)

    private static let answer = SealedColumn(
        field: .storedAnswer, count: "SELECT count(*) FROM idempotency WHERE answer_key = ?1", select: nil, replace: nil
    )

    private static let shownSecret = SealedColumn(
        field: .storedAnswer, count: "SELECT count(*) FROM shown_secret WHERE answer_key = ?1", select: nil,
        replace: nil)

    private static let proposal = SealedColumn(
        field: .proposalTexts, count: "SELECT count(*) FROM proposal WHERE texts_key = ?1", select: nil, replace: nil)

    private static let caseTexts = SealedColumn(
        field: .caseTexts, count: "SELECT count(*) FROM case_file WHERE texts_key = ?1", select: nil, replace: nil)

    private static let event = SealedColumn(
        field: .eventPayload, count: "SELECT count(*) FROM event WHERE payload_key = ?1", select: nil, replace: nil)
}

/// One sealed value with what it is bound to.
struct SealedRow: Sendable {
    let id: SIMD2<UInt64>
    let context: SealContext
    let sealed: SealedBytes

    init(_ row: any SQLRow, _ field: SealedField) throws(StoreError) {
        var columns = Columns(row, "of sealed values")
        id = try columns.bits()
        let mode = try columns.value(Mode.self)
        let salt = try columns.optionalBytes() ?? []
        // The kind of the identifier is not part of the context.
        context = SealContext(field, of: Identifier<AnyRowKind>(bits: id), mode: mode, subjectSalt: salt)
        sealed = SealedBytes(dataKey: try columns.integer(), box: try columns.bytes())
    }

    private enum AnyRowKind: IdentifierKind { static var prefix: String { "row" } }
}
