import AdminContract

/// `GET /metrics`: counters, rates and queues, as text for Prometheus.
struct MetricsFeature: AdminFeature {
    let page: @Sendable () async -> [UInt8]

    var handlers: [AdminRoute: AdminHandler] {
        [
            .metrics: { request in
                try request.allow()
                return await page()
            }
        ]
    }
}
