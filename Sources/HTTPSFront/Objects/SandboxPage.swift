/// The address of the sandbox's authentication page, with the way back.
enum SandboxPage {
    static let path = "/sandbox/authenticate/"

    /// The page is told where the cardholder came from. Real processors are told in their own request, so their addresses
    /// stay as they are.
    static func address(_ address: String, returningTo returnURL: String?) -> String {
        guard let returnURL, address.contains(path) else { return address }
        return address + (address.contains("?") ? "&" : "?") + "return_url=" + percentEncoded(returnURL)
    }

    static func percentEncoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
