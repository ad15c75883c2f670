import Engine
import HTTPTypes
import Payments
import Ports
import Primitives

/// `/v1/bots`: the merchants of a platform.
struct Bots: Sendable {
    let services: APIServices

    var endpoints: [Endpoint] {
        [
            Endpoint(.post, "/v1/bots", .platform(.write(.bots)), create),
            Endpoint(.get, "/v1/bots", .platform(.read(.bots)), list),
            Endpoint(.get, "/v1/bots/{id}", .platform(.read(.bots)), retrieve),
        ]
    }

    private func create(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let parameters = call.parameters
        let name = try parameters.string("name", max: 80)
        let legalName = try parameters.string("legal_name", max: 200)
        let category = try category(parameters)
        let country = try country(parameters)
        guard let descriptor = try parameters.statementDescriptor() else {
            throw APIError.missing("statement_descriptor")
        }
        let expansions = try call.expansions(of: .nothing)
        try call.finish()
        return try await services.parties.createBot(
            name: name, legalName: legalName, merchantCategory: category, country: country,
            statementDescriptor: descriptor, platform: call.platform, call.caller(expanding: expansions))
    }

    /// Four digits (ISO 18245), as a text because of leading zeros.
    private func category(_ parameters: Parameters) throws(APIError) -> Int64 {
        let code = try parameters.integer("merchant_category_code", in: 0...9_999)
        guard code > 0 else {
            throw .invalid("merchant_category_code", "merchant_category_code must be a code of ISO 18245, four digits.")
        }
        return code
    }

    private func country(_ parameters: Parameters) throws(APIError) -> String {
        let country = try parameters.string("country", max: 8)
        guard country.utf8.count == 2, country.utf8.allSatisfy({ ($0 & ~0x20) >= 0x41 && ($0 & ~0x20) <= 0x5A }) else {
            throw .invalid(
                "country", code: "country_code_invalid", "country must be a two-letter code of ISO 3166-1, such as DE.")
        }
        return country.uppercased()
    }

    private func retrieve(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let id: BotID = try call.identifier(of: "bot")
        _ = try call.expansions(of: .nothing)
        try call.finish()
        let (platform, renderer) = (call.platform, services.renderer)
        return try await call.read { reader in
            guard let bot = try reader.bot(id), bot.platform == platform else {
                throw APIError.noSuch("bot", id: id.text)
            }
            return try renderer.bot(bot, reader)
        }
    }

    private func list(_ call: APICall<PlatformPrincipal>) async throws -> Answer {
        let page = try call.page(of: "bot", by: BotKind.self)
        _ = try call.expansions(of: .nothing, inList: true)
        try call.finish()
        let (platform, renderer) = (call.platform, services.renderer)
        return try await call.read(page) { reader, page in
            try reader.bots(of: platform, page).rendered(url: "/v1/bots") { renderer.write($0, into: &$1) }
        }
    }
}
