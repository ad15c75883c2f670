package import Payments
package import Primitives

/// Questions about sessions of people.
package protocol PersonSessionReading: AnyObject {
    func personSession(_ id: PersonSessionID) throws -> PersonSession?
    func personSession(codeHash: [UInt8]) throws -> PersonSession?
    func personSession(tokenHash: [UInt8]) throws -> PersonSession?
    func personSessions(of person: PersonID, mode: Mode, _ page: PageRequest) throws -> Page<PersonSession>
    /// How many of the person's sessions end after `time` and were not revoked.
    func countPersonSessions(of person: PersonID, endingAfter time: Timestamp) throws -> Int64
}

/// Changes of sessions of people.
package protocol PersonSessionWriting: AnyObject {
    func insert(_ session: PersonSession) throws
    /// Gives a session its token, once.
    /// - Returns: false when it has one already or was revoked; nothing was changed.
    func exchange(_ id: PersonSessionID, tokenHash: [UInt8], at time: Timestamp) throws -> Bool
    /// - Returns: false when it was revoked before.
    func revokePersonSession(_ id: PersonSessionID, at time: Timestamp) throws -> Bool
    /// Revokes every session of the person that was not.
    /// - Returns: how many of them had not ended by themselves.
    func revokePersonSessions(of person: PersonID, at time: Timestamp) throws -> Int
    /// Deletes sessions that ended before `time`, at most `limit`.
    /// - Returns: how many.
    func deletePersonSessions(endedBefore time: Timestamp, limit: Int) throws -> Int
}
