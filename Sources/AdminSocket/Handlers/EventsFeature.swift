import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `events list`, `events show` and `events tail`.
struct EventsFeature: AdminFeature {
    let store: any Store
    let tail: EventTail

    var handlers: [AdminRoute: AdminHandler] { [.events: json(list), .event: json(show)] }

    /// The one route whose answer goes on.
    var streams: [AdminRoute: AdminStreamHandler] { [.tail: follow] }

    /// How many events are looked through for a filtered page.
    private static let reach = 10_000

    private func list(_ request: AdminRequest) async throws -> ListView<EventView> {
        try request.allow("limit", "after", "owner", "mode", "type")
        let filter = try filter(request)
        let page = try request.page(of: EventKind.self)
        return try await store.read { reader in
            var found: [EventHead] = []
            var cursor = page.cursor
            var looked = 0
            while looked < Self.reach {
                let next = try reader.eventHeads(PageRequest(limit: 100, cursor: cursor))
                looked += next.items.count
                found += next.items.filter(filter.wants)
                guard next.hasMore, found.count <= page.limit, let last = next.items.last else { break }
                cursor = .after(SIMD2(last.id.high, last.id.low))
            }
            return ListView(
                items: found.prefix(page.limit).map { EventView($0) },
                hasMore: found.count > page.limit || looked >= Self.reach)
        }
    }

    private func show(_ request: AdminRequest) async throws -> EventView {
        try request.allow()
        let id: EventID = try request.identifier("event")
        let found = try await store.read { reader in
            try reader.eventHead(id).map { event in
                EventView(event, try reader.deliveries(ofEvent: event).map { try DeliveryView($0, reader) })
            }
        }
        guard let found else { throw AdminError.noSuch("event", id.text) }
        return found
    }

    private func follow(_ request: AdminRequest) async throws -> AdminStream {
        try request.allow("owner", "mode", "type")
        do {
            return AdminStream(items: try tail.watch(try filter(request)))
        } catch is EventTail.Full {
            throw AdminError(.unavailable, "As many watch already as may: \(EventTail.watchers). Try again later.")
        }
    }

    private func filter(_ request: AdminRequest) throws(AdminError) -> EventFilter {
        var owner: Owner?
        if let text = request.text("owner") {
            owner = Owner(text: text)
            guard owner != nil else { throw AdminError(.invalid, "“owner” is the id of a platform or a bot.") }
        }
        return EventFilter(owner: owner, mode: try request.mode(), type: request.text("type"))
    }
}

/// An answer that goes on: a JSON object on each line, an empty line now and then, and why it ended.
struct AdminStream: AsyncSequence, Sendable {
    let items: AsyncStream<EventTail.Item>

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var items: AsyncStream<EventTail.Item>.AsyncIterator
        private var isOver = false

        fileprivate init(items: AsyncStream<EventTail.Item>.AsyncIterator) { self.items = items }

        mutating func next() async throws -> [UInt8]? { try await next(isolation: #isolation) }

        mutating func next(isolation actor: isolated (any _Concurrency.Actor)?) async throws -> [UInt8]? {
            guard !isOver else { return nil }
            switch await items.next(isolation: actor) {
            case .event(let event): return try AdminJSON.line(EventView(event))
            case .idle: return [UInt8(ascii: "\n")]
            case .ended(let reason):
                isOver = true
                return try AdminJSON.line(TailEndView(reason))
            case nil:
                // Without a last word the queue was full: the reader was too slow.
                isOver = true
                return try AdminJSON.line(TailEndView(.tooSlow))
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(items: items.makeAsyncIterator()) }
}

extension TailEndView {
    init(_ reason: EventTail.Reason) {
        switch reason {
        case .tooSlow:
            self.init(
                ended: "too_slow",
                message: "You read slower than events come, and missed some: see `events list`, or watch fewer types.")
        case .stopping: self.init(ended: "stopping", message: "The daemon stops.")
        }
    }
}

extension EventView {
    init(_ event: EventHead, _ deliveries: [DeliveryView]? = nil) {
        self.init(
            id: event.id.text, created: event.created.precise, type: event.type.name.description,
            mode: Names.of(event.mode), owner: event.owner.text, subject: event.subjectText, deliveries: deliveries)
    }
}
