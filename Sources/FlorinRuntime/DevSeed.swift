import Engine
import Foundation
import Payments
import Ports
import Primitives
import SQLStore

/// Makes the cast of the try-out: a platform, a bot with a customer, two people with cards. Runs once per state directory.
struct DevSeed {
    let books: Books
    let useCases: UseCases
    let clock: any WallClock
    let randomness: any Randomness

    struct SeedFailure: Error, CustomStringConvertible {
        let description: String
    }

    /// The connection every try-out has: the embedded sandbox, settling to the platform.
    func connection(for platform: PlatformID) async throws -> Connection {
        if let existing = try await books.store.read({ try $0.connections() }).first(where: {
            $0.processor == "sandbox" && $0.mode == .test && $0.owner == .platform(platform)
        }) {
            return existing
        }
        let now = clock.now()
        let connection = Connection(
            id: randomness.identifier(at: now), owner: .platform(platform), mode: .test, processor: "sandbox",
            fundsFlow: .toPlatform, created: now)
        try await books.store.write { try $0.insert(connection) }
        return connection
    }

    func platform() async throws -> PlatformID {
        if let existing = try await books.store.read({ try $0.platforms() }).first { return existing.id }
        let now = clock.now()
        let platform = Platform(id: randomness.identifier(at: now), name: "Florin Dev Chat", created: now)
        try await books.store.write { try $0.insert(platform) }
        return platform.id
    }

    /// Everything else, with new keys: earlier ones cannot be shown again.
    func cast(_ platform: PlatformID) async throws -> DevProfile {
        let caller = caller(.platform(platform))
        let bot = try await botID(platform, caller)
        let botCaller = self.caller(.bot(bot))
        let customer = try await created(
            useCases.parties.createCustomer(profile: named("Casey Customer", "casey@example.com"), bot: bot, botCaller),
            CustomerID.init)
        let card = try await savedCard("4242424242424242", with: .customer(customer), botCaller)
        var people: [DevProfile.DevPerson] = []
        for (name, number) in [("Ada", "4000056655665556"), ("Ben", "5200828282828210")] {
            var profile = named(name, "\(name.lowercased())@example.com")
            profile["reference"] = "dev-\(name.lowercased())-\(Hex.encode(randomness.bytes(4)))"
            let person = try await created(
                useCases.parties.createPerson(profile: profile, platform: platform, caller), PersonID.init)
            let method = try await savedCard(number, with: .person(person), caller)
            people.append(.init(id: person.text, name: name, paymentMethod: method.text))
        }
        return DevProfile(
            baseURL: "", caFile: "", adminSocket: "", platform: platform.text,
            platformKey: try await key(.secret, .platform(platform), "dev platform"), bot: bot.text,
            botKey: try await key(.secret, .bot(bot), "dev bot"),
            publishableKey: try await key(.publishable, .bot(bot), "dev browser"),
            customer: .init(id: customer.text, paymentMethod: card.text), people: people)
    }

    private func botID(_ platform: PlatformID, _ caller: Caller) async throws -> BotID {
        try await created(
            useCases.parties.createBot(
                name: "Florist Bot", legalName: "Florist Bot GmbH", merchantCategory: 5992, country: "DE",
                statementDescriptor: "FLORIST BOT", platform: platform, caller), BotID.init)
    }

    private func savedCard(
        _ number: String, with holder: PaymentMethodHolder, _ caller: Caller
    ) async throws -> PaymentMethodID {
        let year = clock.now().yearAndMonth.year + 5
        guard let expiry = CardExpiry(month: 12, year: min(year, 2099)) else {
            throw SeedFailure(description: "the machine's clock is beyond 2099")
        }
        let card = NewCard(
            number: try CardNumber(parsing: number.utf8), expiry: expiry, securityCode: nil, billing: DetailFields())
        let method = try await created(useCases.cards.createPaymentMethod(card, caller), PaymentMethodID.init)
        _ = try await useCases.cards.attach(method, to: holder, self.caller(caller.owner))
        return method
    }

    private func key(_ kind: APIKeyKind, _ owner: Owner, _ label: String) async throws -> String {
        try await useCases.access.issue(kind, owner: owner, mode: .test, label: label).text.exposed()
    }

    private func caller(_ owner: Owner) -> Caller {
        Caller(owner: owner, mode: .test, request: randomness.identifier(at: clock.now()))
    }

    private func named(_ name: String, _ email: String) -> DetailFields {
        var fields = DetailFields()
        fields["name"] = name
        fields["email"] = email
        return fields
    }

    /// The identifier in an answer.
    private func created<Kind>(_ answer: Answer, _ parse: (String) -> Identifier<Kind>?) throws -> Identifier<Kind> {
        let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        guard answer.status == 200, let text = object?["id"] as? String, let id = parse(text) else {
            throw SeedFailure(description: "the try-out could not be prepared: \(answer.status)")
        }
        return id
    }
}
