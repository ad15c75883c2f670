package import Primitives

/// Where the money of a friend transfer comes from, and goes back to.
package enum TransferFunding: Hashable, Sendable {
    case wallet
    case card(PaymentMethodID)
}

/// Why a transfer went back to its sender.
package enum TransferReturnReason: Int64, Hashable, Sendable, CaseIterable {
    case declinedByRecipient = 1
    case canceledBySender = 2
    /// Nobody accepted it in time, or nobody decided about it in time.
    case lapsed = 3
    /// An operator refused it while it was held.
    case rejectedInReview = 4
}

/// Where a friend transfer stands.
package enum FriendTransferState: Hashable, Sendable {
    /// The sender's card is being charged. → `held`, `inFlight`, `accepted`, `failed`
    case funding
    /// Funded, and waiting for an operator. → `inFlight`, `accepted`, `returning`, `returned`
    case held
    /// Waiting for the recipient. → `accepted`, `returning`, `returned`
    case inFlight
    /// In the recipient's wallet. Final.
    case accepted
    /// Going back to the sender's card; the outcome is open. → `returned`
    case returning(TransferReturnReason, OperationID)
    /// Back with the sender: on the card if `refund` names the message that brought it there, else in the wallet. Final.
    case returned(TransferReturnReason, refund: OperationID?)
    /// The card was not charged. Final.
    case failed(Decline)
}

/// Money from one person to another. With card funding its identifier is also the reference of the pull.
package struct FriendTransfer: Hashable, Sendable {
    package let id: FriendTransferID
    package let platform: PlatformID
    package let mode: Mode
    package let sender: PersonID
    package let recipient: PersonID
    package let amount: Money
    package let funding: TransferFunding
    /// Whether it goes into the recipient's wallet without being asked.
    package let acceptsAutomatically: Bool
    package let created: Timestamp
    /// When it lapses if nobody has accepted it.
    package let expires: Timestamp
    package var state: FriendTransferState
    /// Who asked for a return while the funding outcome was open; carried out once it is known.
    package var returnWanted: TransferReturnReason?
    package var connection: ConnectionID?
    /// The approval of the pull, for the way back to the card.
    package var processorReference: String?
    package var note: SealedDetails?
    package var version: Int64
    /// The day (UTC, days since 1970) whose sending limit it counts towards; nil where no limit applied.
    package let countedDay: Int64?
    /// Nil for a transfer that no rule held.
    package var review: ReviewStanding?

    package init(
        id: FriendTransferID, platform: PlatformID, mode: Mode, sender: PersonID, recipient: PersonID, amount: Money,
        funding: TransferFunding, acceptsAutomatically: Bool, created: Timestamp, expires: Timestamp,
        state: FriendTransferState, returnWanted: TransferReturnReason? = nil, connection: ConnectionID? = nil,
        processorReference: String? = nil, note: SealedDetails? = nil, version: Int64 = 0,
        countedDay: Int64? = nil, review: ReviewStanding? = nil
    ) {
        self.id = id
        self.platform = platform
        self.mode = mode
        self.sender = sender
        self.recipient = recipient
        self.amount = amount
        self.funding = funding
        self.acceptsAutomatically = acceptsAutomatically
        self.created = created
        self.expires = expires
        self.state = state
        self.returnWanted = returnWanted
        self.connection = connection
        self.processorReference = processorReference
        self.note = note
        self.version = version
        self.countedDay = countedDay
        self.review = review
    }
}

/// What can happen to a friend transfer.
package enum FriendTransferEvent: Hashable, Sendable {
    case fundingResolved(Outcome)
    /// The recipient takes it, at this moment.
    case accept(at: Timestamp)
    /// The recipient declines, the sender cancels, or time runs out; `refund` names the message back to the card.
    case giveBack(TransferReturnReason, refund: OperationID)
    case refundResolved(OperationID, Outcome)
    /// The card did not take back what this message had brought it.
    case refundBounced(OperationID)
    /// An operator lets it go on, at this moment.
    case release(at: Timestamp)
}

/// What the engine must do in the same commit, or right after it, in this order.
package enum FriendTransferEffect: Hashable, Sendable {
    /// Card money arrived: clearing to in flight.
    case postFunding
    /// In flight to the recipient's wallet.
    case postAcceptance
    /// In flight back to the sender's wallet.
    case postReturnToWallet
    /// In flight back to clearing: the card was refunded.
    case postReturnToCard
    /// Clearing to the sender's wallet: the card did not take it after all.
    case postBounce
    case sendRefund(OperationID)
    case sendAgain(OperationID)
    case askProcessor(OperationID)
    /// Nothing was sent after all: it does not count towards the sender's limit.
    case uncount
    /// Less than was asked for was pulled: give it back.
    case giveBackPart(Approval)
    /// A return was asked for while the outcome was open: start it now.
    case giveBackNow(TransferReturnReason)
    case announce(FriendTransferNews)
}

