/// Everything the admin API answers, with its method and path. Daemon and CLI both read this list, so they cannot
/// disagree about a path.
package enum AdminRoute: String, Hashable, Sendable, CaseIterable {
    case status = "GET /v1/status"
    case service = "GET /v1/service"
    case pause = "POST /v1/service/pause"
    case drain = "POST /v1/service/drain"
    case resume = "POST /v1/service/resume"
    case reload = "POST /v1/service/reload"
    case logLevel = "POST /v1/service/log-level"
    case platforms = "GET /v1/platforms"
    case createPlatform = "POST /v1/platforms"
    case createBot = "POST /v1/bots"
    case createConnection = "POST /v1/connections"
    case acknowledgeBackup = "POST /v1/vault/backup-acknowledgement"
    case payments = "GET /v1/payments"
    case payment = "GET /v1/payments/{id}"
    case transfers = "GET /v1/transfers"
    case transfer = "GET /v1/transfers/{id}"
    case timeline = "GET /v1/timeline/{id}"
    case accounts = "GET /v1/ledger/accounts"
    case entries = "GET /v1/ledger/accounts/{account}/entries"
    case verification = "GET /v1/ledger/verification"
    case vault = "GET /v1/vault"
    case rotation = "GET /v1/vault/rotation"
    case rotate = "POST /v1/vault/rotation"
    case backups = "GET /v1/backups"
    case makeBackup = "POST /v1/backups"
    case backupJob = "GET /v1/backups/job"
    case checkBackup = "POST /v1/backups/check"
    case forgetBackup = "POST /v1/backups/{id}/forget"
    case restore = "GET /v1/restore"
    case openBook = "POST /v1/restore/open"
    case recovered = "GET /v1/restore/operations"
    case closeRecovered = "POST /v1/restore/operations/{id}/close"
    case keys = "GET /v1/keys"
    case createKey = "POST /v1/keys"
    case revokeKey = "POST /v1/keys/{id}/revoke"
    case rollKey = "POST /v1/keys/{id}/roll"
    case bots = "GET /v1/bots"
    case bot = "GET /v1/bots/{id}"
    case people = "GET /v1/people"
    case person = "GET /v1/people/{id}"
    case webhooks = "GET /v1/webhooks"
    case deliveries = "GET /v1/webhooks/{id}/deliveries"
    case resend = "POST /v1/webhooks/{id}/deliveries/{sequence}/resend"
    case listen = "POST /v1/webhooks/listen"
    case stopListening = "POST /v1/webhooks/{id}/stop"
    case examine = "POST /v1/webhooks/{id}/examine"
    case trigger = "POST /v1/trigger"
    case requests = "GET /v1/requests"
    case unknown = "GET /v1/unknown"
    case ask = "POST /v1/unknown/{id}/ask"
    case unknownOperation = "GET /v1/unknown/{id}"
    case resolveUnknown = "POST /v1/unknown/{id}/resolve"
    case adjustLedger = "POST /v1/ledger/adjustments"
    case proposals = "GET /v1/proposals"
    case proposal = "GET /v1/proposals/{id}"
    case approveProposal = "POST /v1/proposals/{id}/approve"
    case rejectProposal = "POST /v1/proposals/{id}/reject"
    case reviews = "GET /v1/reviews"
    case review = "GET /v1/reviews/{id}"
    case approveReview = "POST /v1/reviews/{id}/approve"
    case rejectReview = "POST /v1/reviews/{id}/reject"
    case riskDecision = "GET /v1/risk/decisions/{id}"
    case limits = "GET /v1/limits"
    case personLimits = "GET /v1/people/{id}/limits"
    case setLimits = "POST /v1/people/{id}/limits"
    case erasePerson = "POST /v1/people/{id}/erase"
    case checkouts = "GET /v1/checkouts"
    case checkout = "GET /v1/checkouts/{id}"
    case checkoutBuyer = "POST /v1/checkouts/{id}/buyer"
    case findCheckouts = "POST /v1/checkouts/search"
    case eraseCheckout = "POST /v1/checkouts/{id}/erase"
    case erasures = "GET /v1/erasures"
    case erasure = "GET /v1/erasures/{id}"
    case events = "GET /v1/events"
    case tail = "GET /v1/events/tail"
    case event = "GET /v1/events/{id}"
    case connections = "GET /v1/connections"
    case connection = "GET /v1/connections/{id}"
    case enableConnection = "POST /v1/connections/{id}/enable"
    case disableConnection = "POST /v1/connections/{id}/disable"
    case description = "GET /openapi.yaml"
    case audit = "GET /v1/audit"
    case auditVerification = "GET /v1/audit/verification"
    case auditEntry = "GET /v1/audit/{number}"
    case addAccount = "POST /v1/connections/accounts"
    case testConnection = "POST /v1/connections/{id}/test"
    case rollConnection = "POST /v1/connections/{id}/credentials"
    case cases = "GET /v1/cases"
    case caseFile = "GET /v1/cases/{id}"
    case assignCase = "POST /v1/cases/{id}/assign"
    case releaseCase = "POST /v1/cases/{id}/release"
    case closeCase = "POST /v1/cases/{id}/close"
    case settlements = "GET /v1/settlements"
    case settlement = "GET /v1/settlements/{id}"
    case startSettlement = "POST /v1/settlements"
    case continueSettlement = "POST /v1/settlements/{id}/continue"
    case settlementRecords = "POST /v1/settlements/{id}/records"
    case routing = "GET /v1/routing"
    case routingHistory = "GET /v1/routing/versions"
    case checkRouting = "POST /v1/routing/check"
    case setRouting = "POST /v1/routing"
    case explainRouting = "GET /v1/routing/payments/{id}"
    case askRouting = "GET /v1/routing/what-if"
    case disputes = "GET /v1/disputes"
    case dispute = "GET /v1/disputes/{id}"
    case facts = "GET /v1/facts"
    case botFees = "GET /v1/bots/{id}/fees"
    case setBotFee = "POST /v1/bots/{id}/fees"
    case botAvailability = "GET /v1/bots/{id}/availability"
    case setBotAvailability = "POST /v1/bots/{id}/availability"
    case surfaces = "GET /v1/surfaces"
    case enableSurface = "POST /v1/surfaces/{id}/enable"
    case disableSurface = "POST /v1/surfaces/{id}/disable"
    case payouts = "GET /v1/payouts"
    case payout = "GET /v1/payouts/{id}"
    case beginPayout = "POST /v1/payouts/{id}/begin"
    case confirmPayout = "POST /v1/payouts/{id}/confirm"
    case failPayout = "POST /v1/payouts/{id}/fail"
    case payoutSchedule = "GET /v1/bots/{id}/payout-schedule"
    case setPayoutSchedule = "POST /v1/bots/{id}/payout-schedule"
    case reports = "GET /v1/reports"
    case report = "GET /v1/reports/{id}"
    case reportPart = "GET /v1/reports/{id}/content"
    case reportJob = "GET /v1/report-job"
    case botRefs = "GET /v1/bots/{id}/refs"
    case makeReports = "POST /v1/reports"
    /// Not JSON: text for Prometheus. The path is the one that scrapers ask by themselves.
    case metrics = "GET /metrics"

    /// `GET` or `POST`. Every POST changes something, and nothing else does.
    package var method: String { String(rawValue.prefix { $0 != " " }) }

    /// The path with its parameters in braces.
    package var template: String { String(rawValue.drop { $0 != " " }.dropFirst()) }

    package var isChange: Bool { method == "POST" }

    /// The least role that may call it: everybody with a role reads, operators act on single objects, admins handle keys.
    package var leastRole: AdminRole {
        switch self {
        case .pause, .drain, .resume, .reload, .logLevel: .operator
        case .createPlatform, .createBot, .createConnection, .acknowledgeBackup, .addAccount, .rollConnection:
            .admin
        case .assignCase, .releaseCase, .closeCase, .startSettlement, .continueSettlement, .settlementRecords: .operator
        case .listen, .trigger: .admin
        case .requests: .viewer
        case .stopListening, .examine: .operator
        case .setBotFee, .eraseCheckout: .admin
        case .checkouts, .checkout: .viewer
        case .checkoutBuyer, .findCheckouts: .operator
        case .botAvailability, .surfaces: .viewer
        case .setBotAvailability, .enableSurface, .disableSurface: .operator
        case .beginPayout, .confirmPayout, .failPayout, .setPayoutSchedule, .makeReports: .operator
        case .payouts, .payout, .payoutSchedule, .reports, .report, .reportPart, .reportJob, .botRefs: .viewer
        case .disputes, .dispute, .facts, .botFees: .viewer
        case .service, .platforms, .cases, .caseFile, .settlements, .settlement: .viewer
        case .resend, .ask, .testConnection, .resolveUnknown, .adjustLedger, .approveProposal, .rejectProposal,
            .setLimits, .enableConnection, .disableConnection, .approveReview, .rejectReview, .checkRouting:
            .operator
        case .rotate, .createKey, .revokeKey, .rollKey, .makeBackup, .checkBackup, .forgetBackup, .erasePerson,
            .openBook,
            .closeRecovered, .setRouting:
            .admin
        case .status, .payments, .payment, .transfers, .transfer, .timeline, .accounts, .entries, .verification, .vault,
            .rotation, .keys, .bots, .bot, .people, .person, .webhooks, .deliveries, .unknown, .audit, .auditEntry,
            .auditVerification, .metrics, .backups, .backupJob, .restore, .recovered, .unknownOperation, .proposals,
            .proposal, .limits, .personLimits, .erasures, .erasure, .events, .tail, .event, .connections, .connection,
            .description, .reviews, .review, .riskDecision, .routing, .routingHistory, .explainRouting, .askRouting:
            .viewer
        }
    }

    /// What the answer is; errors are always JSON.
    package var contentType: String {
        switch self {
        case .metrics: "text/plain; version=0.0.4; charset=utf-8"
        case .description: "application/yaml"
        case .tail: "application/x-ndjson"
        default: "application/json"
        }
    }

    /// The path with `parameters` in the places of the template's braces, in order. Parameters are identifiers and
    /// account names; characters that a path may not hold are escaped.
    package func path(_ parameters: String...) -> String {
        var rest = parameters[...]
        let parts = template.split(separator: "/").map { part in
            part.hasPrefix("{") ? PathText.escape(rest.popFirst() ?? "") : String(part)
        }
        return "/" + parts.joined(separator: "/")
    }

    /// What a request asked for.
    package enum Match: Hashable, Sendable {
        case route(AdminRoute, parameters: [String])
        /// The path exists, but not with this method.
        case otherMethod
        case nothing
    }

    /// - Parameter path: without the query.
    package static func match(method: String, path: String) -> Match {
        let asked = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var isKnownPath = false
        for route in allCases {
            guard let parameters = route.parameters(in: asked) else { continue }
            if route.method == method { return .route(route, parameters: parameters) }
            isKnownPath = true
        }
        return isKnownPath ? .otherMethod : .nothing
    }

    private func parameters(in asked: ArraySlice<Substring>) -> [String]? {
        let parts = template.split(separator: "/")
        guard parts.count == asked.count else { return nil }
        var found: [String] = []
        for (part, given) in zip(parts, asked) {
            if part.hasPrefix("{") {
                guard !given.isEmpty, let text = PathText.unescape(given) else { return nil }
                found.append(text)
            } else if part != given {
                return nil
            }
        }
        return found
    }
}

/// Percent-encoding of one path segment or query value, without Foundation.
package enum PathText {
    /// Leaves letters, digits and `-._~:` as they are.
    package static func escape(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    /// - Returns: nil for a broken escape or bytes that are not UTF-8.
    package static func unescape(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The values of a query such as `limit=5&after=pi_…`.
    /// - Returns: nil when an escape is broken or a name stands twice.
    package static func query(_ text: some StringProtocol) -> [String: String]? {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let name = pair.prefix { $0 != "=" }
            guard let key = unescape(name), let value = unescape(pair.dropFirst(name.count).dropFirst()),
                values.updateValue(value, forKey: key) == nil
            else { return nil }
        }
        return values
    }
}
