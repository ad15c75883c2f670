import ProcessorKit
import Testing

@Suite("Addresses that callers give")
struct AddressGuardTests {
    @Test(
        "are refused by what is wrong with them",
        arguments: [
            ("http://example.com/hook", AddressRefusal.notHTTPS), ("ftp://example.com", .notHTTPS),
            ("https://", .malformed), ("https:///path", .malformed), ("https://exa mple.com", .malformed),
            ("https://example.com:0/", .malformed), ("https://example.com:65536/", .malformed),
            ("https://example.com:x/", .malformed), ("https://[::1/", .malformed),
            ("https://user:secret@example.com/", .hasCredentials),
            ("https://good.example\\@127.0.0.1/", .hasCredentials),
        ])
    func malformed(url: String, refusal: AddressRefusal) {
        #expect(throws: refusal) { try AddressGuard().parse(url) }
    }

    @Test(
        "are refused inside private, local and reserved ranges, however they are written",
        arguments: [
            "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0.0.0.0/",
            "https://10.0.0.1/", "https://100.64.0.1/", "https://169.254.169.254/latest", "https://172.16.0.1/",
            "https://172.31.255.255/", "https://192.168.1.1/", "https://192.0.0.1/", "https://198.18.0.1/",
            "https://224.0.0.1/", "https://255.255.255.255/", "https://[::1]/", "https://[::]/",
            "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[fc00::1]/", "https://[fe80::1]/",
            "https://[ff02::1]/", "https://[2001:db8::1]/", "https://[2002:a00:1::]/", "https://localhost/",
        ])
    func reserved(url: String) {
        #expect(throws: AddressRefusal.forbiddenRange) { try AddressGuard().resolve(url) }
    }

    @Test("outside those ranges are fetched from the one address they resolved to")
    func allowed() throws {
        #expect(try AddressGuard().resolve("https://93.184.215.14:8443/hook?a=1").address == "93.184.215.14")
        #expect(try AddressGuard().resolve("https://[2606:4700::1111]/").address == "2606:4700:0:0:0:0:0:1111")
        #expect(try AddressGuard().resolve("https://172.32.0.1/").address == "172.32.0.1")
    }

    @Test("may be plain HTTP on loopback in dev, and only there")
    func dev() throws {
        let dev = AddressGuard(allowsLoopback: true)
        #expect(try dev.resolve("http://127.0.0.1:8080/hook").address == "127.0.0.1")
        #expect(throws: AddressRefusal.notHTTPS) { try dev.resolve("http://10.0.0.1/") }
        #expect(throws: AddressRefusal.forbiddenRange) { try dev.resolve("https://10.0.0.1/") }
    }
}
