import Primitives
import Testing

@testable import HTTPSFront

private enum Capture: String, CaseIterable { case automatic, manual }

@Suite("Reading parameters")
struct ParametersTests {
    @Test(
        "takes whole numbers from digits and from JSON integers",
        arguments: [
            ("0", Int64(0)), ("2000", 2_000), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
        ])
    func integers(text: String, value: Int64) throws {
        #expect(try parseForm("n=\(text)").integer("n") == value)
        #expect(try parseJSON("{\"n\":\(text)}").integer("n") == value)
    }

    @Test(
        "refuses what is not a whole number in range, naming the parameter",
        arguments: [
            "1.0", "1e2", "9223372036854775808", "-9223372036854775809", "99999999999999999999999999", "-1", "101",
        ])
    func badIntegers(text: String) {
        for error in [
            apiError { _ = try parseForm("card[n]=\(text)").object("card")?.integer("n", in: 0...100) },
            apiError { _ = try parseJSON("{\"card\":{\"n\":\(text)}}").object("card")?.integer("n", in: 0...100) },
        ] {
            #expect(error?.code == "parameter_invalid_integer")
            #expect(error?.parameter == "card[n]")
        }
    }

    @Test("refuses words, signs and other types as whole numbers", arguments: ["true", "[1]", "{\"a\":1}"])
    func wrongTypes(json: String) {
        #expect(apiError { _ = try parseJSON("{\"n\":\(json)}").integer("n") }?.parameter == "n")
        for form in ["n=abc", "n=%2B1", "n=-", "n=1%202", "n=0x10", "n=%D9%A1"] {
            #expect(apiError { _ = try parseForm(form).integer("n") }?.parameter == "n")
        }
    }

    @Test("takes no optional number that was sent without one", arguments: ["amount=", "amount"])
    func emptyNumber(form: String) throws {
        #expect(apiError { _ = try parseForm(form).optionalInteger("amount") }?.code == "parameter_invalid_empty")
        #expect(try parseForm("other=1").optionalInteger("amount") == nil)
    }

    @Test("names a missing parameter, and one that was sent empty")
    func missing() {
        let missing = apiError { _ = try parseForm("").string("currency") }
        #expect(missing?.code == "parameter_missing")
        #expect(missing?.parameter == "currency")
        let empty = apiError { _ = try parseForm("currency=").string("currency") }
        #expect(empty?.code == "parameter_invalid_empty")
        #expect(apiError { _ = try parseJSON(#"{"currency":null}"#).string("currency") }?.parameter == "currency")
    }

    @Test("tells unchanged, cleared and set apart")
    func change() throws {
        guard case .unchanged = try parseForm("").change("a") else { throw Unexpected() }
        guard case .cleared = try parseForm("a=").change("a") else { throw Unexpected() }
        guard case .cleared = try parseJSON(#"{"a":null}"#).change("a") else { throw Unexpected() }
        guard case .set("x") = try parseForm("a=x").change("a") else { throw Unexpected() }
    }

    @Test("takes booleans and choices by their exact words")
    func words() throws {
        #expect(try parseForm("a=true").bool("a") == true)
        #expect(try parseJSON(#"{"a":false}"#).bool("a") == false)
        #expect(try parseForm("").bool("a") == nil)
        for body in ["a=1", "a=True", "a=yes"] {
            #expect(apiError { _ = try parseForm(body).bool("a") }?.parameter == "a")
        }
        #expect(try parseForm("m=manual").enumeration("m", Capture.self) == .manual)
        #expect(
            apiError { _ = try parseForm("m=other").enumeration("m", Capture.self) }?.message.contains(
                "automatic, manual") == true)
    }

