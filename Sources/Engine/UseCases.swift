package import Ports
package import Primitives

/// What the use cases stand on: ports that are open, and what the composition decides.
package struct UseCaseParts: Sendable {
    package var store: any Store
    package var vault: any Vault
    package var securityCodes: any SecurityCodeCache
    /// Closed for changes between a restore and its opening.
    package var gate: BookGate
    package var renderer: any ObjectRendering
    package var transport: any WebhookTransport
    package var policy: any CardPolicy
    package var adapters: any AdapterFactory
    package var clock: any WallClock
    package var randomness: any Randomness
    package var configuration: EngineConfiguration
    package var erasureJournal: any ErasureJournal
    /// Makes the database drop the old contents of changed pages; false to be asked again.
    package var forgetOldPages: @Sendable () async throws -> Bool
    /// Where reports lie; none unless it is given.
    package var reportFiles: any ReportFiles = NoReportFiles()
    /// Opens cards that pages sealed; refuses them unless it is given.
    package var cardIntake: any CardIntake = NoCardIntake()
    /// How bots are asked about their checkouts; nobody is unless it is given.
    package var callbacks: any CallbackTransport = NoCallbacks()
    /// How these questions are written; nobody is asked unless it is given.
    package var callbackCoding: (any CheckoutCallbackCoding)?
    /// Makes PINs slow to guess; nobody has one unless it is given.
    package var pinStretching: any PINStretching = NoPINStretching()
    /// Where browsers reach this daemon.
    package var address = PublicAddress()
    /// The chat platforms that are spoken.
    package var dialects: [any SurfaceDialect] = []
    package var observer: any EngineObserver
    /// Told of problems that need an operator; the text holds no personal data.
    package var report: @Sendable (Report) -> Void
    /// Told of declines and unknown outcomes, which need nobody; no personal data here either.
    package var tell: @Sendable (Report) -> Void = { _ in }

    package init(
        store: any Store, vault: any Vault, securityCodes: any SecurityCodeCache, gate: BookGate,
        renderer: any ObjectRendering, transport: any WebhookTransport, policy: any CardPolicy,
        adapters: any AdapterFactory, clock: any WallClock, randomness: any Randomness,
        configuration: EngineConfiguration, erasureJournal: any ErasureJournal,
        forgetOldPages: @escaping @Sendable () async throws -> Bool,
        observer: any EngineObserver = NoObserver(), report: @escaping @Sendable (Report) -> Void
    ) {
        self.store = store
        self.vault = vault
        self.securityCodes = securityCodes
        self.gate = gate
        self.renderer = renderer
        self.transport = transport
        self.policy = policy
        self.adapters = adapters
        self.clock = clock
        self.randomness = randomness
        self.configuration = configuration
        self.erasureJournal = erasureJournal
        self.forgetOldPages = forgetOldPages
        self.observer = observer
        self.report = report
    }
}

