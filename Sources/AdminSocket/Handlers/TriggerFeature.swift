import AdminContract
import Engine
import Payments
import Ports
import Primitives

/// `trigger`: makes the real objects that cause an event, in test mode, with the cards that the sandbox knows.
struct TriggerFeature: AdminFeature {
    let store: any Store
    let trigger: EventTrigger?

    var handlers: [AdminRoute: AdminHandler] { [.trigger: json(make)] }

    private func make(_ request: AdminRequest) async throws -> TriggerView {
        try request.allow()
        let wanted = try request.decoded(TriggerRequest.self)
        guard let trigger else {
            throw AdminError(
                .conflict, "Only florind dev makes events happen. Elsewhere, make the objects with a test key.")
        }
        guard let bot = BotID(wanted.owner), try await store.read({ try $0.bot(bot) }) != nil else {
            throw AdminError.noSuch("bot", wanted.owner)
        }
        guard let recipe = EventTrigger.recipes.first(where: { $0.event.name.description == wanted.event }) else {
            let known = EventTrigger.recipes.map(\.event.name.description).joined(separator: ", ")
            throw AdminError(.invalid, "“event” is one of \(known).")
        }
        do {
            return TriggerView(event: wanted.event, made: try await trigger.run(recipe, for: bot))
        } catch let failure as EventTrigger.Failed {
            throw AdminError(.conflict, failure.words)
        }
    }
}
