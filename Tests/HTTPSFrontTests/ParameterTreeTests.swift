import Testing

@testable import HTTPSFront

@Suite("The parameter tree")
struct ParameterTreeTests {
    @Test(
        "is the same from a form and from JSON",
        arguments: [
            ("", "{}", "{}"),
            ("a=1&b=two", #"{"a":1,"b":"two"}"#, "{a:'1',b:'two'}"),
            (
                "card[number]=42&card[exp_month]=8", #"{"card":{"number":"42","exp_month":8}}"#,
                "{card:{exp_month:'8',number:'42'}}"
            ),
            ("expand[]=x&expand[]=y.z", #"{"expand":["x","y.z"]}"#, "{expand:['x','y.z']}"),
            ("i[0][p]=a&i[1][p]=b&i[1][q]=2", #"{"i":[{"p":"a"},{"p":"b","q":2}]}"#, "{i:[{p:'a'},{p:'b',q:'2'}]}"),
            ("i[1]=b&i[0]=a", #"{"i":["a","b"]}"#, "{i:['a','b']}"),
            ("a=x+y%2B%26%3D", #"{"a":"x y+&="}"#, "{a:'x y+&='}"),
            ("a%5Bb%5D=%C3%BC%F0%9F%98%80", #"{"a":{"b":"\u00fc\uD83D\ude00"}}"#, "{a:{b:'ü😀'}}"),
            ("confirm=true", #" { "confirm" : true } "#, "{confirm:'true'}"),
            ("n=-5", #"{"n":-5}"#, "{n:'-5'}"),
            ("a=%0A%22%5C%2F", #"{"a":"\n\"\\\/"}"#, "{a:'\n\"\\/'}"),
            ("&&a=1&", #"{"a":1}"#, "{a:'1'}"),
            ("a[b][c][d]=1", #"{"a":{"b":{"c":{"d":1}}}}"#, "{a:{b:{c:{d:'1'}}}}"),
        ])
    func encodings(form: String, json: String, canonical: String) throws {
        #expect(try parseForm(form).canonical == canonical)
        #expect(try parseJSON(json).canonical == canonical)
    }

    @Test("keeps an object whose keys are numbers with a gap an object")
    func sparse() throws {
        #expect(try parseForm("a[0]=x&a[2]=y").canonical == "{a:{0:'x',2:'y'}}")
        #expect(try parseForm("a[00]=x").canonical == "{a:{00:'x'}}")
    }

    @Test("joins query string and body")
    func query() throws {
        #expect(try parseForm("b=2", query: "a=1&expand[]=x").canonical == "{a:'1',b:'2',expand:['x']}")
        #expect(try parseJSON(#"{"b":2}"#, query: "a=1").canonical == "{a:'1',b:'2'}")
        #expect(apiError { _ = try parseForm("a=2", query: "a=1") }?.parameter == "a")
        #expect(apiError { _ = try parseJSON(#"{"a":2}"#, query: "a=1") }?.parameter == "a")
    }

    @Test("treats a missing content type as a form and refuses others with 415")
    func contentType() throws {
        #expect(try parse(Array("a=1".utf8), contentType: nil).canonical == "{a:'1'}")
        #expect(apiError { _ = try parse([0x61], contentType: "multipart/form-data") }?.status == 415)
        #expect(try parse([], contentType: "application/json").canonical == "{}")
    }

    @Test(
        "refuses a form that is ambiguous or broken",
        arguments: [
            "a=1&a=2", "a[b]=1&a[b]=2", "a=1&a[b]=2", "a[b]=1&a=2", "a[]=1&a[b]=2", "a[b]=1&a[]=2", "a[0]=1&a[]=2",
            "=1", "[a]=1", "a[=1", "a]=1", "a[b=1", "a[b]c=1", "a[[b]]=1", "a[][b]=1", "a=%", "a=%4", "a=%zz", "a=%00",
            "%00=1", "a=%ff", "a=%C3&b=%A9", "a=%ED%A0%80", "%C3=1",
        ])
    func badForm(_ body: String) {
        let error = apiError { _ = try parseForm(body) }
        #expect(error?.status == 400)
        #expect(error?.kind == .invalidRequest)
    }

    @Test(
        "refuses JSON that is not exactly RFC 8259 or not an object",
        arguments: [
            " ", "[]", "1", "null", "\"a\"", "{", "{]", "{}x", "{} {}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}",
            "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}",
            "{\"a\":1.}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":NaN}", "{\"a\":tru}", "{\"a\":truex}", "{\"a\":nul",
            "{\"a\":\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u12g4\"}", "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\udc00\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\u0000\"}", "{\"a\":\"\n\"}",
            "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":[}", "{\"\":1}", "{\"a\":1}\u{0}", "\u{FEFF}{}",
        ])
    func badJSON(_ body: String) {
        let error = apiError { _ = try parseJSON(body) }
        #expect(error?.status == 400)
        #expect(error?.kind == .invalidRequest)
    }

    @Test("refuses bytes that are not UTF-8")
    func badUTF8() {
        for bytes: [UInt8] in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
            let json = Array("{\"a\":\"".utf8) + bytes + Array("\"}".utf8)
            #expect(apiError { _ = try parse(json, contentType: "application/json") }?.status == 400)
            #expect(apiError { _ = try parse(Array("a=".utf8) + bytes, contentType: nil) }?.status == 400)
        }
    }

    @Test("is bounded in depth and in number of values")
    func bounds() throws {
        let brackets = { (count: Int) in String(repeating: "[a]", count: count) }
        _ = try parseForm("a\(brackets(14))=1")
        #expect(apiError { _ = try parseForm("a\(brackets(15))=1") } != nil)
        let nested = { (count: Int) in
            String(repeating: "{\"a\":", count: count) + "1" + String(repeating: "}", count: count)
        }
        _ = try parseJSON(nested(16))
        #expect(apiError { _ = try parseJSON(nested(17)) } != nil)
        #expect(apiError { _ = try parseJSON("{\"a\":" + String(repeating: "[", count: 100_000)) } != nil)

        let pairs = { (count: Int) in (0..<count).map { "k\($0)=1" }.joined(separator: "&") }
        _ = try parseForm(pairs(1_000))
        #expect(apiError { _ = try parseForm(pairs(1_001)) } != nil)
        let elements = { (count: Int) in "{\"a\":[" + repeatElement("1", count: count).joined(separator: ",") + "]}" }
        _ = try parseJSON(elements(999))
        #expect(apiError { _ = try parseJSON(elements(1_000)) } != nil)
    }

    @Test("never repeats a key that could be a card number")
    func masking() throws {
        for body in ["4242424242424242=1&4242424242424242=2", "4242-4242-4242-4242=1"] {
            let error = apiError { try parseForm(body).finish() }
            #expect(error != nil)
            #expect(error.map { String(decoding: $0.json(requestID: nil), as: UTF8.self).contains("4242") } == false)
        }
    }
}
