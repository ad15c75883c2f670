import AdminContract

/// `GET /openapi.yaml`: docs/admin-openapi.yaml, as it is installed.
struct DescriptionFeature: AdminFeature {
    /// Nil when it is not there.
    let content: [UInt8]?

    var handlers: [AdminRoute: AdminHandler] {
        [
            .description: { request in
                try request.allow()
                guard let content else {
                    throw AdminError(
                        .unavailable,
                        "admin-openapi.yaml is not installed beside the daemon, in ../share/florin: install it whole.")
                }
                return content
            }
        ]
    }
}
