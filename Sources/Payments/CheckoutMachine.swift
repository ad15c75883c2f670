package import Primitives

/// How a checkout's payment stands, as far as the checkout cares.
package enum CheckoutPayment: Hashable, Sendable {
    /// None, or one that can be charged: never tried, or declined.
    case none
    /// Sent; the outcome is open, perhaps unknown.
    case underway
    /// The payer was sent away to do something.
    case awaitsPayer
    /// The money is held and not taken: the bot captures it, or an operator looks at it.
    case held
    case paid
    /// Given up.
    case canceled
}

/// What can happen to a checkout.
package enum CheckoutEvent: Hashable, Sendable {
    /// The buyer chose something else, or said something of themself.
    case change
    /// The buyer wants to pay. With a moment: the bot has until then to say no.
    case pay(askingUntil: Timestamp?)
    /// The bot's answer to a question.
    case answered(question: Int64, isYes: Bool)
    /// What became of the payment.
    case looked
    /// Its time is over, or the bot closes it.
    case expire
}

/// What the engine must do in the same commit.
package enum CheckoutEffect: Hashable, Sendable {
    /// Start the payment.
    case charge
    /// Give the payment up that waits for its payer: nothing was taken, and nothing may be taken any more.
    case abandonPayment
    /// Make a share for each of the group.
    case makeShares
    /// The money of all shares is to be taken.
    case takeShares
    /// The money of all shares is to be given back, and what was not paid is not paid any more.
    case giveBackShares
    case announce(CheckoutNews)
}

/// News that become events for the bot.
package enum CheckoutNews: Hashable, Sendable {
    case completed, expired, paidAfterwards, failedAfterwards
}

/// Why a checkout does not do what was asked; nothing changed.
package enum CheckoutRefusal: Error, Hashable, Sendable {
    case complete
    case expired
    /// The bot is being asked, or the outcome of the last attempt is not known.
    case underway
    /// Several people are paying it together, or it is one's share of that: nothing else can be done with it.
    case together
}

/// The answer of a checkout's machine.
package enum CheckoutStep: Hashable, Sendable {
    case moved(Checkout, [CheckoutEffect])
    /// Late, or nothing new.
    case ignored
    case refused(CheckoutRefusal)
}

extension Checkout {
    /// How soon a checkout whose payment is under way is looked at again by itself.
    package static let lookPause = Duration.seconds(1)
    /// How long one is kept that somebody made by following a link, and left untouched.
    package static let keptUntouched = Duration.seconds(7 * 86_400)
    /// Made by somebody who followed a link: nothing was chosen, said or tried since, and no `ref` is counted by it.
    package var isUntouched: Bool { link != nil && refHash == nil && version == 0 }
    /// How soon one whose payer is away, or whose money is only held.
    package static let longLookPause = Duration.seconds(60)

    /// The longer an outcome has been open, the more rarely it is looked at: a processor that is down must not make every
    /// checkout a commit a second.
    package func patience(at now: Timestamp) -> Duration {
        min(max(now.duration(since: created) / 10, Self.lookPause), Self.longLookPause)
    }

    /// The whole behaviour of a checkout: pure and total.
    /// - Parameters:
    ///   - payment: how its payment stands in the same snapshot.
    ///   - now: the machine's time.
    package func step(_ event: CheckoutEvent, _ payment: CheckoutPayment, at now: Timestamp) -> CheckoutStep {
        if let share {
            // What a share is, its whole decides; and nobody pays what is being given back.
            if case .change = event { return .refused(.together) }
            if case .pay = event, share.fate != .gathering { return .refused(.expired) }
        }
        switch state {
        case .open: return whileOpen(event, payment, now)
        case .asking(let question, let until):
            return isGroup ? whileTogether(event) : whileAsking(event, question, until, now)
        case .paying: return isGroup ? whileTogether(event) : whilePaying(event, payment, now)
        case .complete: return onceComplete(event, payment, now)
        case .expired: return onceExpired(event)
        case .gathering: return whileTogether(event)
        }
    }

    private func whileOpen(_ event: CheckoutEvent, _ payment: CheckoutPayment, _ now: Timestamp) -> CheckoutStep {
        // The bot can charge the payment by itself: then that pays the checkout.
        switch payment {
        case .paid, .held, .underway: return following(event, payment, now)
        case .none, .canceled, .awaitsPayer: break
        }
        switch event {
        case .change: return .moved(self, payment == .awaitsPayer ? [.abandonPayment] : [])
        case .pay(let until): return paying(askingUntil: until, now)
        case .answered, .looked: return .ignored
        case .expire: return expiring(payment)
        }
    }

    /// What an event comes to when the payment has gone on without the buyer.
    private func following(_ event: CheckoutEvent, _ payment: CheckoutPayment, _ now: Timestamp) -> CheckoutStep {
        switch event {
        case .change, .pay: .refused(payment == .underway ? .underway : .complete)
        case .answered: .ignored
        case .looked, .expire: looking(payment, now)
        }
    }

