import FlorinTesting
import Glibc
import Ports
import Primitives
import Testing

@testable import OpenSSLVault

@Suite("Root key")
final class RootKeyTests {
    private let directory: String
    private var path: String { directory + "/root.key" }

    init() throws {
        var template = Array("/tmp/florin-root-key-XXXXXX".utf8CString)
        directory = String(cString: try #require(mkdtemp(&template)))
    }

    deinit {
        for name in ["root.key", "link.key", "fifo"] { unlink(directory + "/" + name) }
        rmdir(directory)
    }

    private func write(_ text: String, mode: mode_t = 0o400) throws {
        unlink(path)
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
        #expect(fchmod(descriptor, mode) == 0)
    }

    private func error(_ body: () throws(RootKeyError) -> RootKey) -> RootKeyError? {
        do {
            _ = try body()
            return nil
        } catch { return error }
    }

    private static let digits = "00112233445566778899aabbccddeeff0123456789abcdefFEDCBA9876543210"

    @Test("a created key has mode 0400, 65 characters, and is the one that is read back")
    func create() async throws {
        let made = try RootKey.create(at: path)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o400)
        #expect(status.st_size == 65)
        let read = try RootKey.load(at: path)
        #expect(
            try made.derive(label: "x", salt: [1], number: 1).copied()
                == read.derive(label: "x", salt: [1], number: 1).copied())
        #expect(error { () throws(RootKeyError) in try RootKey.create(at: path) } == .alreadyExists(path: path))
    }

    @Test("two keys are never equal")
    func random() throws {
        let first = try RootKey.create(at: path)
        unlink(path)
        let second = try RootKey.create(at: path)
        #expect(
            try first.derive(label: "x", salt: [], number: 1).copied()
                != second.derive(label: "x", salt: [], number: 1).copied())
    }

    @Test("the line feed is optional")
    func lineFeed() throws {
        try write(Self.digits)
        let bare = try RootKey.load(at: path)
        try write(Self.digits + "\n")
        let whole = try RootKey.load(at: path)
        #expect(
            try bare.derive(label: "x", salt: [], number: 1).copied()
                == whole.derive(label: "x", salt: [], number: 1).copied())
    }

    @Test(
        "what is no key is refused",
        arguments: [
            "", "\n", String(digits.dropLast()), digits + "0", digits + "\n\n", digits + "\n0",
            String(digits.dropLast()) + "g",
            " " + digits, String(repeating: "0", count: 4_096),
        ])
    func malformed(text: String) throws {
        try write(text)
        let path = path
        #expect(error { () throws(RootKeyError) in try RootKey.load(at: path) } == .malformed(path: path))
    }

    @Test(
        "a file that others may read or anybody may write is refused",
        arguments: [
            0o600, 0o440, 0o404, 0o444, 0o644, 0o420, 0o402, 0o500, 0o4400,
        ])
    func mode(mode: mode_t) throws {
        try write(Self.digits, mode: mode)
        let path = path
        let refusal = error { () throws(RootKeyError) in try RootKey.load(at: path) }
        #expect(refusal == .wrongMode(path: path, mode: mode))
        #expect(refusal?.description.contains("chmod 0400 \(path)") == true)
    }

    @Test(
        "a credential from the service manager may be 0440, nothing wider",
        arguments: [
            (0o400, true), (0o440, true), (0o444, false), (0o460, false), (0o600, false),
        ])
    func credential(mode: mode_t, isRead: Bool) throws {
        try write(Self.digits, mode: mode)
        let (path, directory) = (path, directory)
        let refusal = error { () throws(RootKeyError) in
            try RootKey.load(credential: "root.key", directory: directory)
        }
        #expect(refusal == (isRead ? nil : .wrongMode(path: path, mode: mode)))
    }

    @Test("a missing file, a link, a directory and a pipe are refused by name")
    func kinds() throws {
        let (path, directory) = (path, directory)
        #expect(error { () throws(RootKeyError) in try RootKey.load(at: path) } == .missing(path: path))
        try write(Self.digits)
        let link = directory + "/link.key"
        #expect(symlink(path, link) == 0)
        #expect(error { () throws(RootKeyError) in try RootKey.load(at: link) } == .symbolicLink(path: link))
        #expect(error { () throws(RootKeyError) in try RootKey.create(at: link) } == .alreadyExists(path: link))
        #expect(
            error { () throws(RootKeyError) in try RootKey.load(at: directory) } == .notARegularFile(path: directory))
        let fifo = directory + "/fifo"
        #expect(mkfifo(fifo, 0o400) == 0)
        #expect(error { () throws(RootKeyError) in try RootKey.load(at: fifo) } == .notARegularFile(path: fifo))
    }

    @Test("a file of another user is refused", .enabled(if: geteuid() == 0, "only root can give a file away"))
    func owner() throws {
        try write(Self.digits)
        #expect(chown(path, 12_345, 12_345) == 0)
        let path = path
        #expect(
            error { () throws(RootKeyError) in try RootKey.load(at: path) }
                == .wrongOwner(path: path, owner: 12_345, expected: 0))
    }

    @Test("a wrong root key is said to be wrong, and a damaged key row to be damaged")
    func wrongRootKey() async throws {
        let fixture = try await VaultFixture()
        let other = try VaultFixture.makeRootKey()
        await #expect(throws: VaultOpenError.wrongRootKey) {
            try await VaultFixture(store: fixture.store, rootKey: other, namespace: fixture.namespace)
        }
        await #expect(throws: VaultOpenError.wrongRootKey) {
            try await VaultFixture(
                store: fixture.store, rootKey: fixture.rootKey, namespace: VaultNamespace(high: 9, low: 9))
        }
        var state = fixture.store.contents
        var wrapped = state.keys[2].wrapped
        wrapped[20] ^= 1
        state.keys[2] = state.keys[2].with(wrapped: wrapped)
        let damaged = InMemoryKeyStore(state)
        await #expect(throws: VaultOpenError.damagedDataKey(state.keys[2].number)) {
            try await VaultFixture(store: damaged, rootKey: fixture.rootKey, namespace: fixture.namespace)
        }
    }

    @Test("a wrapped key does not unwrap under another number, purpose or version")
    func wrappingIsBound() async throws {
        let fixture = try await VaultFixture()
        let wrapping = KeyWrapping(rootKey: fixture.rootKey, namespace: fixture.namespace)
        let key = try wrapping.make(number: 5, purpose: .card, kekVersion: 1, created: fixture.clock.now())
        func variant(number: Int64 = 5, purpose: KeyPurpose = .card, version: Int64 = 1, _ wrapped: [UInt8])
            -> WrappedDataKey
        {
            WrappedDataKey(
                number: number, purpose: purpose, state: .active, kekVersion: version, wrapped: wrapped,
                reservedUses: 0,
                created: key.created)
        }
        for changed in [
            variant(number: 6, key.wrapped), variant(purpose: .personal, key.wrapped), variant(version: 2, key.wrapped),
            variant([]), variant(Array(key.wrapped.dropLast())), variant(key.wrapped + [0]),
        ] {
            #expect(throws: VaultError.authenticationFailed) { _ = try wrapping.unwrap(changed).count }
        }
        _ = try wrapping.unwrap(key).count
    }

    @Test("a first start that is cut off anywhere is completed by the next", arguments: 0..<9, [true, false])
    func firstStart(step: Int, losingEffect: Bool) async throws {
        let rootKey = try VaultFixture.makeRootKey()
        let store = InMemoryKeyStore()
        store.stop(after: step, losingEffect: losingEffect)
        await #expect(throws: InMemoryKeyStore.Stopped.self) { try await VaultFixture(store: store, rootKey: rootKey) }
        let fixture = try await VaultFixture(store: InMemoryKeyStore(store.contents), rootKey: rootKey)
        let keys = fixture.store.contents.keys
        #expect(Set(keys.map(\.purpose)) == Set(KeyPurpose.allCases))
        #expect(keys.count == 5)
        #expect(keys.allSatisfy { $0.state == .active })
    }

    @Test("a database that lost the key of its hashes is refused, not given a new one")
    func lookupKeyMissing() async throws {
        let fixture = try await VaultFixture()
        var state = fixture.store.contents
        state.keys.removeAll { $0.purpose == .lookup }
        let store = InMemoryKeyStore(state)
        await #expect(throws: VaultOpenError.lookupKeyMissing) {
            try await VaultFixture(store: store, rootKey: fixture.rootKey, namespace: fixture.namespace)
        }
        #expect(store.contents.keys == state.keys)
    }
}
