/// The operations of Braintree's GraphQL API that this adapter uses. Their texts never change: what differs from message to
/// message travels in variables, so that nothing of a message can be read as a query.
///
/// They are held to the published schema by the tests. `root` is the field below `data` in which the answer stands.
enum BraintreeOperation: CaseIterable, Sendable {
    case ping
    case merchant
    case tokenize
    case authorize
    case charge
    /// As ``authorize`` and ``charge``, for cards that Florin keeps.
    case authorizeCard
    case chargeCard
    case verifyCard
    case capture
    case reverse
    case refund
    case transaction
    case transactionsByOrder
    case deadRefunds
    case disputes
    case settledTransactions
    case settledRefunds
    case settledDisputes
    case disputeID
    case dispute
    case addEvidence
    case finalizeDispute
    case acceptDispute

    /// Where the answer stands below `data`.
    var root: String {
        switch self {
        case .ping: "ping"
        case .merchant: "viewer"
        case .tokenize: "tokenizeCreditCard"
        case .authorize: "authorizePaymentMethod"
        case .charge: "chargePaymentMethod"
        case .authorizeCard: "authorizeCreditCard"
        case .chargeCard: "chargeCreditCard"
        case .verifyCard: "verifyCreditCard"
        case .capture: "captureTransaction"
        case .reverse: "reverseTransaction"
        case .refund: "refundTransaction"
        case .transaction, .dispute: "node"
        case .disputeID: "idFromLegacyId"
        case .addEvidence: "createDisputeTextEvidence"
        case .finalizeDispute: "finalizeDispute"
        case .acceptDispute: "acceptDispute"
        case .transactionsByOrder, .deadRefunds, .disputes, .settledTransactions, .settledRefunds, .settledDisputes:
            "search"
        }
    }