/// News that become events for the platform.
package enum FriendTransferNews: Hashable, Sendable {
    /// `funding`: what the card is asked for is not known yet.
    case funding, held, inFlight, accepted, returning, returned, failed
}

/// Why a transfer does not do what somebody asked; nothing changed.
package enum FriendTransferRefusal: Error, Hashable, Sendable {
    case alreadyAccepted, alreadyReturned, failed
    /// Its time is over; it is about to go back.
    case expired
    case outcomeUnknown
    /// An operator looks at it first.
    case underReview
    /// There is nothing to release.
    case notHeld
}

/// The answer of the state machine; the cases mean what those of ``PaymentStep`` mean.
package enum FriendTransferStep: Hashable, Sendable {
    case moved(FriendTransfer, [FriendTransferEffect])
    case ignored
    case refused(FriendTransferRefusal)
    case conflict(String)
}

extension FriendTransfer {
    /// The whole behaviour of a friend transfer: pure and total.
    package func step(_ event: FriendTransferEvent) -> FriendTransferStep {
        switch state {
        case .funding: whileFunding(event)
        case .held: whileHeld(event)
        case .inFlight: whileInFlight(event)
        case .accepted: onceAccepted(event)
        case .returning(let reason, let operation): whileReturning(event, reason, operation)
        case .returned(_, let refund): onceReturned(event, refund)
        case .failed: onceFailed(event)
        }
    }

    private func whileFunding(_ event: FriendTransferEvent) -> FriendTransferStep {
        switch event {
        case .fundingResolved(let outcome): funded(outcome)
        case .accept: .refused(.outcomeUnknown)
        case .giveBack(let reason, _):
            returnWanted == nil ? moving { $0.returnWanted = reason } : .ignored
        case .release: .refused(.notHeld)
        case .refundResolved, .refundBounced: .conflict("an answer to a refund that this transfer never sent")
        }
    }

    private func funded(_ outcome: Outcome) -> FriendTransferStep {
        switch outcome {
        case .approved(let approval):
            guard approval.amount == amount else {
                return .conflict("the processor pulled another amount than was asked for")
            }
            let reference = approval.processorReference
            if let reason = returnWanted {
                return moving([.postFunding, .giveBackNow(reason)]) {
                    $0.state = .inFlight
                    $0.processorReference = reference
                }
            }
            guard review != .held else {
                return moving([.postFunding, .announce(.held)]) {
                    $0.state = .held
                    $0.processorReference = reference
                }
            }
            let effects: [FriendTransferEffect] =
                acceptsAutomatically
                ? [.postFunding, .postAcceptance, .announce(.accepted)] : [.postFunding, .announce(.inFlight)]
            return moving(effects) {
                $0.state = $0.acceptsAutomatically ? .accepted : .inFlight
                $0.processorReference = reference
            }
        case .declined(let decline): return failing(decline)
        case .notProcessed(let reason): return failing(reason.decline)
        case .requiresAction: return failing(Decline(reason: .authenticationRequired, isSoft: true))
        case .pending, .unknown: return .moved(self, [.askProcessor(id.retyped())])
        case .approvedPartial(let approval):
            guard approval.amount.currency == amount.currency, approval.amount.minorUnits > 0,
                approval.amount.minorUnits < amount.minorUnits
            else { return .conflict("the processor pulled another amount than was asked for") }
            return failing(.partialApproval, first: [.giveBackPart(approval)])
        }
    }

    private func whileHeld(_ event: FriendTransferEvent) -> FriendTransferStep {
        switch event {
        case .fundingResolved(let outcome):
            outcome.isFinalNo ? .conflict("the processor now denies the pull it had approved") : .ignored
        case .accept: .refused(.underReview)
        case .giveBack(let reason, let refund):
            // What the recipient would decline has not been offered to them yet.
            reason == .declinedByRecipient ? .refused(.underReview) : givingBack(reason, refund)
        case .release(let time): time < expires ? releasing() : .refused(.expired)
        case .refundResolved, .refundBounced: .conflict("an answer to a refund that this transfer never sent")
        }
    }

    private func releasing() -> FriendTransferStep {
        let effects: [FriendTransferEffect] =
            acceptsAutomatically ? [.postAcceptance, .announce(.accepted)] : [.announce(.inFlight)]
        return moving(effects) {
            $0.state = $0.acceptsAutomatically ? .accepted : .inFlight
            $0.review = .released
        }
    }

    private func whileInFlight(_ event: FriendTransferEvent) -> FriendTransferStep {
        switch event {
        case .fundingResolved(let outcome):
            outcome.isFinalNo ? .conflict("the processor now denies the pull it had approved") : .ignored
        case .accept(let time):
            time < expires
                ? moving([.postAcceptance, .announce(.accepted)]) { $0.state = .accepted } : .refused(.expired)
        case .giveBack(let reason, let refund): givingBack(reason, refund)
        case .release: .refused(.notHeld)
        case .refundResolved, .refundBounced: .conflict("an answer to a refund that this transfer never sent")
        }
    }

