import Foundation
import Testing

@testable import HTTPSFront

@Suite("Cutting answers")
struct JSONShapeTests {
    private func cut(_ json: String, _ shape: JSONShape) -> String? {
        shape.cut(Array(json.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(
        "members are kept, left out, nulled and cut deeper",
        arguments: [
            (JSONShape.whole, #"{"a":1,"b":[1,{"c":"}"}]}"#, #"{"a":1,"b":[1,{"c":"}"}]}"#),
            (.only(["b": .whole]), #"{"a":1,"b":"x\"},","c":null}"#, #"{"b":"x\"},"}"#),
            (.only([:]), #"{"a":1}"#, "{}"),
            (.only(["a": .whole]), "{}", "{}"),
            (.except(["a": .absent]), #"{"a":{"x":[1,2]},"b":2,"c":3}"#, #"{"b":2,"c":3}"#),
            (.except(["b": .null]), #"{"a":1,"b":{"x":1},"c":3}"#, #"{"a":1,"b":null,"c":3}"#),
            (
                .list(of: .only(["id": .whole])), #"{"data":[{"id":1,"x":2},{"x":3,"id":4}],"n":0}"#,
                #"{"data":[{"id":1},{"id":4}],"n":0}"#
            ),
            (.list(of: .only(["id": .whole])), #"{"data":[]}"#, #"{"data":[]}"#),
            (.only(["a": .only(["b": .whole])]), #"{"a":null,"c":1}"#, #"{"a":null}"#),
            (.only(["a": .only(["b": .whole])]), #"{"a":{"b":-1.5,"d":true}}"#, #"{"a":{"b":-1.5}}"#),
        ] as [(JSONShape, String, String)])
    func shapes(shape: JSONShape, json: String, expected: String) {
        #expect(cut(json, shape) == expected)
    }

    @Test(
        "what is no JSON of ours is not shown at all",
        arguments: ["", "{", #"{"a"}"#, #"{"a":1"#, #"{"a":1}}"#, #"{"a":"x}"#, "[1,", #"{"a":}"#, #"{"a":1,}"#])
    func broken(json: String) {
        #expect(cut(json, .only(["a": .whole])) == nil)
        #expect(cut(json, .except(["b": .null])) == nil)
    }

    @Test("depth is bounded")
    func depth() {
        let deep = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect(cut(deep, .whole) == nil)
    }
}