    /// The document that is sent.
    var text: String {
        switch self {
        case .ping: "query { ping }"
        case .merchant: "query { viewer { merchant { id } } }"
        case .tokenize:
            "mutation($input: TokenizeCreditCardInput!) { tokenizeCreditCard(input: $input) { paymentMethod { id usage } } }"
        case .authorize:
            "mutation($input: AuthorizePaymentMethodInput!) { authorizePaymentMethod(input: $input) { transaction { ...T } } } "
                + Self.transactionFields
        case .charge:
            "mutation($input: ChargePaymentMethodInput!) { chargePaymentMethod(input: $input) { transaction { ...T } } } "
                + Self.transactionFields
        case .authorizeCard:
            "mutation($input: AuthorizeCreditCardInput!) { authorizeCreditCard(input: $input) { transaction { ...T } } } "
                + Self.transactionFields
        case .chargeCard:
            "mutation($input: ChargeCreditCardInput!) { chargeCreditCard(input: $input) { transaction { ...T } } } "
                + Self.transactionFields
        case .verifyCard:
            "mutation($input: VerifyCreditCardInput!) { verifyCreditCard(input: $input) { verification { id status "
                + "gatewayRejectionReason processorResponse { legacyCode cvvResponse } paymentMethodSnapshot "
                + "{ __typename ... on CreditCardTransactionDetails { networkTransactionId } } } } }"
        case .capture:
            "mutation($input: CaptureTransactionInput!) { captureTransaction(input: $input) { transaction { ...T } } } "
                + Self.transactionFields
        case .reverse:
            "mutation($input: ReverseTransactionInput!) { reverseTransaction(input: $input) "
                + "{ reversal { __typename ... on Transaction { ...T } ... on Refund { ...R } } } } "
                + Self.transactionFields + Self.refundFields
        case .refund:
            "mutation($input: RefundTransactionInput!) { refundTransaction(input: $input) { refund { ...R } } } "
                + Self.refundFields
        case .transaction:
            "query($id: ID!) { node(id: $id) { __typename ... on Transaction { ...T refunds { ...R } } } } "
                + Self.transactionFields + Self.refundFields
        case .transactionsByOrder:
            "query($order: String!) { search { transactions(input: { orderId: { is: $order } }, first: 50) "
                + "{ pageInfo { hasNextPage } edges { node { ...T } } } } } " + Self.transactionFields
        case .deadRefunds:
            "query($input: RefundSearchInput!, $after: String) { search { refunds(input: $input, first: 50, after: $after) "
                + "{ pageInfo { hasNextPage endCursor } edges { node { ...R "
                + "statusHistory { status timestamp } } } } } } " + Self.refundFields
        case .disputes:
            "query($input: DisputeSearchInput!, $after: String) { search { disputes(input: $input, first: 50, after: $after) "
                + "{ pageInfo { hasNextPage endCursor } edges { node { legacyId type replyByDate "
                + "amountDisputed { value currencyCode } amountWon { value currencyCode } "
                + "processorResponse { reason reasonCode } statusHistory { status timestamp } "
                + "transaction { orderId } } } } } }"
        case .settledTransactions:
            "query($input: TransactionSearchInput!, $after: String) "
                + "{ search { transactions(input: $input, first: 50, after: $after) "
                + "{ pageInfo { hasNextPage endCursor } edges { node { ...S } } } } } "
                + "fragment S on Transaction { id legacyId orderId status amount { value currencyCode } merchantAccountId "
                + "statusHistory { __typename status timestamp } " + Self.disbursementFields + "} "
        case .settledRefunds:
            "query($input: RefundSearchInput!, $after: String) "
                + "{ search { refunds(input: $input, first: 50, after: $after) "
                + "{ pageInfo { hasNextPage endCursor } edges { node { ...R legacyId createdAt merchantAccountId "
                + "statusHistory { status timestamp } " + Self.disbursementFields + "} } } } } " + Self.refundFields
        case .settledDisputes:
            "query($input: DisputeSearchInput!, $after: String) "
                + "{ search { disputes(input: $input, first: 50, after: $after) "
                + "{ pageInfo { hasNextPage endCursor } edges { node { legacyId type "
                + "amountDisputed { value currencyCode } amountWon { value currencyCode } "
                + "statusHistory { status timestamp disbursementDate } "
                + "transaction { orderId merchantAccountId } } } } } }"
        case .disputeID: "query($legacyId: ID!) { idFromLegacyId(legacyId: $legacyId, type: DISPUTE) }"
        case .dispute:
            "query($id: ID!) { node(id: $id) { __typename ... on Dispute { id status amountDisputed { value currencyCode } "
                + "evidence { __typename ... on DisputeTextEvidence { content } } } } }"
        case .addEvidence:
            "mutation($input: CreateDisputeTextEvidenceInput!) "
                + "{ createDisputeTextEvidence(input: $input) { evidence { id } } }"
        case .finalizeDispute:
            "mutation($input: FinalizeDisputeInput!) { finalizeDispute(input: $input) "
                + "{ dispute { id status amountDisputed { value currencyCode } } } }"
        case .acceptDispute:
            "mutation($input: AcceptDisputeInput!) { acceptDispute(input: $input) "
                + "{ dispute { id status amountDisputed { value currencyCode } } } }"
        }
    }

    private static let disbursementFields =
        "disbursementDetails { date amount { value currencyCode } fundsHeld } "

    /// What is asked of a transaction. `statusHistory` has the newest first.
    private static let transactionFields =
        "fragment T on Transaction { id orderId status amount { value currencyCode } partiallyAuthorized "
        + "paymentMethodSnapshot { __typename ... on CreditCardTransactionDetails { networkTransactionId } } statusHistory "
        + "{ __typename status terminal amount { value currencyCode } "
        + "... on AuthorizedEvent { processorResponse { legacyCode authorizationId cvvResponse } } "
        + "... on ProcessorDeclinedEvent { declineType processorResponse { legacyCode } merchantAdviceCodeResponse { code } } "
        + "... on GatewayRejectedEvent { gatewayRejectionReason duplicateOf { id } } "
        + "... on FailedEvent { processorResponse { legacyCode } } } } "

    private static let refundFields =
        "fragment R on Refund { id orderId status amount { value currencyCode } refundedTransaction { id orderId } } "
}
