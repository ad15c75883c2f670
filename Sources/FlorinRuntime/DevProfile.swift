import Foundation

/// What `florind dev` tells the one who tries it out, as `dev.json` in the state directory.
struct DevProfile: Codable, Sendable {
    struct DevPerson: Codable, Sendable {
        var id: String
        var name: String
        /// A saved debit card.
        var payment_method: String
    }

    struct DevCustomer: Codable, Sendable {
        var id: String
        var payment_method: String
    }

    var base_url: String
    var ca_file: String
    var admin_socket: String
    var platform: String
    var platform_key: String
    var bot: String
    var bot_key: String
    var publishable_key: String
    /// A customer of the bot with a saved card.
    var customer: DevCustomer
    var people: [DevPerson]

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
