import Engine
import HTTPTypes
import HummingbirdCore
import Payments
import Ports
import Primitives

// Several people pay one checkout together: what the page calls for that. A share is a checkout of its own, and is paid as every other.
extension CheckoutPageEndpoints {
    /// `POST /checkout/{id}/together`: whoever buys asks others to pay as well; the state then holds the group's link.
    func payTogether(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        let parameters = try await body(context)
        let people = try parameters.integer("people", in: 0...1_000)
        try parameters.finish()
        try checkBuyer(visit)
        try await services.useCases.checkoutGroups.begin(
            visit.id, people: people, as: visit.visitor, request: context.id)
        return try await shown(visit)
    }

    /// `POST /checkout/{id}/alone`: whoever buys stops that, and everybody gets back what they paid.
    func payAlone(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try await body(context).finish()
        try checkBuyer(visit)
        try await services.useCases.checkoutGroups.stop(visit.id, request: context.id)
        return try await shown(visit)
    }

    /// `POST /checkout/{id}/share`: where whoever calls pays a share. Nothing is reserved by it.
    func nextShare(_ context: RequestContext, _ visit: Visit) async throws -> Response {
        try await body(context).finish()
        guard visit.role != .friend else { throw APIError.noSuch("checkout", id: nil) }
        guard let share = try await services.useCases.checkoutGroups.nextShare(of: visit.id) else {
            throw APIError(
                409, .invalidRequest, code: "no_share_left", message: "Every share is paid, or being paid right now.")
        }
        return .json(.ok, JSONWriter.object(capacity: 300) { $0.field("url", services.renderer.link(to: share)) })
    }

    /// A group's secret shows how far it has come and leads to a share; it pays nothing itself.
    func checkPayer(_ visit: Visit) throws(APIError) {
        guard visit.role != .sharer else { throw .forbidden("With this link a share is paid: ask for one first.") }
    }
}

extension CheckoutPageState {
    /// How far several people have come who pay this together.
    func writeTogether(into json: inout JSONWriter) {
        guard let together = view.together, view.role != .friend else { return json.null("together") }
        json.object("together") { json in
            json.field("max", together.most)
            if let number = together.number {
                json.field("number", number)
                json.field("own", together.own?.rawValue)
            }
            guard let group = together.group else {
                json.field(
                    "can_start", view.role == .buyer && view.status == .open && view.opened.cannotAskFriend == nil)
                return
            }
            json.field("people", group.people)
            json.field("ends_at", group.until)
            json.field("total", together.total.minorUnits)
            json.field("url", groupLink(together.whole))
            json.array("shares") { json in
                for share in together.shares {
                    json.object { json in
                        json.field("number", share.number)
                        json.field("amount", share.amount.minorUnits)
                        json.field("status", share.status.rawValue)
                        json.field("name", share.name)
                    }
                }
            }
        }
    }
}
