package import Primitives

package enum TestClockKind: IdentifierKind { package static var prefix: String { "clock" } }
package typealias TestClockID = Identifier<TestClockKind>

/// The test mode of one owner. There is no such value for live mode: whatever is given one cannot reach real money.
package struct TestOwner: Hashable, Sendable {
    package let owner: Owner

    /// The owner's test objects; what is asked of them by live keys is for the caller to refuse.
    package init(_ owner: Owner) { self.owner = owner }

    /// - Returns: nil for live mode.
    package init?(_ owner: Owner, _ mode: Mode) {
        guard mode == .test else { return nil }
        self.owner = owner
    }
}

/// A clock that its owner turns: what falls due in the owner's test mode falls due by it. Real time never waits for it: once
/// the machine's clock has passed it, it says what the machine's clock says (docs/adr/0028).
package struct TestClock: Hashable, Sendable {
    /// Raw values are stored.
    package enum Status: Int64, Hashable, Sendable, CaseIterable {
        /// → `advancing`
        case ready = 1
        /// What falls due on the way is being done. → `ready`, `internalFailure`
        case advancing = 2
        /// Something on the way could not be done. → `advancing` again, when its owner asks for it
        case internalFailure = 3
    }

    package let id: TestClockID
    package let owner: TestOwner
    package let name: String?
    package let created: Timestamp
    /// When it is deleted by itself, in real time.
    package let deletesAfter: Timestamp
    /// What it shows. While it advances, this moves from one thing that falls due to the next.
    package var frozen: Timestamp
    /// Where it is being advanced to.
    package var target: Timestamp?
    package var status: Status

    package init(
        id: TestClockID, owner: TestOwner, name: String?, created: Timestamp, deletesAfter: Timestamp,
        frozen: Timestamp, target: Timestamp? = nil, status: Status = .ready
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.created = created
        self.deletesAfter = deletesAfter
        self.frozen = frozen
        self.target = target
        self.status = status
    }

    /// How far before the machine's clock a new clock may stand: two machines' clocks differ.
    package static let furthestBehind = Duration.seconds(3_600)
    /// How far before the machine's clock any clock may ever get.
    package static let furthestAhead = Duration.seconds(2 * 366 * 86_400)
    /// How long a clock lives.
    package static let lifetime = Duration.seconds(30 * 86_400)
    /// The longest name, in characters.
    package static let longestName = 300
}
