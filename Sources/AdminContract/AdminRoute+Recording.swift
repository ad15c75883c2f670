/// How the audit log learns of a call.
package enum AdminRecording: Hashable, Sendable {
    /// Not at all: a read that shows nobody's person.
    case no
    /// One row, on disk before the answer leaves: a read of what is known of a person.
    case read
    /// A row before the work begins and one after it ended: the effect is not in our database alone.
    case around
    /// One row in the very commit of the change.
    case within
}

extension AdminRoute {
    /// How the audit log learns of it. Refusals of whatever is recorded are recorded too.
    package var recording: AdminRecording {
        switch self {
        case .person, .personLimits: .read
        case .resolveUnknown, .adjustLedger, .approveProposal, .rejectProposal, .setLimits, .erasePerson,
            .enableConnection, .disableConnection, .approveReview, .rejectReview, .openBook, .setRouting:
            .within
        case .checkRouting, .rotate, .createKey, .revokeKey, .rollKey, .resend, .ask, .makeBackup, .checkBackup,
            .forgetBackup, .closeRecovered:
            .around
        case .pause, .drain, .resume, .reload, .logLevel, .createPlatform, .createBot, .createConnection,
            .acknowledgeBackup, .addAccount, .testConnection, .rollConnection:
            .around
        case .assignCase, .releaseCase, .closeCase, .startSettlement: .within
        case .listen, .stopListening: .within
        case .trigger: .around
        case .requests: .no
        case .examine: .read
        case .continueSettlement, .settlementRecords: .read
        case .setBotFee, .eraseCheckout: .within
        case .checkoutBuyer, .findCheckouts: .read
        case .checkouts, .checkout: .no
        case .botAvailability, .surfaces: .no
        case .setBotAvailability, .enableSurface, .disableSurface: .within
        case .beginPayout, .confirmPayout, .failPayout, .setPayoutSchedule: .within
        case .makeReports: .around
        case .payouts, .payout, .payoutSchedule, .reports, .report, .reportPart, .reportJob, .botRefs: .no
        case .disputes, .dispute, .facts, .botFees: .no
        case .service, .platforms, .cases, .caseFile, .settlements, .settlement: .no
        case .status, .payments, .payment, .transfers, .transfer, .timeline, .accounts, .entries, .verification, .vault,
            .rotation, .keys, .bots, .bot, .people, .webhooks, .deliveries, .unknown, .audit, .auditEntry,
            .auditVerification, .metrics, .backups, .backupJob, .restore, .recovered, .unknownOperation, .proposals,
            .proposal, .limits, .erasures, .erasure, .events, .tail, .event, .connections, .connection, .description,
            .reviews, .review, .riskDecision, .routing, .routingHistory, .explainRouting, .askRouting:
            .no
        }
    }

    /// The names of the body's fields that the audit log may keep: identifiers, amounts and words of our own, never what
    /// somebody wrote.
    package var recordedFields: [String] {
        switch self {
        case .rotate: ["target"]
        case .createKey: ["owner", "kind", "mode"]
        case .rollKey: ["overlap_seconds"]
        case .listen: ["owner"]
        case .trigger: ["event", "owner"]
        case .makeBackup: ["directory", "file", "keep_days"]
        case .checkBackup: ["path"]
        case .createBot: ["platform", "country", "merchant_category"]
        case .createConnection: ["owner", "processor", "mode"]
        case .logLevel: ["level"]
        case .drain: ["seconds"]
        case .addAccount: ["processor", "owner", "mode", "account", "funds_flow"]
        case .resolveUnknown: ["decision", "minor_units"]
        case .openBook: ["compared_by_hand"]
        case .adjustLedger: ["debit", "credit", "minor_units", "currency"]
        case .closeCase: ["resolution", "proposal"]
        case .startSettlement: ["connection", "source", "from", "to"]
        case .settlementRecords: ["first"]
        case .checkRouting: ["platform", "mode", "replay"]
        case .setRouting: ["platform", "mode", "replaces"]
        case .setBotFee: ["currency", "basis_points", "fixed"]
        case .setBotAvailability: ["mode", "feature", "on", "testers_only"]
        case .confirmPayout: ["reference"]
        case .failPayout: ["code"]
        case .setPayoutSchedule: ["mode", "interval", "currency", "minimum"]
        case .makeReports: ["day", "mode", "owner"]
        case .setLimits: ["currency", "per_transfer", "per_day", "per_week"]
        default: []
        }
    }

    /// The names in the template's braces.
    package var parameterNames: [String] {
        template.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}
