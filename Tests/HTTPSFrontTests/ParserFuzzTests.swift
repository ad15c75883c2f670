import FlorinTesting
import Foundation
import Testing

@testable import HTTPSFront

@Suite("The parsers under random input")
struct ParserFuzzTests {
    private static let corpus = [
        "amount=2000&currency=usd&card[number]=4242424242424242&metadata[a]=b&expand[]=x&i[0][p]=1&i[1][p]=%C3%BC+",
        #"{"amount":2000,"card":{"number":"4242424242424242","cvc":"123"},"list":[1,-2.5e3,true,null,"\ud83d\ude00\n"]}"#,
    ]
    private static let spice = Array("{}[]\",:\\%&=+0123456789aeu.-\u{0}\u{7F}ÿ\n ".utf8)

    /// Seeded by FLORIN_FUZZ_SEED, or by the same seed each time.
    @Test("never crash, stay within their bounds, and answer with a 4xx that is itself valid JSON")
    func fuzz() throws {
        let seed = ProcessInfo.processInfo.environment["FLORIN_FUZZ_SEED"].flatMap { UInt64($0) } ?? 20_261_121
        let random = SeededRandomness(seed: seed)
        var accepted = 0
        for round in 0..<20_000 {
            let isJSON = round.isMultiple(of: 2)
            let body = mutate(Array(Self.corpus[isJSON ? 1 : 0].utf8), random)
            do {
                let parameters = try parse(body, contentType: isJSON ? "application/json" : nil)
                accepted += 1
                let tree = parameters.state.tree
                try #require(
                    tree.nodes.count <= 1_001 && tree.text.count <= 2 * body.count, "seed \(seed) round \(round)")
                readEverything(parameters)
            } catch let error as APIError {
                try #require((400..<500).contains(error.status), "seed \(seed) round \(round)")
                let json = error.json(requestID: nil)
                try #require(JSONChecker.isValid(json), "seed \(seed) round \(round)")
            }
        }
        #expect(accepted > 100, "the mutations should leave some bodies valid")
    }

    private func readEverything(_ parameters: Parameters) {
        _ = try? parameters.integer("amount")
        _ = try? parameters.string("currency")
        _ = try? parameters.metadata()
        _ = try? parameters.strings("expand")
        _ = try? parameters.objects("i")
        _ = try? parameters.object("card")?.rawBytes("number")
        try? parameters.finish()
    }

    private func mutate(_ body: [UInt8], _ random: SeededRandomness) -> [UInt8] {
        var body = body
        var random = random
        for _ in 0..<Int.random(in: 1...6, using: &random) where !body.isEmpty {
            let at = Int.random(in: 0..<body.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: body[at] = Self.spice.randomElement(using: &random) ?? 0
            case 1: body.insert(Self.spice.randomElement(using: &random) ?? 0, at: at)
            case 2: body.remove(at: at)
            case 3: body[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            default:
                let end = min(body.count, at + Int.random(in: 1...20, using: &random))
                body.insert(contentsOf: body[at..<end], at: Int.random(in: 0...body.count, using: &random))
            }
        }
        return body
    }
}