    @Test("refuses a text that is too long, counted in characters")
    func length() throws {
        #expect(try parseForm("a=\(String(repeating: "%C3%BC", count: 5))").string("a", max: 5) == "üüüüü")
        #expect(
            apiError { _ = try parseForm("a=123456").string("a", max: 5) }?.code == "parameter_invalid_string_length")
        #expect(apiError { _ = try parseJSON(#"{"a":5}"#).string("a") }?.parameter == "a")
    }

    @Test(
        "refuses card numbers in every text and in metadata, without repeating them",
        arguments: [
            "description=pay+4242+4242+4242+4242", "metadata[a]=x5555-5555-5555-4444", "metadata[378282246310005]=x",
        ])
    func cardNumbers(body: String) throws {
        let error = apiError {
            let parameters = try parseForm(body)
            _ = try parameters.freeText("description")
            _ = try parameters.metadata()
        }
        #expect(error?.code == "card_number_not_allowed")
        let answer = error.map { String(decoding: $0.json(requestID: nil), as: UTF8.self) } ?? ""
        #expect(!answer.contains("4242") && !answer.contains("5555") && !answer.contains("3782"))
    }

    @Test("hands out a card number as redacted bytes, wipes its own copy and refuses one in the query string")
    func rawBytes() throws {
        let parameters = try parseForm("card[number]=4242424242424242&card[cvc]=123")
        let card = try #require(try parameters.object("card"))
        #expect(try card.rawBytes("number")?.exposed() == Array("4242424242424242".utf8))
        #expect(try parseJSON(#"{"number":4242424242424242}"#).rawBytes("number")?.exposed().count == 16)
        _ = try card.rawBytes("cvc")
        #expect(!String(decoding: parameters.state.tree.text, as: UTF8.self).contains("4242"))
        #expect(!String(decoding: parameters.state.tree.text, as: UTF8.self).contains("123"))
        try parameters.finish()
        #expect(
            apiError { _ = try parseForm("", query: "number=4242424242424242").rawBytes("number") }?.parameter
                == "number")
    }

    @Test(
        "names what nobody read, once per object",
        arguments: [
            ("a=1&foo=2", "foo", "Received unknown parameter: foo"),
            ("a=1&foo[x]=2&foo[y]=3&bar=1", "foo", "Received unknown parameters: foo, bar"),
            ("a=1&card[x]=2&card[known]=1", "card[x]", "Received unknown parameter: card[x]"),
            ("a=1&list[0][k]=1&list[1][z]=1", "list[1][z]", "Received unknown parameter: list[1][z]"),
        ])
    func unknown(body: String, parameter: String, message: String) {
        let error = apiError {
            let parameters = try parseForm(body)
            _ = try parameters.integer("a")
            _ = try parameters.object("card")?.integer("known")
            for element in try parameters.objects("list") { _ = try element.optionalInteger("k") }
            try parameters.finish()
        }
        #expect(error?.code == "parameter_unknown")
        #expect(error?.parameter == parameter)
        #expect(error?.message == message)
    }

    @Test("accepts a request that was read to its end")
    func finished() throws {
        let parameters = try parseForm("a=1&card[b]=2&expand[]=x&metadata[k]=v&empty=")
        _ = try parameters.integer("a")
        _ = try parameters.object("card")?.string("b")
        #expect(try parameters.strings("expand") == ["x"])
        _ = try parameters.metadata()
        _ = try parameters.optionalString("empty")
        try parameters.finish()
    }

    @Test("refuses a value where an object or array belongs, and the other way round")
    func shapes() {
        #expect(apiError { _ = try parseForm("card=1").object("card") }?.parameter == "card")
        #expect(apiError { _ = try parseForm("a[b]=1").string("a") }?.parameter == "a")
        #expect(apiError { _ = try parseForm("expand=x").strings("expand") }?.parameter == "expand")
        #expect(apiError { _ = try parseJSON(#"{"expand":[1]}"#).strings("expand") }?.parameter == "expand[0]")
        #expect(apiError { _ = try parseForm("e[]=1&e[]=2&e[]=3").strings("e", maxCount: 2) }?.parameter == "e")
        #expect(apiError { _ = try parseForm("").requiredObject("card") }?.code == "parameter_missing")
    }

    private struct Unexpected: Error {}
}

@Suite("Metadata")
struct MetadataTests {
    @Test("reads keys and values, deletes by an empty value, clears by an empty metadata")
    func reading() throws {
        #expect(try parseForm("").metadata().isEmpty)
        #expect(try parseForm("metadata=").metadata().clearsAll)
        #expect(
            try parseForm("metadata[0]=a&metadata[1]=").metadata().entries == [
                .init(key: "0", value: "a"), .init(key: "1", value: nil),
            ])
        #expect(
            try parseJSON(#"{"metadata":{"k":"v","gone":null}}"#).metadata().entries == [
                .init(key: "k", value: "v"), .init(key: "gone", value: nil),
            ])
    }

    @Test(
        "refuses what is not a hash of short texts",
        arguments: [
            #"{"metadata":"x"}"#, #"{"metadata":["x"]}"#, #"{"metadata":{"k":1}}"#, #"{"metadata":{"k":{"a":"b"}}}"#,
            #"{"metadata":{"[k]":"v"}}"#, "{\"metadata\":{\"\(String(repeating: "k", count: 41))\":\"v\"}}",
            "{\"metadata\":{\"k\":\"\(String(repeating: "v", count: 501))\"}}",
        ])
    func refusing(json: String) {
        #expect(apiError { _ = try parseJSON(json).metadata() }?.status == 400)
    }

    @Test("has at most fifty keys, in a request and after an update")
    func limit() throws {
        let pairs = { (count: Int) in (0..<count).map { "metadata[k\($0)]=v" }.joined(separator: "&") }
        let full = try parseForm(pairs(50)).metadata()
        #expect(apiError { _ = try parseForm(pairs(51)).metadata() }?.parameter == "metadata")
        let existing = try full.applied(to: [])
        #expect(existing.count == 50)
        let more = try parseForm("metadata[new]=v").metadata()
        #expect(apiError { _ = try more.applied(to: existing) } != nil)
        let swap = try parseForm("metadata[k0]=&metadata[new]=v&metadata[k1]=w").metadata()
        let swapped = try swap.applied(to: existing)
        #expect(swapped.count == 50)
        #expect(swapped.first?.key == "k1" && swapped.first?.value == "w" && swapped.last?.key == "new")
        #expect(try parseForm("metadata=").metadata().applied(to: existing).isEmpty)
    }
}
