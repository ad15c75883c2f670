import Engine
import Logging
import Observability
import Ports
import Primitives
import SQLiteDriver

extension UseCaseParts {
    /// Over the books of a state directory; problems go to the log.
    init(
        books: Books, renderer: any ObjectRendering, transport: any WebhookTransport, policy: any CardPolicy,
        adapters: any AdapterFactory, clock: any WallClock, randomness: any Randomness,
        configuration: EngineConfiguration, erasureJournal: any ErasureJournal, logger: Logger,
        observer: any EngineObserver = NoObserver()
    ) {
        self.init(
            store: books.store, vault: books.vault, securityCodes: books.securityCodes, gate: books.gate,
            renderer: MeasuredRenderer(renderer: renderer, observer: observer), transport: transport, policy: policy,
            adapters: adapters, clock: clock, randomness: randomness, configuration: configuration,
            erasureJournal: erasureJournal,
            forgetOldPages: { [database = books.database] in try await database.forgetOldPages() },
            observer: observer, report: { logger.say(.warning, $0) })
        tell = { logger.say(.notice, $0) }
    }
}
