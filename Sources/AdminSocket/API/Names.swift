import Ledger
import Payments
import Ports
import Primitives

/// What the admin API calls the cases of our vocabularies: their Swift names in snake_case, so that a new case has a name
/// without being listed. A test holds the names that operators' scripts may rely on.
enum Names {
    static func of(_ kind: AccountKind) -> String { snake(kind) }
    static func of(_ reason: PostingReason) -> String { snake(reason) }
    static func of(_ purpose: OperationPurpose) -> String { snake(purpose) }
    static func of(_ reason: UnknownReason) -> String { snake(reason) }
    static func of(_ reason: NotProcessedReason) -> String { snake(reason) }
    static func of(_ reason: DeclineReason) -> String { snake(reason) }
    static func of(_ reason: TransferReturnReason) -> String { snake(reason) }
    static func of(_ method: CaptureMethod) -> String { snake(method) }
    static func of(_ brand: CardBrand) -> String { snake(brand) }
    static func of(_ purpose: KeyPurpose) -> String { snake(purpose) }
    static func of(_ state: WrappedDataKey.State) -> String { snake(state) }
    static func of(_ kind: APIKeyKind) -> String { snake(kind) }
    static func of(_ state: WebhookDelivery.State) -> String { snake(state) }
    static func of(_ state: Reconciliation.State) -> String { snake(state) }
    static func of(_ state: RecoveredOperation.State) -> String { snake(state) }
    static func of(_ kind: ProcessorOperation.Kind) -> String { snake(kind) }
    static func of(_ state: DisputeState) -> String { snake(state) }
    static func of(_ reason: DisputeReason) -> String { snake(reason) }
    static func of(_ kind: DisputeMovementKind) -> String { snake(kind) }
    static func of(_ kind: StoredFact.Kind) -> String { snake(kind) }
    static func of(_ mode: Mode) -> String { snake(mode) }
    static func of(_ step: ErasureStep) -> String { snake(step) }
    static func of(_ flow: FundsFlow) -> String { snake(flow) }
    static func of(_ state: ProposalState) -> String { snake(state) }
    static func of(_ kind: ProposedChange.Kind) -> String { snake(kind) }
    static func of(_ state: ReviewState) -> String { snake(state) }
    static func of(_ action: RiskAction) -> String { snake(action) }
    static func of(_ stop: Cascade.Stop) -> String { snake(stop) }
    static func of(_ standing: RankedConnection.Standing) -> String { snake(standing) }
    static func of(_ phase: AuditDraft.Phase) -> String { snake(phase) }

    static func of(_ kind: CaseKind) -> String { snake(kind) }
    static func of(_ resolution: CaseResolution) -> String { snake(resolution) }
    static func of(_ source: SettlementReport.Source) -> String { snake(source) }
    static func of(_ state: SettlementReport.State) -> String { snake(state) }
    static func of(_ state: CaseState) -> String {
        switch state {
        case .open: "open"
        case .assigned: "assigned"
        case .closed: "closed"
        }
    }

    static func mode(_ text: String) -> Mode? { Mode.allCases.first { of($0) == text } }
    static func purpose(_ text: String) -> KeyPurpose? { KeyPurpose.allCases.first { of($0) == text } }
    static func accountKind(_ text: String) -> AccountKind? { AccountKind.allCases.first { of($0) == text } }
    static func keyKind(_ text: String) -> APIKeyKind? {
        [.secret, .restricted, .publishable].first { of($0) == text }
    }

    static func of(_ state: PaymentState) -> String {
        switch state {
        case .requiresPaymentMethod: "requires_payment_method"
        case .requiresConfirmation: "requires_confirmation"
        case .requiresAction: "requires_action"
        case .authorizing: "authorizing"
        case .authorized: "authorized"
        case .capturing: "capturing"
        case .succeeded: "succeeded"
        case .voiding: "voiding"
        case .incrementing: "incrementing"
        case .canceled: "canceled"
        }
    }

    static func of(_ state: FriendTransferState) -> String {
        switch state {
        case .funding: "funding"
        case .held: "held"
        case .inFlight: "in_flight"
        case .accepted: "accepted"
        case .returning: "returning"
        case .returned: "returned"
        case .failed: "failed"
        }
    }

    static func of(_ state: WalletMovementState) -> String {
        switch state {
        case .pending: "pending"
        case .succeeded: "succeeded"
        case .failed: "failed"
        }
    }

    private static func snake(_ value: some Any) -> String {
        var text = ""
        for character in "\(value)" {
            if character.isUppercase { text += "_" }
            text += character.lowercased()
        }
        return text
    }
}

extension Owner {
    /// `plat_…` or `bot_…`.
    var text: String {
        switch self {
        case .platform(let id): id.text
        case .bot(let id): id.text
        }
    }

    init?(text: String) {
        if let id = PlatformID(text) {
            self = .platform(id)
        } else if let id = BotID(text) {
            self = .bot(id)
        } else {
            return nil
        }
    }
}

extension Timestamp {
    /// As ``description``, with microseconds.
    var precise: String {
        let fraction = String(microseconds - seconds * 1_000_000)
        return description.dropLast() + "." + String(repeating: "0", count: max(0, 6 - fraction.count)) + fraction + "Z"
    }
}
