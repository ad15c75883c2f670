/// What operators do beyond looking: the use cases that only the admin socket has.
package struct OperatorUseCases: Sendable {
    /// Where every change is recorded before it is answered.
    package var audit: AuditLog
    package var proposals: ProposalCommands
    package var limits: LimitCommands
    package var reviews: ReviewCommands
    package var erasures: ErasureCommands
    package var buyers: BuyerKeeper
    package var connections: ConnectionCommands
    package var tail: EventTail
    package var cases: CaseCommands
    package var settlements: SettlementCommands
    package var workbench: WebhookWorkbench
    package var routing: RoutingCommands
    package var payouts: PayoutDesk
    package var surfaceAccounts: SurfaceAccounts

    package init(
        audit: AuditLog, proposals: ProposalCommands, limits: LimitCommands, reviews: ReviewCommands,
        erasures: ErasureCommands, buyers: BuyerKeeper,
        connections: ConnectionCommands, tail: EventTail, cases: CaseCommands,
        settlements: SettlementCommands, workbench: WebhookWorkbench, routing: RoutingCommands, payouts: PayoutDesk,
        surfaceAccounts: SurfaceAccounts
    ) {
        self.audit = audit
        self.proposals = proposals
        self.limits = limits
        self.reviews = reviews
        self.erasures = erasures
        self.buyers = buyers
        self.connections = connections
        self.tail = tail
        self.cases = cases
        self.settlements = settlements
        self.workbench = workbench
        self.routing = routing
        self.payouts = payouts
        self.surfaceAccounts = surfaceAccounts
    }
}
