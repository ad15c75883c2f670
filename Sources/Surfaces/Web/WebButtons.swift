package import Payments
import Ports
import Primitives
import WireKit

/// A link, a piece of HTML and a QR code.
package struct WebButtons: SurfaceButtonMaking {
    package init() {}

    package var name: SurfaceName { .web }

    /// `{url, html, qr_svg, qr_png}`; the PNG in base64. Null for what an address is too long for, or must not be.
    package func button(title: String, url: String) -> [UInt8]? {
        let code = QRCode(url)
        let document: JSONValue = [
            "url": .string(url), "html": .optional(WebButton.html(title: title, url: url)),
            "qr_svg": .optional(code?.svg), "qr_png": .optional(code.map { Base64.encode($0.png()) }),
        ]
        return document.encoded
    }
}
