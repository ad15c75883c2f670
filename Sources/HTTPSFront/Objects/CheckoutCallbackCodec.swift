package import Engine
package import Payments
package import Primitives

/// Questions to bots about their checkouts, and what they answer. A question has the form of an event.
package struct CheckoutCallbackCodec: CheckoutCallbackCoding {
    package init() {}

    package func question(
        _ question: CheckoutQuestion, named id: RequestID, checkout: [UInt8], livemode: Bool, answerBy: Timestamp,
        at now: Timestamp
    ) -> [UInt8] {
        JSONWriter.object(capacity: checkout.count + 300) { json in
            json.field("id", id)
            json.field("object", "callback")
            json.field("answer_by", answerBy)
            json.field("api_version", Renderer.apiVersion)
            json.field("created", now)
            json.object("data") { $0.field("object", raw: checkout) }
            json.field("livemode", livemode)
            json.field("type", question.name)
        }
    }

    package func reply(to question: CheckoutQuestion, _ body: [UInt8]) -> CheckoutReply? {
        do {
            let parameters = try body.withUnsafeBytes { body in
                try Parameters.parse(
                    query: UnsafeRawBufferPointer(start: nil, count: 0), body: body, contentType: "application/json")
            }
            let reply =
                switch question {
                case .approve: try approval(parameters)
                case .reprice: try repricing(parameters)
                }
            try parameters.finish()
            return reply
        } catch {
            // Whatever is wrong with it: nothing was said.
            return nil
        }
    }

    /// `{"approve": true}`, or false with a `message` for the buyer. Nothing else is a yes.
    private func approval(_ parameters: Parameters) throws(APIError) -> CheckoutReply? {
        let message = try parameters.optionalString("message", max: 200)
        switch try parameters.bool("approve") {
        case true?: return .agreed(CheckoutRepricing())
        case false?: return .refused(message)
        case nil: return nil
        }
    }

    /// What changes, or `error` with words for the buyer. An empty object leaves everything as it is.
    private func repricing(_ parameters: Parameters) throws(APIError) -> CheckoutReply? {
        if let error = try parameters.optionalString("error", max: 200) { return .refused(error) }
        var repricing = CheckoutRepricing()
        for line in try parameters.objects("line_items", maxCount: CheckoutTerms.mostLines) {
            let id: LineItemID = try line.identifier("id", of: "line_item")
            repricing.unitAmounts[id] = try line.optionalInteger("unit_amount", in: 0...V1Amounts.largest)
            repricing.quantities[id] = try line.optionalInteger("quantity", in: 0...CheckoutTerms.mostQuantity)
        }
        if parameters.find("discount_lines") != nil { repricing.discounts = try parameters.discountLines() }
        repricing.tax = try parameters.optionalInteger("tax_amount", in: 0...V1Amounts.largest)
        if parameters.find("shipping_options") != nil {
            var options: [ShippingOption] = []
            for option in try parameters.objects("shipping_options", maxCount: CheckoutTerms.mostOptions) {
                options.append(
                    ShippingOption(
                        id: try option.string("id", max: 64), label: try option.string("display_name", max: 100),
                        amount: try option.integer("amount", in: 0...V1Amounts.largest)))
            }
            guard Set(options.map(\.id)).count == options.count else { return nil }
            repricing.shipping = options
        }
        return .agreed(repricing)
    }
}
