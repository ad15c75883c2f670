import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/checkout/sessions/{id}/receipt`: what the bot sends into the conversation once it was paid, ready-made for the chat platforms
/// that have a template for it.
struct CheckoutReceipts: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [Endpoint(.get, "/v1/checkout/sessions/{id}/receipt", .bot(.read(.checkoutSessions)), showReceipt)]
    }

    private func showReceipt(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let id: CheckoutID = try call.identifier(of: "checkout.session")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (bot, mode, renderer, makers) = (call.bot, call.mode, services.renderer, services.options.receipts)
        return try await call.read { reader in
            guard let checkout = try reader.checkout(id), checkout.bot == bot, checkout.mode == mode,
                checkout.share == nil
            else {
                throw APIError.noSuch("checkout.session", id: id.text)
            }
            guard checkout.state == .complete else {
                throw APIError.invalid(
                    nil, code: "checkout_session_not_complete",
                    "This checkout session was not paid; there is no receipt.")
            }
            // A group's is complete when the money of all is taken.
            let payment = try checkout.payment.flatMap(reader.payment)
            guard checkout.isGroup || CheckoutPayment(payment) == .paid else {
                throw APIError.invalid(
                    nil, code: "checkout_session_not_paid",
                    "The money of this checkout session is only held, or was not taken after all; there is no receipt "
                        + "before payment_status is paid.")
            }
            let receipt = try SurfaceReceipt(try renderer.sealing.open(checkout), reader)
            return JSONWriter.object(capacity: 4_096) { json in
                json.field("object", "checkout.receipt")
                json.field("livemode", mode == .live)
                for maker in makers {
                    guard let message = maker.message(for: receipt) else { continue }
                    switch maker.name {
                    case .messenger: json.field("messenger", raw: message)
                    case .telegram: json.field("telegram", raw: message)
                    case .web: json.field("web", raw: message)
                    }
                }
                json.field("session", id)
            }
        }
    }
}

extension SurfaceReceipt {
    fileprivate init(_ opened: OpenedCheckout, _ reader: any StoreReader) throws {
        let (checkout, terms, totals) = (opened.checkout, opened.terms, try opened.totals())
        let charge = try checkout.payment.flatMap(reader.payment)?.latestCharge.flatMap(reader.charge)
        let method = try charge.flatMap { try reader.paymentMethod($0.paymentMethod) }
        self.init(
            recipient: opened.buyer["name"] ?? "", merchant: try reader.bot(checkout.bot)?.name ?? "",
            order: checkout.id.text, currency: checkout.amount.currency,
            // The platform's template has no other place that everybody reads.
            // Whoever pays for somebody else shows them no card.
            method: (checkout.isGroup
                ? "Paid together with friends"
                : opened.payer == .friend ? "Paid by a friend" : Self.words(for: method))
                + (checkout.mode == .test ? " (test payment)" : ""),
            paid: checkout.completed, subtotal: totals.subtotal, shipping: totals.shipping, tax: totals.tax,
            total: totals.total)
        elements = terms.lines.map {
            Element(
                title: $0.label, subtitle: $0.description, quantity: $0.quantity,
                price: $0.unitAmount.multipliedReportingOverflow(by: $0.quantity).partialValue)
        }
        adjustments = terms.discounts.map { SurfaceLine(label: $0.label, minorUnits: -$0.amount) }
        if totals.tip > 0 { adjustments.append(SurfaceLine(label: "Tip", minorUnits: totals.tip)) }
        guard terms.collection.shippingAddress, opened.buyer[AddressPart.line1.name] != nil else { return }
        address = SurfaceAddress(
            street1: opened.buyer[AddressPart.line1.name] ?? "", street2: opened.buyer[AddressPart.line2.name] ?? "",
            city: opened.buyer[AddressPart.city.name] ?? "", state: opened.buyer[AddressPart.state.name] ?? "",
            postalCode: opened.buyer[AddressPart.postalCode.name] ?? "",
            country: opened.buyer[AddressPart.country.name] ?? "")
    }

    private static func words(for method: PaymentMethod?) -> String {
        guard let method else { return "Card" }
        guard method.instrument == .card else { return "PayPal" }
        let brand =
            switch method.brand {
            case .visa: "Visa"
            case .mastercard: "Mastercard"
            case .americanExpress: "American Express"
            }
        return "\(brand) \(method.lastFour.text)"
    }
}
