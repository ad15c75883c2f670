import Primitives

/// The demonstration chat, to be served by try-outs only.
package struct DemoPages: Sendable {
    package let assets: [HostedPages.Asset]
    /// UTF-8 HTML, to be served at `/demo` with ``contentSecurityPolicy``.
    package let page: [UInt8]
    /// Changes with the page.
    package let tag: String
    package let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// - Parameter sha384: hashes what is published.
    package init(sha384: ([UInt8]) -> [UInt8]) {
        let pages = HostedPages(sha384: sha384)
        let style = HostedPages.Asset("/demo/assets/demo", "css", "text/css; charset=utf-8", DemoStyle.css, sha384)
        let script = HostedPages.Asset(
            "/demo/assets/demo", "js", "text/javascript; charset=utf-8", DemoScript.source, sha384)
        assets = [style, script]
        page = Array(
            DemoShell.html(
                style: (style.path, style.integrity),
                scripts: [pages.shopScript, script].map { ($0.path, $0.integrity) }
            ).utf8)
        tag = "\"\(Hex.encode(Array(sha384(page).prefix(12))))\""
    }
}
