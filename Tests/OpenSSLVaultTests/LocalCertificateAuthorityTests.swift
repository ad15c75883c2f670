import CLibCrypto
import Foundation
import Primitives
import Testing

@testable import OpenSSLVault

@Suite("Local certificate authority", .timeLimit(.minutes(1)))
final class LocalCertificateAuthorityTests {
    private let directory: String
    private let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))

    init() throws {
        directory = NSTemporaryDirectory() + "florin-ca-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func days(_ count: Int64) -> Timestamp { Timestamp(seconds: now.seconds + count * 86_400) }

    private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// Runs a program of the system and returns its exit status and output.
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    @Test(
        "openssl verifies the certificate strictly, for localhost and for no other name or address",
        arguments: [
            (["-verify_hostname", "localhost"], true), (["-verify_ip", "127.0.0.1"], false),
            (["-verify_ip", "::1"], false), (["-verify_hostname", "example.com"], false),
        ])
    func verify(name: [String], isAccepted: Bool) throws {
        let files = try LocalCertificateAuthority.prepare(in: directory, now: now)
        let command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", files.authority]
        let result = try run(command + name + [files.certificate])
        #expect((result.status == 0) == isAccepted, "\(result.output)")
    }

    @Test("the authority cannot vouch for a name beyond loopback")
    func constrained() throws {
        let files = try LocalCertificateAuthority.prepare(in: directory, now: now)
        let path = directory + "/stranger.pem"
        let authority = try PEMFile.readCertificate(files.authority)
        let authorityKey = try PEMFile.readKey(files.authorityKey)
        let key = try PrivateKey.makeP256()
        let stranger = try Certificate.make(
            Certificate.Description(
                commonName: "example.com", days: 10,
                extensions: [(NID_subject_alt_name, "DNS:example.com")]),
            key: key, issuer: authority.pointer, issuerKey: authorityKey, now: now)
        try PEMFile.write(stranger, to: path)
        let result = try run(["openssl", "verify", "-CAfile", files.authority, path])
        #expect(result.status != 0)
        #expect(result.output.contains("permitted subtree violation"), "\(result.output)")
    }

    @Test("Python's ssl connects under strict verification")
    func python() throws {
        let files = try LocalCertificateAuthority.prepare(in: directory, now: now)
        let script = """
            import socket, ssl, sys, threading
            server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.load_cert_chain(sys.argv[2], sys.argv[3])
            client = ssl.create_default_context(cafile=sys.argv[1])
            client.verify_flags |= ssl.VERIFY_X509_STRICT
            ours, theirs = socket.socketpair()
            def serve():
                with server.wrap_socket(theirs, server_side=True) as s:
                    s.sendall(b"ok")
            thread = threading.Thread(target=serve)
            thread.start()
            with client.wrap_socket(ours, server_hostname="localhost") as s:
                assert s.recv(2) == b"ok"
            thread.join()
            """
        let result = try run(["python3", "-c", script, files.authority, files.certificate, files.key])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test("all four files are the owner's alone")
    func modes() throws {
        let files = try LocalCertificateAuthority.prepare(in: directory, now: now)
        for path in [files.authority, files.authorityKey, files.certificate, files.key] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 4)
    }

    @Test(
        "what is good stays; the certificate is renewed in its last thirty days, the authority in its own",
        arguments: [
            (Int64(0), false, false), (334, false, false), (336, true, false), (400, true, false), (3_619, true, false),
            (3_621, true, true), (4_000, true, true),
        ])
    func renewal(day: Int64, isRenewed: Bool, isAuthorityRenewed: Bool) throws {
        let files = try LocalCertificateAuthority.prepare(in: directory, now: now)
        let before = try (contents(files.authority), contents(files.certificate))
        #expect(try LocalCertificateAuthority.prepare(in: directory, now: days(day)) == files)
        #expect(try (contents(files.authority) != before.0) == isAuthorityRenewed)
        #expect(try (contents(files.certificate) != before.1) == isRenewed)
    }

    @Test(
        "whatever file is missing or does not fit is made again",
        arguments: ["ca.pem", "ca-key.pem", "server.pem", "server-key.pem"])
    func missing(name: String) throws {
        let files = try LocalCertificateAuthority.prepare(in: directory, now: now)
        try FileManager.default.removeItem(atPath: directory + "/" + name)
        _ = try LocalCertificateAuthority.prepare(in: directory, now: now)
        let result = try run(["openssl", "verify", "-x509_strict", "-CAfile", files.authority, files.certificate])
        #expect(result.status == 0, "\(result.output)")
    }

    @Test("a file that is no PEM is named, not overwritten")
    func malformed() throws {
        let files = try LocalCertificateAuthority.prepare(in: directory, now: now)
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: files.key))
        let directory = directory
        let now = now
        #expect(throws: LocalCertificateError.malformed(path: files.key)) {
            try LocalCertificateAuthority.prepare(in: directory, now: now)
        }
        #expect(try contents(files.key) == Data("nonsense".utf8))
    }
}