/// The engine's use cases over one set of books, wired to each other. There is no other place that does it: what a test
/// drives is what the daemon runs.
package struct UseCases: Sendable {
    package let settings: EngineSettings
    package let tools: SettlementTools
    package let directory: ConnectionDirectory
    package let router: Router
    package let operations: OperationRunner
    package let access: AccessControl
    package let operators: OperatorUseCases
    package let payments: PaymentCommands
    package let setups: SetupCommands
    package let refunds: RefundCommands
    package let disputes: DisputeCommands
    package let cards: CardCommands
    package let parties: PartyCommands
    package let transfers: TransferCommands
    package let wallets: WalletCommands
    package let payouts: PayoutCommands
    package let destinations: DestinationCommands
    package let payoutSettings: PayoutSettings
    package let payoutJobs: PayoutJobs
    package let reports: ReportMaker
    package let webhooks: WebhookCommands
    package let sessions: PersonSessions
    package let resolver: Resolver
    package let facts: ProcessorFacts
    package let dispatcher: WebhookDispatcher
    package let cleaner: AnswerCleaner
    package let reconciler: Reconciler
    package let opening: BookOpening
    package let accounts: ConnectionAccounts
    package let notices: ProcessorNotices
    package let noticeCounts: NoticeCounts
    package let noticeWork: NoticeWork
    package let caseKeeper: CaseKeeper
    package let abandoned: AbandonedPayments
    /// What time it is for owners with test clocks; load it at the start.
    package let clocks: TestClocks
    package let testClocks: TestClockCommands
    package let testClockKeeper: TestClockKeeper
    package let authorizations: AuthorizationExpiry
    package let webhookLog: WebhookLog
    package let checkouts: CheckoutCommands
    /// Questions to bots that wait for an answer.
    package let questions = OpenQuestions()
    package let checkoutKeeper: CheckoutKeeper
    package let checkoutDesk: CheckoutDesk
    package let checkoutGroups: CheckoutGroups
    package let paymentLinks: PaymentLinkCommands
    package let availability: AvailabilityCommands
    package let surfaces: SurfaceDesk
    package let recognition: SurfaceRecognition
    package let pins: PersonPINs
    package let buyers: BuyerKeeper

    /// Starts nothing and reads nothing.
    package init(_ parts: UseCaseParts) {
        let (store, vault, clock, report) = (parts.store, parts.vault, parts.clock, parts.report)
        settings = EngineSettings(parts.configuration)
        clocks = TestClocks()
        var settling = SettlementTools(
            vault: vault, renderer: parts.renderer, randomness: parts.randomness, settings: settings, clocks: clocks)
        let surfaceNotices = SurfaceNotices(
            store: GatedStore(store, gate: parts.gate), clock: clock, sealing: settling.sealing,
            randomness: parts.randomness, dialects: parts.dialects, transport: parts.transport, report: report)
        settling.news = SurfaceNews(notices: surfaceNotices)
        tools = settling
        directory = ConnectionDirectory()
        router = Router(directory: directory, settings: settings)
        let inFlight = InFlight()
        operations = OperationRunner(
            store: store, clock: clock, tools: tools, router: router, securityCodes: parts.securityCodes,
            inFlight: inFlight, report: report, tell: parts.tell, observer: parts.observer)
        access = AccessControl(store: store, vault: vault, clock: clock, randomness: parts.randomness)
        facts = ProcessorFacts(
            store: store, clock: clock, tools: tools, directory: directory, operations: operations, report: report)
        let commands = Commands(
            store: GatedStore(store, gate: parts.gate), clock: clock, sealing: SealedFields(vault: vault),
            inFlight: inFlight, operations: operations, settings: settings)
        cards = CardCommands(
            commands: commands, tools: tools, vault: vault, securityCodes: parts.securityCodes, policy: parts.policy)
        payments = PaymentCommands(commands: commands, tools: tools, router: router, cards: cards)
        setups = SetupCommands(commands: commands, tools: tools, router: router, cards: cards)
        refunds = RefundCommands(commands: commands, tools: tools)
        disputes = DisputeCommands(commands: commands, tools: tools, directory: directory)
        parties = PartyCommands(commands: commands, tools: tools, vault: vault)
        transfers = TransferCommands(commands: commands, tools: tools, router: router)
        wallets = WalletCommands(commands: commands, tools: tools, router: router)
        payouts = PayoutCommands(commands: commands, tools: tools, router: router)
        destinations = DestinationCommands(commands: commands, tools: tools, router: router)
        payoutSettings = PayoutSettings(commands: commands, clocks: clocks)
        payoutJobs = PayoutJobs(commands: commands, tools: tools, router: router, report: report)
        reports = ReportMaker(
            store: store, clock: clock, randomness: parts.randomness, files: parts.reportFiles, sealing: tools.sealing)
        webhooks = WebhookCommands(commands: commands, tools: tools, vault: vault)
        sessions = PersonSessions(commands: commands, tools: tools, vault: vault)
        resolver = Resolver(
            store: store, clock: clock, tools: tools, directory: directory, operations: operations, report: report)
        dispatcher = WebhookDispatcher(
            store: store, clock: clock, vault: vault, tools: tools, transport: parts.transport,
            report: report, observer: parts.observer)
        reconciler = Reconciler(
            store: store, clock: clock, tools: tools, directory: directory, gate: parts.gate, report: report)
        let erasures = ErasureCommands(
            store: store, clock: clock, tools: tools, journal: parts.erasureJournal,
            forgetOldPages: parts.forgetOldPages, report: report)
        opening = BookOpening(
            store: store, clock: clock, gate: parts.gate, needsTwoPeople: parts.configuration.openingNeedsTwoPeople,
            replayErasures: { try await erasures.replayJournal() },
            checkErasures: { try await erasures.checkJournal() })
        buyers = BuyerKeeper(store: commands.store, clock: clock, tools: tools, erasures: erasures, report: report)
        let surfaceAccounts = SurfaceAccounts(
            commands: commands, tools: tools, vault: vault,
            check: WebhookCheck(
                transport: parts.callbacks, dialects: surfaceNotices.dialects, randomness: parts.randomness))
        operators = OperatorUseCases(
            audit: AuditLog(store: store, vault: vault),
            proposals: ProposalCommands(
                store: store, clock: clock, tools: tools, operations: operations, opening: opening),
            limits: LimitCommands(store: store, clock: clock, settings: settings),
            reviews: ReviewCommands(commands: commands, tools: tools, payments: payments, transfers: transfers),
            erasures: erasures, buyers: buyers,
            connections: ConnectionCommands(store: store, directory: directory, health: router.health),
            tail: EventTail(store: store, clock: clock),
            cases: CaseCommands(store: store, clock: clock, tools: tools),
            settlements: SettlementCommands(
                store: store, clock: clock, tools: tools, directory: directory, facts: facts),
            workbench: WebhookWorkbench(
                store: store, clock: clock, vault: vault, renderer: parts.renderer, randomness: parts.randomness,
                settings: settings),
            routing: RoutingCommands(store: store, clock: clock, router: router),
            payouts: PayoutDesk(store: store, clock: clock, tools: tools), surfaceAccounts: surfaceAccounts)
        cleaner = AnswerCleaner(store: store, clock: clock, retention: parts.configuration.answerRetention)
        accounts = ConnectionAccounts(
            store: store, clock: clock, randomness: parts.randomness, vault: vault, directory: directory,
            adapters: parts.adapters)
        noticeCounts = NoticeCounts()
        notices = ProcessorNotices(
            store: store, clock: clock, accounts: accounts, counts: noticeCounts, report: report)
        authorizations = AuthorizationExpiry(commands: commands, payments: payments)
        noticeWork = NoticeWork(
            store: store, clock: clock, tools: tools, directory: directory, payments: payments,
            authorizations: authorizations, facts: facts, counts: noticeCounts, report: report)
        caseKeeper = CaseKeeper(store: store, clock: clock, tools: tools)
        abandoned = AbandonedPayments(store: store, clock: clock, tools: tools)
        webhookLog = WebhookLog(commands: commands, tools: tools, dispatcher: dispatcher)
        let surfaceAnswers = SurfaceAnswers()
        checkoutKeeper = CheckoutKeeper(
            commands: commands, tools: tools, payments: payments, secrets: WebhookSecrets(vault: vault), report: report)
        checkouts = CheckoutCommands(commands: commands, tools: tools, keeper: checkoutKeeper)
        availability = AvailabilityCommands(commands: commands)
        paymentLinks = PaymentLinkCommands(commands: commands, tools: tools, checkouts: checkouts)
        pins = PersonPINs(
            commands: commands, vault: vault, randomness: parts.randomness, stretcher: parts.pinStretching,
            renderer: parts.renderer)
        let asker = CheckoutAsker(
            transport: parts.callbacks, coding: parts.callbackCoding ?? NoCallbackCoding(),
            secrets: WebhookSecrets(vault: vault), randomness: parts.randomness, clock: clock,
            surfaces: SurfaceAsker(
                store: commands.store, clock: clock, tools: tools, notices: surfaceNotices,
                answers: surfaceAnswers, transport: parts.callbacks, report: report), open: questions)
        checkoutGroups = CheckoutGroups(
            commands: commands, tools: tools, keeper: checkoutKeeper, payments: payments, refunds: refunds,
            asker: asker)
        checkoutDesk = CheckoutDesk(
            commands: commands, tools: tools, keeper: checkoutKeeper, payments: payments, cards: cards,
            parties: parties, asker: asker, address: parts.address, pins: pins, groups: checkoutGroups)
        let selling = SurfaceSelling(
            store: commands.store, clock: clock, tools: tools, answers: surfaceAnswers,
            address: parts.address)
        let arrivals = SurfaceArrivals(
            store: commands.store, clock: clock, tools: tools, vault: vault, dialects: surfaceNotices.dialects)
        surfaces = SurfaceDesk(
            accounts: surfaceAccounts, notices: surfaceNotices, arrivals: arrivals,
            sales: selling, store: commands.store, clock: clock, tools: tools)
        recognition = SurfaceRecognition(
            store: commands.store, clock: clock, tools: tools, vault: vault, parties: parties,
            dialects: surfaceNotices.dialects, arrivals: arrivals)
        testClocks = TestClockCommands(commands: commands, tools: tools)
        let (reviews, ending, checkouts, payouts) = (operators.reviews, authorizations, checkoutKeeper, payoutJobs)
        testClockKeeper = TestClockKeeper(
            store: store, clock: clock, tools: tools, operations: operations,
            works: [
                // Held payments that no operator decided about are given up.
                DueOfBot(store: store) {
                    try $0.testReviewsEnding(of: $1, by: $2, limit: $3)
                } act: {
                    try await reviews.lapse($0)
                },
                // Money that was held and never captured is let go.
                DueOfBot(store: store) {
                    try $0.testAuthorizationsEnding(of: $1, by: $2, limit: $3)
                } act: {
                    try await ending.end($0)
                },
                LapsingTransfers(store: store, transfers: transfers),
                // Open checkouts end.
                DueOfBot(store: store) {
                    try $0.testCheckoutsExpiring(of: $1, by: $2, limit: $3)
                } act: { due in
                    for checkout in due { try await checkouts.look(at: checkout) }
                    return due.count
                },
                OverdueDisputes(store: store, directory: directory, facts: facts),
                ScheduledPayouts(store: store, payouts: payoutJobs),
                // Payouts that have waited long enough are sent.
                DueOfBot(store: store, limit: { payouts.room }) {
                    try $0.testPayoutsDue(of: $1, by: $2, limit: $3)
                } act: {
                    try await payouts.send($0)
                },
                DueDeliveries(store: store, dispatcher: dispatcher),
            ], report: report)
    }
}
