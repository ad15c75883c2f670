import Primitives

/// The pages that people pay on, each a shell that is the same for everybody with one style and one script, and nothing from
/// anywhere else.
package struct HostedPages: Sendable {
    /// A file to be served as it is.
    package struct Asset: Sendable {
        /// With a part of its hash, so that it may be kept for ever.
        package let path: String
        package let contentType: String
        package let body: [UInt8]
        /// For the `integrity` attribute of what loads it.
        package let integrity: String
    }

    package let checkoutStyle: Asset
    package let checkoutScript: Asset
    /// What shops load, under the name of its version; and once more under a name that always brings the newest.
    package let shopScript: Asset
    package let shopTypes: [UInt8] = Array(ShopTypes.source.utf8)
    /// Where a buyer shares what a checkout asks for, before they pay: UTF-8 HTML, to be served at `/checkout/{id}/information`.
    package let information: [UInt8]
    package let informationTag: String
    package let informationScript: Asset
    /// UTF-8 HTML, to be served at `/checkout/{id}` with ``contentSecurityPolicy``.
    package let checkout: [UInt8]
    /// Changes with the page; weak (RFC 9110, section 8.8.1), so that it holds for the page compressed or not.
    package let checkoutTag: String
    /// Nothing but the page's own style, script and calls; no inline code, no `eval`, no form that goes anywhere.
    package let contentSecurityPolicy: String

    /// - Parameters:
    ///   - framedBy: origins that may show the pages in a frame; nobody else may.
    ///   - sha384: hashes what is published.
    package init(framedBy: [String] = [], sha384: ([UInt8]) -> [UInt8]) {
        checkoutStyle = Asset(
            "/checkout/assets/page", "css", "text/css; charset=utf-8", Lean.lines(of: CheckoutStyle.css), sha384)
        checkoutScript = Asset(
            "/checkout/assets/checkout", "js", "text/javascript; charset=utf-8",
            Lean.script(CheckoutScript.source), sha384)
        let source = Array(ShopScript.source.utf8)
        shopScript = Asset(
            path: "/sdk/\(ShopScript.version)/florin.js", contentType: "text/javascript; charset=utf-8", body: source,
            integrity: "sha384-" + Base64.encode(sha384(source)))
        informationScript = Asset(
            "/checkout/assets/information", "js", "text/javascript; charset=utf-8", InformationScript.source, sha384)
        information = Array(
            InformationShell.html(
                style: (checkoutStyle.path, checkoutStyle.integrity),
                script: (informationScript.path, informationScript.integrity)
            ).utf8)
        informationTag = "\"\(Hex.encode(Array(sha384(information).prefix(12))))\""
        checkout = Array(
            Lean.lines(
                of: CheckoutShell.html(
                    style: (checkoutStyle.path, checkoutStyle.integrity),
                    script: (checkoutScript.path, checkoutScript.integrity))
            ).utf8)
        checkoutTag = "W/\"\(Hex.encode(Array(sha384(checkout).prefix(12))))\""
        contentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
            + "frame-ancestors \(framedBy.isEmpty ? "'none'" : framedBy.joined(separator: " "))"
    }

    package var assets: [Asset] { [checkoutStyle, checkoutScript] }
}

extension HostedPages.Asset {
    /// - Parameter name: path without the hash and the suffix.
    init(_ name: String, _ suffix: String, _ contentType: String, _ text: String, _ sha384: ([UInt8]) -> [UInt8]) {
        let body = Array(text.utf8)
        let hash = sha384(body)
        self.init(
            path: "\(name).\(Hex.encode(Array(hash.prefix(8)))).\(suffix)", contentType: contentType, body: body,
            integrity: "sha384-" + Base64.encode(hash))
    }
}
