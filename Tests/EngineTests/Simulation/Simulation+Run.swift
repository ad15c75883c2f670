import Engine
import FlorinTesting
import Payments
import Ports
import Primitives
import Synchronization

extension Simulation {
    /// Makes `steps` steps of trouble.
    func run(steps: Int) async throws {
        trouble()
        for _ in 0..<steps {
            for _ in 0...draw(3) { if let command = nextCommand() { issue(command) } }
            switch draw(100) {
            case 0..<20: inBackground { _ = try await $0.resolver.resolveDue() }
            case 20..<32: inBackground { _ = try await $0.dispatcher.deliverDue() }
            case 32..<34: inBackground { _ = try await $0.transfers.lapse() }
            case 34..<38: inBackground { _ = try await $0.facts.poll() }
            case 38..<70: florin.clock.advance(by: .milliseconds(Int64(draw(3_000))))
            case 70..<73: florin.clock.advance(by: .seconds(40 + Int64(draw(60))))
            case 73..<77: try await crash()
            default: book.tick()
            }
            // Lets the tasks get on, by as much as the threads please.
            for _ in 0..<draw(4) { _ = try? await florin.now.store.read { try $0.platforms() } }
            if known.withLock({ $0.outstanding }) > 30 { await settleDown() }
        }
    }

    /// Ends all trouble and carries everything to its end.
    func conclude() async throws {
        book.calm()
        florin.transport.draw(nil)
        try florin.now.store.draw(nil)
        await settleDown()
        known.withLock { $0.crashes += 1 }
        try await florin.crash()
        try await resolveAll()
        // Whoever got no answer asks again, under the same key.
        let unanswered = known.withLock { known in
            known.commands.values.filter { known.answers[$0.key] == nil }.sorted { $0.key < $1.key }
        }
        for command in unanswered {
            known.withLock { $0.outstanding += 1 }
            Task {
                await attempt(command)
                known.withLock { $0.outstanding -= 1 }
            }
            await settleDown()
        }
        try await resolveAll()
        while try await florin.now.facts.poll() > 0 {}
        // And everybody asks once more: the answer of a key never changes.
        for command in known.withLock({ $0.commands.values.sorted { $0.key < $1.key } })
        where known.withLock({ $0.answers[command.key] }) != nil {
            await attempt(command)
        }
        for _ in 0..<200 {
            florin.clock.advance(by: .seconds(1))
            let due = try await florin.now.dispatcher.deliverDue()
            let left = try await florin.now.store.read { try $0.statistics().pendingDeliveries }
            if left == 0 { break }
            if due == 0 { florin.clock.advance(by: .seconds(600)) }
        }
    }

    private func trouble() {
        let disk = disk
        let fate: @Sendable () -> MortalStore.Fate = {
            let word: UInt64 = disk.next()
            switch word % 1_000 {
            case 0..<12: return .lostBefore
            case 12..<24: return .storedUnheard
            default: return .stored
            }
        }
        try? florin.now.store.draw(fate)
        florin.transport.draw {
            let word: UInt64 = disk.next()
            return word % 10 == 0 ? .answered(status: 500) : .answered(status: 200)
        }
    }

    private func crash() async throws {
        known.withLock { $0.crashes += 1 }
        try await florin.crash()
        trouble()
    }

    private func inBackground(_ work: @escaping @Sendable (Running) async throws -> Void) {
        guard let running = try? florin.now else { return }
        known.withLock { $0.outstanding += 1 }
        Task {
            try? await work(running)
            known.withLock { $0.outstanding -= 1 }
        }
    }

    /// Waits until every client has an answer or has been turned away.
    private func settleDown() async {
        while known.withLock({ $0.outstanding }) > 0 {
            book.tick()
            for _ in 0..<4 { _ = try? await florin.now.store.read { try $0.platforms() } }
            florin.clock.advance(by: .milliseconds(100))
        }
    }

    /// Asks about everything that is open until only what people must decide is left.
    private func resolveAll() async throws {
        for _ in 0..<60 {
            book.tick()
            try await florin.untilQuiet()
            let open = try await florin.openOperations().filter { $0.conflict == nil }
            if open.isEmpty { return }
            try await florin.resolve()
        }
        let left = try await florin.openOperations().filter { $0.conflict == nil }
        known.withLock { $0.problems.append("\(left.count) operations were never resolved: \(left.prefix(3))") }
    }
}
