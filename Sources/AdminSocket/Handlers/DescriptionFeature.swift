import AdminContract

/// `GET /openapi.yaml`: docs/admin-openapi.yaml as it was when this was built.
struct DescriptionFeature: AdminFeature {
    var handlers: [AdminRoute: AdminHandler] {
        [
            .description: { request in
                try request.allow()
                return Array(AdminDescription.text.description.utf8)
            }
        ]
    }
}