    private func whileAsking(
        _ event: CheckoutEvent, _ question: Int64, _ until: Timestamp, _ now: Timestamp
    ) -> CheckoutStep {
        switch event {
        case .change, .pay: return .refused(.underway)
        case .answered(let answered, let isYes):
            guard answered == question else { return .ignored }
            // A yes that comes too late is none: the buyer has been told so, or will be.
            return isYes && now < until ? charging(now) : reopened()
        case .looked: return now >= until ? reopened() : .ignored
        case .expire: return expiring(.none)
        }
    }

    private func whilePaying(_ event: CheckoutEvent, _ payment: CheckoutPayment, _ now: Timestamp) -> CheckoutStep {
        switch (event, payment) {
        case (.answered, _): return .ignored
        case (.looked, _): return looking(payment, now)
        // What the payer was asked to do is not done, and nothing is taken: they may choose again.
        case (.change, .awaitsPayer):
            var next = self
            next.state = .open
            next.due = expires
            return .moved(next, [.abandonPayment])
        case (.pay(let until), .awaitsPayer):
            // A bot that was asked agreed to the first attempt only.
            guard until == nil else {
                guard case .moved(let next, let effects) = paying(askingUntil: until, now) else { return .ignored }
                return .moved(next, [.abandonPayment] + effects)
            }
            return charging(now)
        case (.expire, .awaitsPayer): return expiring(payment)
        case (.change, .none), (.change, .canceled):
            var next = self
            next.state = .open
            next.due = expires
            return .moved(next, [])
        case (.pay(let until), .none), (.pay(let until), .canceled): return paying(askingUntil: until, now)
        case (.expire, .none), (.expire, .canceled): return expiring(.none)
        case (.change, .underway), (.pay, .underway), (.expire, .underway): return .refused(.underway)
        case (.change, .paid), (.pay, .paid), (.expire, .paid), (.change, .held), (.pay, .held), (.expire, .held):
            return .refused(.complete)
        }
    }

    private func onceComplete(_ event: CheckoutEvent, _ payment: CheckoutPayment, _ now: Timestamp) -> CheckoutStep {
        switch event {
        case .change, .pay, .expire: .refused(.complete)
        case .answered: .ignored
        case .looked: isSettled ? .ignored : settling(payment, now)
        }
    }

    private func onceExpired(_ event: CheckoutEvent) -> CheckoutStep {
        switch event {
        case .change, .pay: .refused(.expired)
        case .expire, .answered, .looked: .ignored
        }
    }

    private func paying(askingUntil until: Timestamp?, _ now: Timestamp) -> CheckoutStep {
        guard let until else { return charging(now) }
        var next = self
        next.questions += 1
        next.state = .asking(next.questions, until: until)
        next.due = until
        return .moved(next, [])
    }

    private func charging(_ now: Timestamp) -> CheckoutStep {
        var next = self
        next.state = .paying
        next.due = now.advanced(by: Self.lookPause)
        return .moved(next, [.charge])
    }

    private func reopened() -> CheckoutStep {
        var next = self
        next.state = .open
        next.due = expires
        return .moved(next, [])
    }

    private func expiring(_ payment: CheckoutPayment) -> CheckoutStep {
        var next = self
        next.state = .expired
        next.due = nil
        return .moved(next, (payment == .awaitsPayer ? [.abandonPayment] : []) + [.announce(.expired)])
    }

    private func looking(_ payment: CheckoutPayment, _ now: Timestamp) -> CheckoutStep {
        var next = self
        switch payment {
        case .none, .canceled: return state == .open ? .ignored : reopened()
        case .underway, .awaitsPayer:
            next.state = .paying
            let pause = payment == .underway ? patience(at: now) : Self.longLookPause
            guard let due, due <= now || next.state != state else { return .ignored }
            next.due = now.advanced(by: pause)
            return .moved(next, [])
        case .held, .paid:
            next.state = .complete
            next.completed = now
            next.isSettled = payment == .paid
            next.due = next.isSettled ? nil : now.advanced(by: Self.longLookPause)
            return .moved(next, [.announce(.completed)])
        }
    }

    private func settling(_ payment: CheckoutPayment, _ now: Timestamp) -> CheckoutStep {
        var next = self
        switch payment {
        case .paid:
            next.isSettled = true
            next.due = nil
            return .moved(next, [.announce(.paidAfterwards)])
        case .canceled, .none:
            next.isSettled = true
            next.due = nil
            return .moved(next, [.announce(.failedAfterwards)])
        case .held, .underway, .awaitsPayer:
            guard let due, due <= now else { return .ignored }
            next.due = now.advanced(by: Self.longLookPause)
            return .moved(next, [])
        }
    }
}
