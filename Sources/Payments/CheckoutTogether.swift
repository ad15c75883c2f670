package import Primitives

/// Of a checkout that several people pay together: how many, and until when they have to be there.
package struct CheckoutGroup: Hashable, Sendable {
    /// How many people there may be.
    package static let sizes: ClosedRange<Int64> = 2...20
    /// How long the others have.
    package static let time = Duration.seconds(86_400)

    package let people: Int64
    /// By the bot's clock, where it has one of its own.
    package let until: Timestamp

    package init(people: Int64, until: Timestamp) {
        self.people = people
        self.until = until
    }

    /// Equal parts of an amount; the first ones pay one step more where it does not come out even. A step is one minor unit; of
    /// currencies with three decimals it is ten of them, as cards take no thousandths.
    /// - Returns: nil when somebody would have nothing to pay.
    package static func parts(of amount: Money, among people: Int64) -> [Money]? {
        let step: Int64 = amount.currency.exponent == 3 && amount.minorUnits.isMultiple(of: 10) ? 10 : 1
        let steps = amount.minorUnits / step
        guard people > 0, steps >= people else { return nil }
        let (part, rest) = steps.quotientAndRemainder(dividingBy: people)
        return (0..<people).map {
            Money(minorUnits: (part + ($0 < rest ? 1 : 0)) * step, currency: amount.currency)
        }
    }
}

/// What is to become of the money of a share. Stored, so that whoever finds a share after a crash knows what to do.
package enum CheckoutFate: Int64, Hashable, Sendable, CaseIterable {
    /// It is held until all are there. → `take`, `giveBack`
    case gathering = 1
    /// Everything is there and the bot agreed: it is taken. → `giveBack`
    case take = 2
    /// It is released, or refunded if it was taken. Final.
    case giveBack = 3
}

/// One person's part of a checkout that several pay together. It is a checkout of its own, whose payment holds the money first.
package struct CheckoutShare: Hashable, Sendable {
    /// How often a processor is asked to take a share's money, or to give it back, before the answer counts as final.
    package static let mostTries: Int64 = 5

    package let whole: CheckoutID
    /// From 1.
    package let number: Int64
    package var fate: CheckoutFate
    /// How often its ``fate`` was begun at the processor.
    package var tries: Int64
    /// When somebody was sent to it last; it is reserved for nobody.
    package var claimed: Timestamp?

    package init(
        whole: CheckoutID, number: Int64, fate: CheckoutFate = .gathering, tries: Int64 = 0, claimed: Timestamp? = nil
    ) {
        self.whole = whole
        self.number = number
        self.fate = fate
        self.tries = tries
        self.claimed = claimed
    }

    /// How long to wait for the next try.
    package var pause: Duration {
        var pause = Duration.seconds(1)
        for _ in 1..<max(min(tries, Self.mostTries), 1) { pause *= 4 }
        return min(pause, .seconds(60))
    }
}

/// What is to be done next with the money of a share.
package enum CheckoutShareWork: Hashable, Sendable {
    /// Nothing, and nothing later.
    case nothing
    /// Nothing yet: an outcome is open, or somebody else decides.
    case wait
    case capture
    /// Give the payment up: held money is released, and what is under way is given back once its truth is known.
    case release
    case refund
}

extension CheckoutShare {
    /// What follows from a share's fate and its payment: pure and total.
    package func work(_ payment: Payment?) -> CheckoutShareWork {
        guard let payment else { return .nothing }
        switch fate {
        case .gathering, .take:
            switch payment.state {
            case .succeeded, .canceled: return .nothing
            case .authorized:
                guard fate == .take, !payment.isUnderReview, tries < Self.mostTries else { return .wait }
                return .capture
            case .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .authorizing, .capturing, .voiding,
                .incrementing:
                return .wait
            }
        case .giveBack:
            switch payment.state {
            case .canceled: return .nothing
            case .requiresPaymentMethod, .requiresConfirmation, .requiresAction: return .release
            // The cancel is carried out once the outcome is known.
            case .authorizing, .capturing, .incrementing: return payment.cancellation == nil ? .release : .wait
            case .voiding: return .wait
            case .authorized: return tries < Self.mostTries ? .release : .nothing
            case .succeeded:
                guard payment.refundable > 0 else { return payment.refunding > 0 ? .wait : .nothing }
                return tries < Self.mostTries ? .refund : .nothing
            }
        }
    }

    /// How this share stands for its whole.
    package func standing(_ payment: Payment?) -> CheckoutShares {
        switch payment?.state {
        case .succeeded: .taken
        case .authorized:
            if payment?.isUnderReview == true {
                .open
            } else {
                fate == .take && tries >= Self.mostTries ? .lost : .there
            }
        case .capturing, .incrementing: .there
        case .authorizing, .voiding, .requiresAction: .open
        // Before everybody was there, somebody else can pay it.
        case nil, .requiresPaymentMethod, .requiresConfirmation, .canceled: fate == .gathering ? .open : .lost
        }
    }
}

/// How the shares of a checkout stand, all of them together.
package enum CheckoutShares: Hashable, Sendable {
    /// Somebody has not paid, or it is not known yet.
    case open
    /// The money of each is held, or taken.
    case there
    /// The money of each is taken.
    case taken
    /// The money of one cannot be taken any more.
    case lost

    /// What the shares come to, each by its own standing.
    package init(_ each: [CheckoutShares]) {
        self =
            if each.isEmpty { .open } else if each.contains(.lost) { .lost } else if each.contains(.open) { .open } else
            {
                each.contains(.there) ? .there : .taken
            }
    }
}

