import Engine
import Payments
import Ports
import Primitives

extension APICall {
    /// Reads `limit`, `starting_after`, `ending_before` and `created`.
    func page<Kind: IdentifierKind>(of object: StaticString, by _: Kind.Type) throws(APIError) -> PageRequest {
        let limit = try pageLimit()
        let after: Identifier<Kind>? = try parameters.optionalIdentifier("starting_after", of: object)
        let before: Identifier<Kind>? = try parameters.optionalIdentifier("ending_before", of: object)
        let cursor: PageRequest.Cursor
        switch (after, before) {
        case (nil, nil): cursor = .newest
        case (let after?, nil): cursor = .after(SIMD2(after.high, after.low))
        case (nil, let before?): cursor = .before(SIMD2(before.high, before.low))
        case (_?, _?): throw .invalid("ending_before", "Send starting_after or ending_before, not both.")
        }
        let created = try createdRange()
        return PageRequest(limit: limit, cursor: cursor, createdFrom: created.from, createdBefore: created.before)
    }

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
