import Ports
import Primitives
import Testing

@testable import OpenSSLVault

struct ScryptStretcherTests {
    @Test("stretching is scrypt with 16 MiB (RFC 7914, section 12, third vector)")
    func vector() async throws {
        let found = try await ScryptStretcher().stretch(
            Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8))
        #expect(Hex.encode(found) == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")
    }

    @Test("more than can wait are sent away, and those that wait are served")
    func bounded() async throws {
        let stretcher = ScryptStretcher()
        let (done, refused) = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<(ScryptStretcher.mostWaiting * 2) {
                group.addTask {
                    do {
                        return try await stretcher.stretch([UInt8(truncatingIfNeeded: index)], salt: [1]).count == 32
                    } catch {
                        return false
                    }
                }
            }
            var counts = (0, 0)
            for await isDone in group { if isDone { counts.0 += 1 } else { counts.1 += 1 } }
            return counts
        }
        #expect(done >= 1 && done + refused == ScryptStretcher.mostWaiting * 2)
    }
}