/// What can happen to a checkout that several people pay together, or want to.
package enum CheckoutGroupEvent: Hashable, Sendable {
    /// Whoever buys asks others to pay with them.
    case begin(CheckoutGroup)
    /// Whoever buys stops it.
    case stop
    /// How the shares stand. With a moment: the bot has until then to say no.
    case looked(askingUntil: Timestamp?)
    /// The bot's answer to a question.
    case answered(question: Int64, isYes: Bool)
}

extension Checkout {
    /// Whether it is, or was, paid by several people: not one of their shares.
    package var isGroup: Bool { group != nil && share == nil }

    /// The behaviour of a checkout that several people pay together: pure and total. What is the same for every checkout
    /// (time, the bot closes it, somebody wants to change it) is in ``step(_:_:at:)``.
    /// - Parameters:
    ///   - shares: how its shares stand in the same snapshot.
    ///   - now: the machine's time.
    package func step(_ event: CheckoutGroupEvent, _ shares: CheckoutShares, at now: Timestamp) -> CheckoutStep {
        // A share is one person's.
        guard share == nil else { return .refused(.together) }
        switch state {
        case .open: return whileOpen(event)
        case .gathering: return whileGathering(event, shares, now)
        case .asking(let question, let until): return whileAsking(event, question, until, shares, now)
        case .paying: return whileTaking(event, shares, now)
        case .complete: return onceOver(event, .complete)
        case .expired: return onceOver(event, .expired)
        }
    }

    private func whileOpen(_ event: CheckoutGroupEvent) -> CheckoutStep {
        switch event {
        case .begin(let group):
            var next = self
            next.state = .gathering
            next.group = group
            next.due = group.until
            // What was begun alone is given up: it could be made beside the shares.
            return .moved(next, (payment == nil ? [] : [.abandonPayment]) + [.makeShares])
        case .stop, .looked, .answered: return .ignored
        }
    }

    private func whileGathering(
        _ event: CheckoutGroupEvent, _ shares: CheckoutShares, _ now: Timestamp
    ) -> CheckoutStep {
        switch event {
        case .begin(let other): return other.people == group?.people ? .ignored : .refused(.together)
        case .stop: return givingBack()
        case .answered: return .ignored
        case .looked(let until):
            switch shares {
            case .there, .taken: break
            case .open, .lost:
                // Somebody touched it: from now on it waits for its end again.
                guard let group, let due, due <= now, due != group.until else { return .ignored }
                var next = self
                next.due = group.until
                return .moved(next, [])
            }
            guard let until else { return taking(now) }
            var next = self
            next.questions += 1
            next.state = .asking(next.questions, until: until)
            next.due = until
            return .moved(next, [])
        }
    }

    private func whileAsking(
        _ event: CheckoutGroupEvent, _ question: Int64, _ until: Timestamp, _ shares: CheckoutShares,
        _ now: Timestamp
    ) -> CheckoutStep {
        guard isGroup else {
            if case .begin = event { return .refused(.underway) }
            return .ignored
        }
        switch event {
        case .begin, .stop: return .refused(.underway)
        case .answered(let answered, let isYes):
            guard answered == question else { return .ignored }
            guard isYes, now < until else { return givingBack() }
            switch shares {
            case .there, .taken: return taking(now)
            // A share went away meanwhile: the bot is asked anew when all are there again.
            case .open, .lost: return gatheringAgain(now)
            }
        // Nobody waits for the answer any more: a no would have been stored. The bot is asked anew.
        case .looked: return now >= until ? gatheringAgain(now) : .ignored
        }
    }

    private func whileTaking(
        _ event: CheckoutGroupEvent, _ shares: CheckoutShares, _ now: Timestamp
    ) -> CheckoutStep {
        guard isGroup else {
            if case .begin = event { return .refused(.underway) }
            return .ignored
        }
        switch event {
        case .begin, .stop: return .refused(.underway)
        case .answered: return .ignored
        case .looked: break
        }
        switch shares {
        case .taken:
            var next = self
            next.state = .complete
            next.completed = now
            next.isSettled = true
            next.due = nil
            return .moved(next, [.announce(.completed)])
        case .lost: return givingBack()
        case .open, .there:
            guard let due, due <= now else { return .ignored }
            var next = self
            next.due = now.advanced(by: patience(at: now))
            return .moved(next, [])
        }
    }

    private func onceOver(_ event: CheckoutGroupEvent, _ refusal: CheckoutRefusal) -> CheckoutStep {
        switch event {
        case .begin, .stop: .refused(refusal)
        case .looked, .answered: .ignored
        }
    }

    private func taking(_ now: Timestamp) -> CheckoutStep {
        var next = self
        next.state = .paying
        next.due = now.advanced(by: Self.lookPause)
        return .moved(next, [.takeShares])
    }

    private func gatheringAgain(_ now: Timestamp) -> CheckoutStep {
        var next = self
        next.state = .gathering
        next.due = now
        return .moved(next, [])
    }

    /// Everybody gets back what they paid, and whoever buys may choose again.
    private func givingBack() -> CheckoutStep {
        var next = self
        next.state = .open
        next.group = nil
        next.due = expires
        return .moved(next, [.giveBackShares])
    }

    /// What the events of every checkout come to while a group pays.
    func whileTogether(_ event: CheckoutEvent) -> CheckoutStep {
        switch event {
        case .change, .pay: return .refused(.together)
        case .answered, .looked: return .ignored
        case .expire:
            // What has begun to be taken is taken.
            if case .paying = state { return .refused(.underway) }
            var next = self
            next.state = .expired
            next.due = nil
            return .moved(next, [.giveBackShares, .announce(.expired)])
        }
    }
}
