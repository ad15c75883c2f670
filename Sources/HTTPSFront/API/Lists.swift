import Engine
import Payments
import Ports
import Primitives

/// A page that was asked for, and the object that it begins at.
struct ListRequest: Sendable {
    let page: PageRequest
    fileprivate let start: Start?

    fileprivate struct Start: Sendable {
        let kind: ListedKind
        let bits: SIMD2<UInt64>
        let error: APIError
    }
}

extension APICall {
    /// Reads `limit`, `starting_after`, `ending_before` and `created`.
    func page<Kind: ListedIdentifierKind>(of object: StaticString, by _: Kind.Type) throws(APIError) -> ListRequest {
        let cursor: ListCursor<Kind>? = try cursor(of: object)
        let created = try createdRange()
        return ListRequest(
            page: PageRequest(
                limit: try pageLimit(), cursor: cursor?.cursor ?? .newest, createdFrom: created.from,
                createdBefore: created.before),
            start: cursor.map {
                .init(kind: Kind.listed, bits: SIMD2($0.id.high, $0.id.low), error: $0.unknown(object))
            })
    }

    /// Reads `starting_after` and `ending_before`.
    func cursor<Kind: IdentifierKind>(of object: StaticString) throws(APIError) -> ListCursor<Kind>? {
        let after: Identifier<Kind>? = try parameters.optionalIdentifier("starting_after", of: object)
        let before: Identifier<Kind>? = try parameters.optionalIdentifier("ending_before", of: object)
        switch (after, before) {
        case (nil, nil): return nil
        case (let after?, nil): return ListCursor(id: after, isAfter: true)
        case (nil, let before?): return ListCursor(id: before, isAfter: false)
        case (_?, _?): throw .invalid("ending_before", "Send starting_after or ending_before, not both.")
        }
    }
}

/// Where a page begins, as it was said.
struct ListCursor<Kind: IdentifierKind>: Sendable {
    let id: Identifier<Kind>
    /// By `starting_after`; else by `ending_before`.
    let isAfter: Bool

    var cursor: PageRequest.Cursor { isAfter ? .after(SIMD2(id.high, id.low)) : .before(SIMD2(id.high, id.low)) }

    /// The error for an object that is not there, or is not the caller's.
    func unknown(_ object: StaticString) -> APIError {
        .noSuch(object, id: id.text, parameter: isAfter ? "starting_after" : "ending_before")
    }
}

extension APICall where Principal: CallingPrincipal {
    /// Answers with a page of a list, read in one snapshot. A page that is to begin at an object which is not there, or is not
    /// the caller's, is refused: an empty page would end a walk as if everything had been seen.
    func read(
        _ list: ListRequest, _ body: @escaping @Sendable (any StoreReader, PageRequest) throws -> [UInt8]
    ) async throws -> Answer {
        let (owner, mode) = (owner.bits, mode)
        return try await read { reader in
            if let start = list.start {
                guard let home = try reader.home(of: start.bits, start.kind), home.owner == owner,
                    home.mode ?? mode == mode
                else { throw start.error }
            }
            return try body(reader, list.page)
        }
    }
}

/// An identifier that lists go by.
protocol ListedIdentifierKind: IdentifierKind {
    static var listed: ListedKind { get }
}

extension BotKind: ListedIdentifierKind { static var listed: ListedKind { .bot } }
extension ChargeKind: ListedIdentifierKind { static var listed: ListedKind { .charge } }
extension CheckoutKind: ListedIdentifierKind { static var listed: ListedKind { .checkout } }
extension CustomerKind: ListedIdentifierKind { static var listed: ListedKind { .customer } }
extension DisputeKind: ListedIdentifierKind { static var listed: ListedKind { .dispute } }
extension EventKind: ListedIdentifierKind { static var listed: ListedKind { .event } }
extension FriendTransferKind: ListedIdentifierKind { static var listed: ListedKind { .friendTransfer } }
extension PaymentKind: ListedIdentifierKind { static var listed: ListedKind { .payment } }
extension PaymentLinkKind: ListedIdentifierKind { static var listed: ListedKind { .paymentLink } }
extension PaymentMethodKind: ListedIdentifierKind { static var listed: ListedKind { .paymentMethod } }
extension PayoutKind: ListedIdentifierKind { static var listed: ListedKind { .payout } }
extension PayoutDestinationKind: ListedIdentifierKind { static var listed: ListedKind { .payoutDestination } }
extension PersonKind: ListedIdentifierKind { static var listed: ListedKind { .person } }
extension PersonSessionKind: ListedIdentifierKind { static var listed: ListedKind { .personSession } }
extension RefundKind: ListedIdentifierKind { static var listed: ListedKind { .refund } }
extension ReportRunKind: ListedIdentifierKind { static var listed: ListedKind { .report } }
extension SetupIntentKind: ListedIdentifierKind { static var listed: ListedKind { .setupIntent } }
extension TestClockKind: ListedIdentifierKind { static var listed: ListedKind { .testClock } }
extension WalletMovementKind: ListedIdentifierKind { static var listed: ListedKind { .walletMovement } }
extension WebhookEndpointKind: ListedIdentifierKind { static var listed: ListedKind { .webhookEndpoint } }

extension APICall {
    func pageLimit() throws(APIError) -> Int {
        Int(try parameters.optionalInteger("limit", in: 1...100) ?? 10)
    }

    /// `created` is a second, or an object of bounds.
    func createdRange() throws(APIError) -> (from: Timestamp?, before: Timestamp?) {
        let seconds: ClosedRange<Int64> = 0...253_402_300_799
        guard parameters.isObject("created"), let bounds = try parameters.object("created") else {
            guard let second = try parameters.optionalInteger("created", in: seconds) else { return (nil, nil) }
            return (Timestamp(seconds: second), Timestamp(seconds: second + 1))
        }
        let from = [
            try bounds.optionalInteger("gt", in: seconds).map { $0 + 1 },
            try bounds.optionalInteger("gte", in: seconds),
        ]
        let before = [
            try bounds.optionalInteger("lt", in: seconds),
            try bounds.optionalInteger("lte", in: seconds).map { $0 + 1 },
        ]
        return (
            from.compactMap { $0 }.max().map { Timestamp(seconds: $0) },
            before.compactMap { $0 }.min().map { Timestamp(seconds: $0) }
        )
    }
}

extension Page {
    /// The list object around these items.
    func rendered(url: String, _ write: (Item, inout JSONWriter) throws -> Void) rethrows -> [UInt8] {
        try JSONWriter.object(capacity: 200 + items.count * 1_500) { json in
            json.field("object", "list")
            try json.array("data") { json in
                for item in items { try write(item, &json) }
            }
            json.field("has_more", hasMore)
            json.field("url", url)
        }
    }
}
