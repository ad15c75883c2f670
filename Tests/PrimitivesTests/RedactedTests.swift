import Primitives
import Testing

@Suite("A redacted value")
struct RedactedTests {
    private static let canary = "canary-4242"

    private struct Holder {
        let name = "holder"
        let secret = Redacted(RedactedTests.canary)
        let list = [Redacted(RedactedTests.canary)]
        let table = ["key": Redacted(RedactedTests.canary)]
        let perhaps: Redacted<String>? = Redacted(RedactedTests.canary)
    }

    private enum Choice {
        case secret(Redacted<String>)
    }

    private struct Failure: Error {
        let secret: Redacted<String>
    }

    private static func texts(of value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var printed = ""
        print(value, to: &printed)
        var debugged = ""
        debugPrint(value, to: &debugged)
        return [
            "\(value)", String(describing: value), String(reflecting: value), dumped, printed, debugged,
            "\(Mirror(reflecting: value).children.map { "\($0)" })", Mirror(reflecting: value).description,
        ]
    }

    @Test("is shown by no way of printing, wherever it stands")
    func neverPrinted() {
        let secret = Redacted(Self.canary)
        let values: [Any] = [
            secret, [secret], ["key": secret], Set([secret]), secret as Redacted<String>?, (1, secret), Holder(),
            Choice.secret(secret), Failure(secret: secret), Redacted([Self.canary]), Redacted(secret), [[secret]],
            Result<Redacted<String>, Failure>.success(secret), Result<Int, Failure>.failure(Failure(secret: secret)),
            AnyHashable(secret), Redacted(Array(Self.canary.utf8)),
        ]
        for value in values {
            for text in Self.texts(of: value) {
                #expect(!text.contains("canary"))
                #expect(!text.contains("4242"))
                #expect(!text.contains("99, 97, 110"), "the bytes of the canary")
            }
        }
    }

    @Test("shows the same mask whatever it holds")
    func oneMask() {
        #expect(Redacted("").description == Redacted(Self.canary).description)
        #expect("\(Redacted(1))" == "\(Redacted([1, 2, 3]))")
        #expect(String(reflecting: Redacted(1)) == "[redacted]")
        #expect(Mirror(reflecting: Redacted(Self.canary)).children.isEmpty)
    }

    @Test("is found by this test when it does leak")
    func theTestCanFail() {
        #expect(Self.texts(of: Self.canary).contains { $0.contains("canary") })
        #expect(Self.texts(of: [Self.canary]).contains { $0.contains("canary") })
    }

    @Test("has one way out, and compares as what it holds")
    func exposed() {
        #expect(Redacted(Self.canary).exposed() == Self.canary)
        #expect(Redacted(1) == Redacted(1))
        #expect(Redacted(1) != Redacted(2))
        #expect(Set([Redacted(1), Redacted(1)]).count == 1)
    }

    @Test("cannot be encoded")
    func notCodable() {
        #expect((Redacted(Self.canary) as Any) as? any Encodable == nil)
    }
}
