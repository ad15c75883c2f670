/// Makes a short secret slow to guess.
package protocol PINStretching: Sendable {
    /// The same for the same input, on every machine of an installation. Takes tens of milliseconds of one processor and
    /// some megabytes, off the caller's thread; bounded in how many wait.
    /// - Parameters:
    ///   - secret: a keyed hash of the PIN, never the PIN itself.
    ///   - salt: 16 bytes.
    /// - Returns: 32 bytes.
    func stretch(_ secret: [UInt8], salt: [UInt8]) async throws(PINStretchError) -> [UInt8]
}

/// Why nothing was computed.
package enum PINStretchError: Error, Hashable, Sendable {
    /// Too many wait already.
    case busy
    /// libcrypto failed, or there is no such thing here.
    case unavailable
}

/// For installations, and tests, without PINs.
package struct NoPINStretching: PINStretching {
    package init() {}

    package func stretch(_: [UInt8], salt _: [UInt8]) async throws(PINStretchError) -> [UInt8] { throw .unavailable }
}
