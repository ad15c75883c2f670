import Foundation

/// What `florind dev` tells the one who tries it out, as `dev.json` in the state directory.
struct DevProfile: Codable, Sendable {
    struct DevPerson: Codable, Sendable {
        var id: String
        var name: String
        /// A saved debit card.
        var paymentMethod: String

        enum CodingKeys: String, CodingKey {
            case id, name
            case paymentMethod = "payment_method"
        }
    }

    struct DevCustomer: Codable, Sendable {
        var id: String
        var paymentMethod: String

        enum CodingKeys: String, CodingKey {
            case id
            case paymentMethod = "payment_method"
        }
    }

    var baseURL: String
    var caFile: String
    var adminSocket: String
    var platform: String
    var platformKey: String
    var bot: String
    var botKey: String
    var publishableKey: String
    /// A customer of the bot with a saved card.
    var customer: DevCustomer
    var people: [DevPerson]
    /// The demonstration chat, with what lets a browser in; another one at each start.
    var demoURL: String?
    /// The base URL of each simulated processor; nil when none is played.
    var simulators: [String: String]?

    enum CodingKeys: String, CodingKey {
        case platform, bot, customer, people, simulators
        case demoURL = "demo_url"
        case baseURL = "base_url"
        case caFile = "ca_file"
        case adminSocket = "admin_socket"
        case platformKey = "platform_key"
        case botKey = "bot_key"
        case publishableKey = "publishable_key"
    }

    static let fileName = "dev.json"

    /// - Returns: nil when there is none, or not a whole one.
    static func load(from state: StateDirectory) -> DevProfile? {
        state.read(fileName).flatMap { try? JSONDecoder().decode(DevProfile.self, from: Data($0)) }
    }

    func store(in state: StateDirectory) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try state.replace(Self.fileName, with: Array(encoder.encode(self)) + [UInt8(ascii: "\n")])
    }
}
