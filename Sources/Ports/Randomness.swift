package import Primitives

/// Cryptographic randomness, injected so that a simulation can repeat itself from a seed.
package protocol Randomness: Sendable {
    /// 128 unpredictable bits.
    func next() -> (UInt64, UInt64)
    /// `count` unpredictable bytes, at most 1 024.
    func bytes(_ count: Int) -> [UInt8]
}

extension Randomness {
    /// A new identifier that sorts by creation time.
    package func identifier<Kind>(at time: Timestamp, _: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(at: time, random: next())
    }

    /// A new identifier without any order: for card tokens and secrets.
    package func unorderedIdentifier<Kind>(_: Kind.Type = Kind.self) -> Identifier<Kind> {
        let bits = next()
        return Identifier(high: bits.0, low: bits.1)
    }
}
