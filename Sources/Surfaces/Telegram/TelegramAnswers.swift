import Payments
import Ports
import WireKit

/// `answerShippingQuery` and `answerPreCheckoutQuery`.
struct TelegramAnswers {
    let parameters: TelegramParameters

    func shipping() throws(SurfaceRefusal) -> SurfaceDemand {
        try parameters.refuseOthers(than: ["shipping_query_id", "ok", "shipping_options", "error_message"])
        let question = try question("shipping_query_id")
        guard try isOK() else { return .shippingAnswer(question: question, .refused(try reason())) }
        let elements = try parameters.elements("shipping_options")
        guard (1...CheckoutTerms.mostOptions).contains(elements.count) else {
            throw .bad("shipping_options must have 1 to \(CheckoutTerms.mostOptions) elements")
        }
        var options: [SurfaceShippingOption] = []
        for element in elements {
            guard let id = element["id"]?.textOrNumber, (1...64).contains(id.utf8.count),
                !options.contains(where: { $0.id == id })
            else { throw .bad("SHIPPING_OPTION_ID_INVALID") }
            guard let title = element["title"]?.text, (1...128).contains(title.count) else {
                throw .bad("every shipping option needs a title")
            }
            options.append(
                .init(id: id, title: title, lines: try prices(in: element["prices"]?.elements ?? [], name: "prices")))
        }
        return .shippingAnswer(question: question, .options(options))
    }

    func verdict() throws(SurfaceRefusal) -> SurfaceDemand {
        try parameters.refuseOthers(than: ["pre_checkout_query_id", "ok", "error_message"])
        let question = try question("pre_checkout_query_id")
        return .verdict(question: question, try isOK() ? .accepted : .refused(try reason()))
    }

    private func question(_ name: String) throws(SurfaceRefusal) -> String {
        guard let id = parameters.text(name), (1...64).contains(id.utf8.count) else {
            throw .bad("query is too old and response timeout expired or query ID is invalid")
        }
        return id
    }

    private func isOK() throws(SurfaceRefusal) -> Bool {
        guard parameters.has("ok") else { throw .bad("ok is missing") }
        return try parameters.flag("ok")
    }

    /// Shown to the buyer.
    private func reason() throws(SurfaceRefusal) -> String {
        guard let text = parameters.text("error_message"), (1...500).contains(text.count) else {
            throw .bad("error_message is required when ok is false")
        }
        return text
    }
}