    private func givingBack(_ reason: TransferReturnReason, _ refund: OperationID) -> FriendTransferStep {
        switch funding {
        case .wallet: moving([.postReturnToWallet, .announce(.returned)]) { $0.state = .returned(reason, refund: nil) }
        case .card:
            moving([.sendRefund(refund), .announce(.returning)]) {
                $0.state = .returning(reason, refund)
                $0.returnWanted = nil
            }
        }
    }

    private func onceAccepted(_ event: FriendTransferEvent) -> FriendTransferStep {
        switch event {
        case .accept: .refused(.alreadyAccepted)
        case .giveBack: .refused(.alreadyAccepted)
        case .release: .refused(.notHeld)
        case .fundingResolved(let outcome):
            outcome.isFinalNo ? .conflict("the processor now denies the pull it had approved") : .ignored
        case .refundResolved, .refundBounced: .conflict("an answer to a refund that this transfer never sent")
        }
    }

    private func whileReturning(
        _ event: FriendTransferEvent, _ reason: TransferReturnReason, _ operation: OperationID
    ) -> FriendTransferStep {
        switch event {
        case .accept: return .refused(.alreadyReturned)
        case .giveBack: return .ignored
        case .release: return .refused(.notHeld)
        case .refundBounced: return .conflict("a refund bounced that had not succeeded")
        case .fundingResolved(let outcome):
            return outcome.isFinalNo ? .conflict("the processor now denies the pull it had approved") : .ignored
        case .refundResolved(let answered, let outcome):
            guard answered == operation else { return lateRefund(outcome) }
            switch outcome {
            case .approved(let approval):
                guard approval.amount == amount else {
                    return .conflict("the processor refunded another amount than was asked for")
                }
                return moving([.postReturnToCard, .announce(.returned)]) {
                    $0.state = .returned(reason, refund: operation)
                }
            case .declined, .notProcessed(.refusedInvalid):
                // The card no longer takes money: the sender gets it into the wallet instead of nowhere.
                return moving([.postReturnToWallet, .announce(.returned)]) {
                    $0.state = .returned(reason, refund: nil)
                }
            case .notProcessed: return .moved(self, [.sendAgain(operation)])
            case .pending, .unknown: return .moved(self, [.askProcessor(operation)])
            case .approvedPartial, .requiresAction:
                return .conflict("the processor answered a refund with something that is not an answer to one")
            }
        }
    }

    private func onceReturned(_ event: FriendTransferEvent, _ refund: OperationID?) -> FriendTransferStep {
        switch event {
        case .accept, .giveBack: return .refused(.alreadyReturned)
        case .release: return .refused(.notHeld)
        case .fundingResolved(let outcome):
            return outcome.isFinalNo ? .conflict("the processor now denies the pull it had approved") : .ignored
        case .refundResolved(let answered, let outcome):
            guard funding != .wallet else { return .conflict("an answer to a refund that this transfer never sent") }
            guard answered == refund else { return lateRefund(outcome) }
            return outcome.isFinalNo ? .conflict("the processor now denies the refund it had accepted") : .ignored
        case .refundBounced(let bounced):
            guard case .returned(let reason, _) = state, let refund, bounced == refund else {
                return .conflict("a refund bounced that this transfer did not go back by")
            }
            return moving([.postBounce, .announce(.returned)]) { $0.state = .returned(reason, refund: nil) }
        }
    }

    /// An answer to a refund that had been given up after a "no": a further "no" is harmless, anything else may mean that
    /// the sender gets the money twice.
    private func lateRefund(_ outcome: Outcome) -> FriendTransferStep {
        outcome.isFinalNo ? .ignored : .conflict("a late answer to a refund that had been given up")
    }

    private func onceFailed(_ event: FriendTransferEvent) -> FriendTransferStep {
        switch event {
        case .accept, .giveBack: .refused(.failed)
        case .release: .refused(.notHeld)
        case .fundingResolved(let outcome):
            outcome.mayHaveMovedMoney ? .conflict("the processor pulled money after it had refused to") : .ignored
        case .refundResolved, .refundBounced: .conflict("an answer to a refund that this transfer never sent")
        }
    }

    private func failing(_ decline: Decline, first effects: [FriendTransferEffect] = []) -> FriendTransferStep {
        moving(effects + (countedDay == nil ? [] : [.uncount]) + [.announce(.failed)]) { $0.state = .failed(decline) }
    }

    private func moving(
        _ effects: [FriendTransferEffect] = [], _ change: (inout FriendTransfer) -> Void
    ) -> FriendTransferStep {
        var next = self
        change(&next)
        return .moved(next, effects)
    }
}
