import Yams

/// The reference that people read, made from the document that programs read (docs/openapi.yaml): one page with everything
/// on it, its style and its filter, without a single outside resource.
package struct APIReference: Sendable {
    /// UTF-8 HTML, to be served at `/docs` with ``contentSecurityPolicy``.
    package let page: [UInt8]
    /// To be served at `/docs/reference.css`.
    package static let style = Array(ReferenceAssets.style.utf8)
    /// To be served at `/docs/reference.js`. Without it the page only lacks its filter.
    package static let script = Array(ReferenceAssets.script.utf8)
    /// Nothing but the page's own style and script, and nobody may frame it.
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// Reads an OpenAPI 3.1 document in YAML. What it does not understand is left out, never guessed.
    /// - Returns: nil when that is no such document.
    package init?(document: [UInt8]) {
        guard let root = try? Yams.compose(yaml: String(decoding: document, as: UTF8.self)),
            let description = Description(root)
        else { return nil }
        page = Array(ReferencePage(description).html.utf8)
    }
}
