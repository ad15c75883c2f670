package import Payments
import Ports
import WireKit

/// A button of a template, which opens a page in the conversation's own window.
package struct MessengerWebButton: SurfaceButtonMaking {
    package init() {}

    package var name: SurfaceName { .messenger }

    /// `{type: web_url, …}`, with a title of at most twenty characters.
    package func button(title: String, url: String) -> [UInt8]? {
        MessengerDialect.webButton(title: String(title.prefix(20)), url: url).encodedInASCII
    }
}
