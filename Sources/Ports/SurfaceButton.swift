package import Payments

/// Makes what a bot shows in a conversation so that a checkout opens.
package protocol SurfaceButtonMaking: Sendable {
    var name: SurfaceName { get }

    /// One JSON object, ready to be sent as the platform wants it.
    /// - Parameters:
    ///   - title: of a few words, for people.
    ///   - url: where the checkout is.
    /// - Returns: nil when the platform has no button for such an address.
    func button(title: String, url: String) -> [UInt8]?
}
