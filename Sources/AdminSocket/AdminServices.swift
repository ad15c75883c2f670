package import AdminContract
package import Engine
import Payments
package import Ports
package import Primitives

/// What only the composition knows about the running daemon; asked anew for each `status`.
package struct DaemonFacts: Sendable {
    package var version: String
    package var started: Timestamp
    /// `full`, or `off` under `--volatile`: as read back from the database.
    package var synchronous: String
    package var storage: StorageView?
    package var writer: WriterCounts
    /// Why not everything is taken.
    package var holds: [String]
    package var front: FrontCounts

    package init(
        version: String, started: Timestamp, synchronous: String, storage: StorageView? = nil, writer: WriterCounts,
        front: FrontCounts,
        holds: [String] = []
    ) {
        self.holds = holds
        self.version = version
        self.started = started
        self.synchronous = synchronous
        self.storage = storage
        self.writer = writer
        self.front = front
    }
}

/// What the admin API is made of. Each feature is given only what it needs of this.
package struct AdminServices: Sendable {
    let store: any Store
    let clock: any WallClock
    let keys: any KeyAdministration
    let backups: any BackupAdministration
    let gate: BookGate
    let opening: BookOpening
    let apiKeys: any APIKeyAdministration
    let ask: @Sendable (OpenOperation) async throws -> Bool
    let deliver: @Sendable (WebhookDelivery) async throws -> Bool
    let inFlight: @Sendable () -> Int
    let hasAdapter: @Sendable (ConnectionID) -> Bool
    let facts: @Sendable () -> DaemonFacts
    var operators: OperatorUseCases
    /// Nil where no account can be added.
    package var accounts: ConnectionAccounts?
    /// Nil where no reports can be made.
    package var reports: ReportMaker?
    /// The whole page for Prometheus; called for each scrape.
    package var metrics: @Sendable () async -> [UInt8] = { [] }
    /// The requests behind a number, or from now on.
    package var requests: @Sendable (Int64?) -> RequestsView = { _ in RequestsView(requests: [], last: 0, missed: 0) }
    /// Nil where no events are made to happen.
    package var trigger: EventTrigger?
    /// docs/admin-openapi.yaml; nil when it is not installed.
    package var description: [UInt8]?
    let service: ServiceParts

    /// - Parameters:
    ///   - facts: called on an event loop for each `status`; must not block.
    ///   - operators: see ``OperatorUseCases``.
    package init(
        store: any Store, clock: any WallClock, keys: any KeyAdministration, backups: any BackupAdministration,
        gate: BookGate, opening: BookOpening, access: AccessControl, resolver: Resolver,
        webhooks: WebhookDispatcher, operations: OperationRunner, directory: ConnectionDirectory,
        facts: @escaping @Sendable () -> DaemonFacts, operators: OperatorUseCases, service: ServiceParts
    ) {
        self.init(
            store: store, clock: clock, keys: keys, backups: backups, gate: gate, opening: opening,
            apiKeys: access,
            ask: { try await resolver.resolve($0) },
            deliver: { try await webhooks.resend($0) },
            inFlight: { operations.activeCount },
            hasAdapter: { directory.processor(for: $0) != nil },
            facts: facts, operators: operators, service: service)
    }

    init(
        store: any Store, clock: any WallClock, keys: any KeyAdministration, backups: any BackupAdministration,
        gate: BookGate, opening: BookOpening,
        apiKeys: any APIKeyAdministration,
        ask: @escaping @Sendable (OpenOperation) async throws -> Bool,
        deliver: @escaping @Sendable (WebhookDelivery) async throws -> Bool,
        inFlight: @escaping @Sendable () -> Int, hasAdapter: @escaping @Sendable (ConnectionID) -> Bool,
        facts: @escaping @Sendable () -> DaemonFacts, operators: OperatorUseCases, service: ServiceParts
    ) {
        self.store = store
        self.clock = clock
        self.keys = keys
        self.backups = backups
        self.gate = gate
        self.opening = opening
        self.apiKeys = apiKeys
        self.ask = ask
        self.deliver = deliver
        self.inFlight = inFlight
        self.hasAdapter = hasAdapter
        self.facts = facts
        self.operators = operators
        self.service = service
    }

    private var events: EventsFeature { EventsFeature(store: store, tail: operators.tail) }

    /// Every route.
    func router(_ rotations: KeyRotations, _ backupJobs: BackupJobs, _ reportJobs: ReportJobs) -> AdminRouter {
        AdminRouter(handlers: handlers(rotations, backupJobs, reportJobs), streams: events.streams)
    }

    /// Every route with its handler, but for those whose answer goes on.
    private func handlers(
        _ rotations: KeyRotations, _ backupJobs: BackupJobs, _ reportJobs: ReportJobs
    ) -> [AdminRoute: AdminHandler] {
        let features: [any AdminFeature] = [
            StatusFeature(store: store, clock: clock, facts: facts, inFlight: inFlight, hasAdapter: hasAdapter),
            PaymentsFeature(store: store),
            TransfersFeature(store: store),
            TimelineFeature(store: store),
            LedgerFeature(store: store),
            VaultFeature(keys: keys, rotations: rotations),
            KeysFeature(store: store, clock: clock, administration: apiKeys),
            PartiesFeature(store: store),
            WebhooksFeature(store: store, deliver: deliver),
            WorkbenchFeature(store: store, workbench: operators.workbench),
            UnknownFeature(store: store, clock: clock, proposals: operators.proposals, ask: ask),
            ProposalsFeature(store: store, clock: clock, proposals: operators.proposals),
            LimitsFeature(limits: operators.limits),
            ReviewsFeature(reviews: operators.reviews),
            AuditFeature(store: store, log: operators.audit),
            ErasuresFeature(store: store, erasures: operators.erasures),
            ConnectionsFeature(store: store, connections: operators.connections, hasAdapter: hasAdapter),
            RoutingFeature(store: store, clock: clock, routing: operators.routing, hasAdapter: hasAdapter),
            events,
            DescriptionFeature(content: description),
            RequestsFeature(look: requests),
            TriggerFeature(store: store, trigger: trigger),
            AccountsFeature(store: store, accounts: accounts),
            MetricsFeature(page: metrics),
            BackupFeature(backups: backups, jobs: backupJobs),
            ServiceFeature(control: service.control),
            SetupFeature(store: store, installation: service.installation, connect: service.connect),
            RestoreFeature(store: store, gate: gate, opening: opening, proposals: operators.proposals),
            DisputesFeature(store: store, clock: clock),
            CheckoutsFeature(
                store: store, sealing: operators.buyers.sealing, buyers: operators.buyers, erasures: operators.erasures),
            BotFeesFeature(store: store), BotAvailabilityFeature(store: store),
            SurfacesFeature(store: store, accounts: operators.surfaceAccounts),
            PayoutsFeature(store: store, desk: operators.payouts),
            PayoutSchedulesFeature(store: store, desk: operators.payouts),
            ReportsFeature(store: store, maker: reports, jobs: reportJobs),
            RefsFeature(store: store, sealing: operators.buyers.sealing),
            CasesFeature(store: store, clock: clock, cases: operators.cases),
            SettlementsFeature(
                store: store, clock: clock, settlements: operators.settlements, cases: operators.cases),
        ]
        return features.reduce(into: [:]) { all, feature in all.merge(feature.handlers) { first, _ in first } }
    }
}
