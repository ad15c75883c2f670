import APIReference
import HTTPSFront
import Synchronization

/// The description of the API as programs and people read it. The page for people is made when the first one asks.
final class APIDocuments: Sendable {
    private let description: [UInt8]?
    private let page = Mutex<[UInt8]?>(nil)

    /// - Parameter description: docs/openapi.yaml; nil when it was not found.
    init(_ description: [UInt8]?) { self.description = description }

    /// Nothing where there is no description.
    var all: [ServedDocument] {
        guard let description else { return [] }
        return [
            ServedDocument(path: "/openapi.yaml", contentType: "application/yaml; charset=utf-8") { description },
            ServedDocument(
                path: "/docs", contentType: "text/html; charset=utf-8",
                contentSecurityPolicy: APIReference.contentSecurityPolicy
            ) { self.reference(of: description) },
            ServedDocument(path: "/docs/reference.css", contentType: "text/css; charset=utf-8") { APIReference.style },
            ServedDocument(path: "/docs/reference.js", contentType: "text/javascript; charset=utf-8") {
                APIReference.script
            },
        ]
    }

    private func reference(of description: [UInt8]) -> [UInt8]? {
        page.withLock { page in
            if page == nil { page = APIReference(document: description)?.page }
            return page
        }
    }
}
