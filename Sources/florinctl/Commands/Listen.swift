import AdminContract
import ArgumentParser
import Glibc
import Synchronization

struct Listen: AdminCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send a bot's test events to a program on this machine, and watch what it answers.",
        discussion: """
            For those who write a receiver, with florind dev. The signing secret is the same each time for the same owner and \
            address. Goes on until it is interrupted or --count deliveries have ended; then nothing more is sent there.
            """)

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("Whose events: a bot or a platform.", valueName: "id")) var owner: String
    @Option(help: ArgumentHelp("Where they go: http://localhost:PORT/….", valueName: "url")) var forwardTo: String
    @Option(help: ArgumentHelp("Only this type; may be given several times.", valueName: "type")) var event: [String] =
        []
    @Option(help: ArgumentHelp("End after so many deliveries.", valueName: "n")) var count: Int?

    /// How often the deliveries are looked at.
    private static let interval: UInt64 = 300_000_000

    func run() async throws {
        // An endpoint that nobody reads any more must not stay behind.
        Interruption.arm()
        let body = try AdminJSON.encode(ListenRequest(owner: owner, url: forwardTo, types: event))
        let answer = try await common.client.ask(.listen, AdminRoute.listen.template, body: body, timeoutSeconds: 30)
        let listening = try AdminClient.decode(answer, as: ListenView.self)
        Terminal.write(
            common.json
                ? String(decoding: try AdminJSON.line(listening), as: UTF8.self)
                : "Listening. The signing secret is \(Terminal.style.paint(listening.secret, .heading)) (Ctrl-C ends it).\n"
        )
        let result: Result<Void, any Error>
        do { result = .success(try await watch(listening)) } catch { result = .failure(error) }
        _ = try await common.client.ask(
            .stopListening, AdminRoute.stopListening.path(listening.endpoint), timeoutSeconds: 30)
        try result.get()
    }

    /// Prints each delivery once it has an answer, in the order of their numbers.
    private func watch(_ listening: ListenView) async throws {
        var shown = listening.lastSequence
        var told: [Int64: Int64] = [:]
        var left = count ?? .max
        while left > 0, !Interruption.isAsked {
            let bytes = try await common.client.ask(
                .deliveries, AdminRoute.deliveries.path(listening.endpoint), query: ["limit": "100"],
                timeoutSeconds: 30)
            let found = try AdminClient.decode(bytes, as: ListView<DeliveryView>.self).items
            for delivery in found.reversed() where delivery.sequence > shown && left > 0 {
                guard delivery.attempts > told[delivery.sequence] ?? 0 else { continue }
                told[delivery.sequence] = delivery.attempts
                Terminal.write(common.json ? try Self.line(delivery) : Self.line(delivery, Terminal.style))
                if delivery.state != "pending" { left -= 1 }
            }
            // Everything up to the first one that still waits has been told.
            if let oldest = found.filter({ $0.state == "pending" }).map(\.sequence).min() {
                shown = max(shown, oldest - 1)
            } else if let newest = found.first?.sequence {
                shown = newest
            }
            told = told.filter { $0.key > shown }
            if left > 0 { try await Task.sleep(nanoseconds: Self.interval) }
        }
    }

    private static func line(_ delivery: DeliveryView) throws -> String {
        String(decoding: try AdminJSON.line(delivery), as: UTF8.self)
    }

    static func line(_ delivery: DeliveryView, _ style: Style) -> String {
        let type = delivery.type + String(repeating: " ", count: max(0, 32 - delivery.type.count))
        let answer = delivery.lastStatus.map { String($0) } ?? "no answer"
        let state = delivery.state == "delivered" ? style.paint(answer, .good) : style.paint(answer, .bad)
        return "\(delivery.sequence)  \(type)  \(delivery.event)  \(state)\n"
    }
}

/// Whether the user wants the command to end, which it then does in an orderly way.
private enum Interruption {
    private static let flag = Atomic(false)

    static var isAsked: Bool { flag.load(ordering: .relaxed) }

    static func arm() {
        for number in [SIGINT, SIGTERM] {
            // A store to an atomic is all that the handler does.
            signal(number) { _ in Interruption.flag.store(true, ordering: .relaxed) }
        }
    }
}
