package import Primitives

/// A configured account at a processor.
package struct Connection: Hashable, Sendable {
    package let id: ConnectionID
    package let owner: Owner
    package let mode: Mode
    /// The adapter's name, `sandbox`.
    package let processor: String
    package let fundsFlow: FundsFlow
    package var isEnabled: Bool
    package let created: Timestamp

    package init(
        id: ConnectionID, owner: Owner, mode: Mode, processor: String, fundsFlow: FundsFlow, isEnabled: Bool = true,
        created: Timestamp
    ) {
        self.id = id
        self.owner = owner
        self.mode = mode
        self.processor = processor
        self.fundsFlow = fundsFlow
        self.isEnabled = isEnabled
        self.created = created
    }
}
