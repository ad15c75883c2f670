import Foundation
import Glibc
import Testing

@testable import AdminSocket

@Suite("The socket lies in a closed directory")
struct SocketTests {
    private func mode(of path: String) -> mode_t {
        var facts = stat()
        return lstat(path, &facts) == 0 ? facts.st_mode & 0o777 : 0
    }

    @Test(
        "a missing directory is made with its mode, whatever the umask",
        arguments: [
            (SocketAccess.ownerOnly, 0o700), (.group(getegid()), 0o750),
        ] as [(SocketAccess, mode_t)])
    func made(access: SocketAccess, expected: mode_t) throws {
        let directory = try TemporaryDirectory()
        let binding = try SocketBinding(path: directory.file("admin/admin.sock"), access: access)
        defer { close(binding.descriptor) }
        #expect(mode(of: directory.file("admin")) == expected)
    }

    @Test(
        "a directory that is open to others, or closed to operators, is refused and left alone",
        arguments: [
            (SocketAccess.ownerOnly, 0o755), (.ownerOnly, 0o750), (.ownerOnly, 0o701), (.group(getegid()), 0o700),
            (.group(getegid()), 0o770), (.group(getegid()), 0o755),
        ] as [(SocketAccess, mode_t)])
    func wrongMode(access: SocketAccess, mode: mode_t) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("admin")
        #expect(mkdir(path, 0o700) == 0 && chmod(path, mode) == 0)
        #expect(throws: AdminSocketError.wrongMode(path, mode: mode, expected: access.mode)) {
            try SocketBinding(path: path + "/admin.sock", access: access)
        }
        #expect(self.mode(of: path) == mode)
        #expect(self.mode(of: path + "/admin.sock") == 0)
    }

    @Test("a link to a directory is not a directory")
    func link() throws {
        let directory = try TemporaryDirectory()
        #expect(mkdir(directory.file("real"), 0o700) == 0)
        #expect(symlink(directory.file("real"), directory.file("admin")) == 0)
        #expect(throws: AdminSocketError.notADirectory(directory.file("admin"))) {
            try SocketBinding(path: directory.file("admin/admin.sock"), access: .ownerOnly)
        }
    }

    @Test("a directory of another user or group is refused", .enabled(if: geteuid() == 0))
    func wrongOwner() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("admin")
        #expect(mkdir(path, 0o750) == 0 && chmod(path, 0o750) == 0 && chown(path, 0, 4_712) == 0)
        #expect(throws: AdminSocketError.wrongGroup(path, gid: 4_712, expected: 4_711)) {
            try SocketBinding(path: path + "/admin.sock", access: .group(4_711))
        }
        #expect(chown(path, 4_711, 4_711) == 0)
        #expect(throws: AdminSocketError.wrongOwner(path, uid: 4_711, expected: 0)) {
            try SocketBinding(path: path + "/admin.sock", access: .group(4_711))
        }
    }

    @Test(
        "inside, the socket's own mode lets in whoever the directory let through",
        arguments: [
            (SocketAccess.ownerOnly, 0o700), (.group(getegid()), 0o777),
        ] as [(SocketAccess, mode_t)])
    func socketMode(access: SocketAccess, expected: mode_t) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("admin/admin.sock")
        let binding = try SocketBinding(path: path, access: access)
        defer { close(binding.descriptor) }
        #expect(mode(of: path) == expected)
    }

    @Test("the socket of a dead daemon is replaced, that of a living one is not, and goes away with it")
    func stale() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("admin/admin.sock")
        var first: SocketBinding? = try SocketBinding(path: path, access: .ownerOnly)
        #expect(throws: AdminSocketError.inUse(path)) { try SocketBinding(path: path, access: .ownerOnly) }
        if let first { close(first.descriptor) }
        let second = try SocketBinding(path: path, access: .ownerOnly)
        first = nil  // Removes its own path only; this one is another socket.
        #expect(mode(of: path) == 0o700)
        close(second.descriptor)
        withExtendedLifetime(second) {}
    }

    @Test("the path is gone when the binding is")
    func removed() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("admin/admin.sock")
        do {
            let binding = try SocketBinding(path: path, access: .ownerOnly)
            close(binding.descriptor)
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("something that is not a socket stays where it is")
    func notASocket() throws {
        let directory = try TemporaryDirectory()
        try Data("precious".utf8).write(to: URL(fileURLWithPath: directory.file("admin.sock")))
        #expect(throws: AdminSocketError.notASocket(directory.file("admin.sock"))) {
            try SocketBinding(path: directory.file("admin.sock"), access: .ownerOnly)
        }
        #expect(try String(contentsOfFile: directory.file("admin.sock"), encoding: .utf8) == "precious")
    }

    @Test("a path that does not fit into a socket's address is refused by name")
    func tooLong() {
        let path = "/tmp/" + String(repeating: "x", count: 103)
        #expect(throws: AdminSocketError.pathTooLong(path)) { try SocketBinding(path: path, access: .ownerOnly) }
    }
}
