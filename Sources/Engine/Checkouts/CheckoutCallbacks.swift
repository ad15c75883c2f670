package import Payments
import Ports
package import Primitives

/// What a bot is asked about its checkout.
package enum CheckoutQuestion: Hashable, Sendable {
    /// The buyer chose something else, or said where to deliver to: does the price change?
    case reprice
    /// The last word before the charge.
    case approve

    /// As the `type` field of a question has it.
    package var name: StaticString {
        switch self {
        case .reprice: "checkout.session.reprice"
        case .approve: "checkout.session.approve"
        }
    }
}

/// How a bot changes the price. Nil leaves a thing as it is.
package struct CheckoutRepricing: Hashable, Sendable {
    package var unitAmounts: [LineItemID: Int64] = [:]
    package var quantities: [LineItemID: Int64] = [:]
    package var discounts: [CheckoutPart]?
    package var shipping: [ShippingOption]?
    package var tax: Int64?

    package init() {}

    /// The terms after it.
    /// - Returns: nil when it names a line that is not there, does not add up, or is nothing that cards can be charged.
    func applied(to terms: CheckoutTerms, in currency: Currency) -> CheckoutTerms? {
        var next = terms
        for (id, amount) in unitAmounts {
            guard let index = next.lines.firstIndex(where: { $0.id == id }) else { return nil }
            next.lines[index].unitAmount = amount
        }
        for (id, quantity) in quantities {
            guard let index = next.lines.firstIndex(where: { $0.id == id }) else { return nil }
            next.lines[index].quantity = quantity
        }
        if let discounts { next.discounts = discounts }
        if let tax { next.tax = tax }
        if let shipping {
            next.shipping = shipping
            if next.shippingOption == nil { next.chosenShipping = shipping.first?.id }
        }
        return (try? next.checkedTotals(in: currency)) == nil ? nil : next
    }
}

/// What a bot says.
package enum CheckoutReply: Hashable, Sendable {
    case agreed(CheckoutRepricing)
    /// No, with words for the buyer.
    case refused(String?)
}

/// How questions and answers are written. Implemented by the front, as everything else that is JSON.
package protocol CheckoutCallbackCoding: Sendable {
    /// The question around the checkout's JSON object.
    func question(
        _ question: CheckoutQuestion, named id: RequestID, checkout: [UInt8], livemode: Bool, answerBy: Timestamp,
        at now: Timestamp
    ) -> [UInt8]
    /// - Returns: nil for what means nothing: then nothing was said.
    func reply(to question: CheckoutQuestion, _ body: [UInt8]) -> CheckoutReply?
}

/// Asks bots. Whoever gets no clear answer in time has got none.
struct CheckoutAsker: Sendable {
    let transport: any CallbackTransport
    let coding: any CheckoutCallbackCoding
    let secrets: WebhookSecrets
    let randomness: any Randomness
    let clock: any WallClock
    /// Asks those who sell in a chat platform's words.
    let surfaces: SurfaceAsker
    let open: OpenQuestions

    /// How long a bot has.
    var deadline: Duration { surfaces.deadline }
    /// A question is over for certain after this: the deadline, and room for the commits around it.
    var patience: Duration { deadline + .seconds(5) }
    private static let longestAnswer = 64 * 1_024

    /// - Parameters:
    ///   - opened: the checkout as it would be.
    ///   - object: the same as JSON.
    /// - Returns: nil for silence, an error, or nonsense, and when the bot has enough to answer already.
    func ask(_ question: CheckoutQuestion, _ url: String, _ opened: OpenedCheckout, _ object: [UInt8]) async
        -> CheckoutReply?
    {
        await open.ask(opened.checkout.bot) { await put(question, url, opened, object) }
    }

    private func put(
        _ question: CheckoutQuestion, _ url: String, _ opened: OpenedCheckout, _ object: [UInt8]
    ) async -> CheckoutReply? {
        guard !url.hasPrefix(SurfaceAsker.scheme) else { return await surfaces.ask(question, opened) }
        let checkout = opened.checkout
        let (now, deadline) = (clock.now(), deadline)
        let id: RequestID = randomness.identifier(at: now)
        let body = coding.question(
            question, named: id, checkout: object, livemode: checkout.mode == .live,
            answerBy: now.advanced(by: deadline), at: now)
        let secret = Array(secrets.ofCallbacks(checkout.bot, checkout.mode).exposed().utf8)
        let headers = secrets.signatures(of: body, named: id.text, [Redacted(secret)], at: now)
        let result = await transport.ask(
            url: url, headers: headers, body: body, deadline: deadline, maximumBytes: Self.longestAnswer)
        guard case .answered(let status, let answer) = result, (200..<300).contains(status) else { return nil }
        return coding.reply(to: question, answer)
    }
}

/// Understands nobody.
struct NoCallbackCoding: CheckoutCallbackCoding {
    func question(
        _ question: CheckoutQuestion, named id: RequestID, checkout: [UInt8], livemode: Bool, answerBy: Timestamp,
        at now: Timestamp
    ) -> [UInt8] { [] }
    func reply(to question: CheckoutQuestion, _ body: [UInt8]) -> CheckoutReply? { nil }
}
