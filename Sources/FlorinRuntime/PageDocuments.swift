import HTTPSFront
import HostedPages
import OpenSSLVault

/// The pages that people pay on, as the front serves them.
struct PageDocuments: Sendable {
    private let pages: HostedPages

    init(_ configuration: PagesConfiguration) {
        pages = HostedPages(framedBy: configuration.framedBy, sha384: SHA384Digest.hash)
    }

    var all: [ServedDocument] {
        let pages = pages
        let shopScript = Gzip.compress(pages.shopScript.body)
        return (pages.assets + [pages.informationScript]).map { asset in
            // The name holds the hash: what is behind it never changes.
            ServedDocument(
                path: asset.path, contentType: asset.contentType, cacheControl: "public, max-age=31536000, immutable",
                gzipped: Gzip.compress(asset.body)
            ) { asset.body }
        } + [
            ServedDocument(
                path: pages.shopScript.path, contentType: pages.shopScript.contentType,
                cacheControl: "public, max-age=31536000, immutable", isForOtherOrigins: true, gzipped: shopScript
            ) { pages.shopScript.body },
            ServedDocument(
                path: "/sdk/florin.js", contentType: pages.shopScript.contentType, cacheControl: "public, max-age=300",
                isForOtherOrigins: true, gzipped: shopScript
            ) { pages.shopScript.body },
            ServedDocument(
                path: "/sdk/florin.d.ts", contentType: "text/plain; charset=utf-8", cacheControl: "public, max-age=300",
                isForOtherOrigins: true
            ) { pages.shopTypes },
            ServedDocument(
                path: "/checkout/{id}", contentType: "text/html; charset=utf-8",
                contentSecurityPolicy: pages.contentSecurityPolicy, cacheControl: "no-cache", tag: pages.checkoutTag,
                gzipped: Gzip.compress(pages.checkout)
            ) { pages.checkout },
            ServedDocument(
                path: "/checkout/{id}/information", contentType: "text/html; charset=utf-8",
                contentSecurityPolicy: pages.contentSecurityPolicy, cacheControl: "no-cache", tag: pages.informationTag
            ) { pages.information },
        ]
    }
}
