package import Payments
import Ports
import WireKit

/// A button of an inline keyboard.
package struct TelegramButton: SurfaceButtonMaking {
    package init() {}

    package var name: SurfaceName { .telegram }

    /// `{text, url}`. Telegram opens only addresses it could reach itself.
    package func button(title: String, url: String) -> [UInt8]? {
        let document: JSONValue = ["text": .string(title), "url": .string(url)]
        return document.encoded
    }
}
