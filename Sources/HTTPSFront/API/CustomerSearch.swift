import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/customers/search`: buyers by e-mail address, name, phone number, metadata and time. All but the time is sealed
/// personal data, so texts are found as a whole, by their keyed hashes.
struct CustomerSearches: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [Endpoint(.get, "/v1/customers/search", .bot(.read(.customers)), search)]
    }

    private func search(_ call: APICall<BotPrincipal>) async throws -> Answer {
        let query = try SearchQuery(call.parameters.string("query", max: SearchQuery.longest))
        let limit = try call.pageLimit()
        let after: CustomerID? = try call.parameters.optionalIdentifier("page", of: "page")
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let wanted = try Wanted(query)
        let hashes = wanted.terms.map(services.parties.lookup)
        let page = PageRequest(
            limit: limit, cursor: after.map { .after(SIMD2($0.high, $0.low)) } ?? .newest,
            createdFrom: wanted.from, createdBefore: wanted.before)
        let (bot, mode, renderer) = (call.bot, call.mode, services.renderer)
        return try await call.read { reader in
            let found =
                hashes.isEmpty
                ? try reader.customers(of: bot, mode: mode, emailHash: nil, page)
                : try reader.customers(of: bot, mode: mode, foundUnder: hashes, page)
            return try JSONWriter.object(capacity: 200 + found.items.count * 800) { json in
                json.field("object", "search_result")
                try json.array("data") { json in
                    for customer in found.items { try renderer.write(customer, into: &json) }
                }
                json.field("has_more", found.hasMore)
                json.field("next_page", found.hasMore ? found.items.last?.id.text : nil)
                json.field("url", "/v1/customers/search")
            }
        }
    }
}

extension CustomerSearches {
    /// What a query asks of a customer.
    private struct Wanted {
        private(set) var terms: [CustomerTerm] = []
        private(set) var from: Timestamp?
        private(set) var before: Timestamp?

        init(_ query: SearchQuery) throws(APIError) {
            for clause in query.clauses {
                if clause.field == "created" { try note(clause) } else { terms.append(try Self.term(clause)) }
            }
            guard terms.count <= CustomerSearch.mostTerms else {
                throw SearchQuery.refused("names more than \(CustomerSearch.mostTerms) texts")
            }
        }

        private static func term(_ clause: SearchQuery.Clause) throws(APIError) -> CustomerTerm {
            guard ["email", "name", "phone", "metadata"].contains(clause.field) else {
                throw SearchQuery.refused("names a field that customers are not searched by")
            }
            guard clause.comparison == .equal, clause.isText, (clause.key != nil) == (clause.field == "metadata") else {
                throw SearchQuery.refused("compares a text in a way that is not supported")
            }
            switch (clause.field, clause.key) {
            case ("email", _): return .email(clause.value)
            case ("name", _): return .name(clause.value)
            case ("phone", _): return .phone(clause.value)
            default: return .metadata(key: clause.key ?? "", value: clause.value)
            }
        }

        private mutating func note(_ clause: SearchQuery.Clause) throws(APIError) {
            guard clause.key == nil, let second = Int64(clause.value), (0...253_402_300_798).contains(second) else {
                throw SearchQuery.refused("compares created with something that is no second")
            }
            let (lower, upper): (Int64?, Int64?) =
                switch clause.comparison {
                case .equal: (second, second + 1)
                case .greater: (second + 1, nil)
                case .greaterOrEqual: (second, nil)
                case .less: (nil, second)
                case .lessOrEqual: (nil, second + 1)
                }
            if let lower { from = [from, Timestamp(seconds: lower)].compactMap { $0 }.max() }
            if let upper { before = [before, Timestamp(seconds: upper)].compactMap { $0 }.min() }
        }
    }
}
