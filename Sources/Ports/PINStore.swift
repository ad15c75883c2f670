package import Payments

/// Questions about payment PINs.
package protocol PINReading {
    func pin(of person: PersonID) throws -> PersonPIN?
}

/// Changes of payment PINs.
package protocol PINWriting: PINReading {
    /// The person has none.
    func insert(_ pin: PersonPIN) throws
    /// - Throws: ``StoreConflict`` when it is not the version that was read.
    func update(_ pin: PersonPIN) throws
    /// - Returns: false when there was none.
    func removePIN(of person: PersonID) throws -> Bool
}
