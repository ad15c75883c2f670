import AdminSocket
import Engine
import Logging
import Observability
import Ports
import Primitives
import SQLiteDriver

/// The engine's use cases over one set of books.
struct UseCases: Sendable {
    let settings: EngineSettings
    let tools: SettlementTools
    let directory: ConnectionDirectory
    let operations: OperationRunner
    let access: AccessControl
    let operators: OperatorUseCases
    let payments: PaymentCommands
    let refunds: RefundCommands
    let cards: CardCommands
    let parties: PartyCommands
    let transfers: TransferCommands
    let wallets: WalletCommands
    let webhooks: WebhookCommands
    let sessions: PersonSessions
    let resolver: Resolver
    let facts: ProcessorFacts
    let dispatcher: WebhookDispatcher
    let cleaner: AnswerCleaner
    let reconciler: Reconciler
    let opening: BookOpening
    let accounts: ConnectionAccounts
    let adapters: ProcessorAdapters
    let notices: ProcessorNotices

    init(
        books: Books, renderer: any ObjectRendering, transport: any WebhookTransport, policy: any CardPolicy,
        clock: any WallClock, randomness: any Randomness, configuration: EngineConfiguration, logger: Logger,
        observer: any EngineObserver = NoObserver(), erasureJournal: any ErasureJournal
    ) {
        let report: @Sendable (Report) -> Void = { logger.say(.warning, $0) }
        let (store, vault) = (books.store, books.vault)
        let renderer = MeasuredRenderer(renderer: renderer, observer: observer)
        settings = EngineSettings(configuration)
        tools = SettlementTools(vault: vault, renderer: renderer, randomness: randomness, settings: settings)
        directory = ConnectionDirectory()
        let inFlight = InFlight()
        operations = OperationRunner(
            store: store, clock: clock, tools: tools, directory: directory, securityCodes: books.securityCodes,
            inFlight: inFlight, report: report, observer: observer)
        access = AccessControl(store: store, vault: vault, clock: clock, randomness: randomness)
        operators = OperatorUseCases(
            audit: AuditLog(store: store, vault: vault),
            proposals: ProposalCommands(store: store, clock: clock, tools: tools, operations: operations),
            limits: LimitCommands(store: store, clock: clock, configuration: configuration),
            erasures: ErasureCommands(
                store: store, clock: clock, tools: tools, journal: erasureJournal,
                forgetOldPages: { [database = books.database] in try await database.forgetOldPages() },
                report: report),
            connections: ConnectionCommands(store: store, directory: directory, health: operations.health),
            tail: EventTail(store: store, clock: clock))
        let commands = Commands(
            store: GatedStore(store, gate: books.gate), clock: clock, sealing: SealedFields(vault: vault),
            inFlight: inFlight,
            operations: operations, settings: settings)
        payments = PaymentCommands(commands: commands, tools: tools, directory: directory)
        refunds = RefundCommands(commands: commands, tools: tools)
        cards = CardCommands(
            commands: commands, tools: tools, vault: vault, securityCodes: books.securityCodes, policy: policy)
        parties = PartyCommands(commands: commands, tools: tools, vault: vault)
        transfers = TransferCommands(commands: commands, tools: tools, directory: directory)
        wallets = WalletCommands(commands: commands, tools: tools, directory: directory)
        webhooks = WebhookCommands(commands: commands, tools: tools, vault: vault)
        sessions = PersonSessions(commands: commands, tools: tools, vault: vault)
        resolver = Resolver(
            store: store, clock: clock, tools: tools, directory: directory, operations: operations, report: report)
        facts = ProcessorFacts(
            store: store, clock: clock, tools: tools, directory: directory, operations: operations, report: report)
        dispatcher = WebhookDispatcher(
            store: store, clock: clock, vault: vault, renderer: renderer, transport: transport, report: report,
            observer: observer)
        reconciler = Reconciler(
            store: store, clock: clock, tools: tools, directory: directory, gate: books.gate, report: report)
        opening = BookOpening(
            store: store, clock: clock, gate: books.gate,
            replayErasures: { [erasures = operators.erasures] in try await erasures.replayJournal() })
        cleaner = AnswerCleaner(store: store, clock: clock, retention: configuration.answerRetention)
        adapters = ProcessorAdapters(clock: clock, logger: logger)
        accounts = ConnectionAccounts(
            store: store, clock: clock, randomness: randomness, vault: vault, directory: directory, adapters: adapters)
        notices = ProcessorNotices(store: store, clock: clock, accounts: accounts, report: report)
    }
}
