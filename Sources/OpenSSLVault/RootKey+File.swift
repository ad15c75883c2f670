import CLibCrypto
import Glibc
import Ports

extension RootKey {
    /// Who may own the file and which modes it may have.
    private enum Origin {
        /// Owned by us, mode 0400.
        case file
        /// Provided by systemd: owned by us or by root; 0440 is how an access list that names only us shows itself.
        case credential
    }

    /// Reads the file at `path`: a regular file, not through a symbolic link, owned by the user we run as, mode 0400.
    package static func load(at path: String) throws(RootKeyError) -> RootKey {
        try load(at: path, .file)
    }

    /// Reads a credential that systemd passed.
    /// - Parameter directory: the value of `CREDENTIALS_DIRECTORY`.
    package static func load(credential name: String, directory: String) throws(RootKeyError) -> RootKey {
        try load(at: directory + "/" + name, .credential)
    }

    /// Makes a new root key in a new file of mode 0400; on return both the file and its directory entry are on disk.
    /// - Throws: `.alreadyExists` rather than overwriting anything.
    package static func create(at path: String) throws(RootKeyError) -> RootKey {
        let key = try secure { () throws(VaultError) in try SecureBytes.random(count: byteCount) }
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o400)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .alreadyExists(path: path) : .inputOutput(path: path, call: "open", errno: errno)
        }
        defer { close(descriptor) }
        do throws(RootKeyError) {
            try write(key, to: descriptor, path: path)
        } catch {
            unlink(path)  // Nothing can have been sealed under it.
            throw error
        }
        return RootKey(bytes: key)
    }

    private static func write(
        _ key: borrowing SecureBytes, to descriptor: Int32, path: String
    ) throws(RootKeyError) {
        var text = try secure { () throws(VaultError) in try SecureBytes(count: fileCount) }
        text.withMutableBytes { text in key.withBytes { encode($0, into: text) } }
        // The umask may have taken bits away; nothing may add any.
        guard fchmod(descriptor, 0o400) == 0 else { throw .inputOutput(path: path, call: "fchmod", errno: errno) }
        let written = text.withBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == fileCount else { throw .inputOutput(path: path, call: "write", errno: errno) }
        guard fsync(descriptor) == 0 else { throw .inputOutput(path: path, call: "fsync", errno: errno) }
        try syncDirectory(of: path)
    }

    private static func secure(_ make: () throws(VaultError) -> SecureBytes) throws(RootKeyError) -> SecureBytes {
        do { return try make() } catch { throw .vault(error) }
    }

    private static func load(at path: String, _ origin: Origin) throws(RootKeyError) -> RootKey {
        let descriptor = Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: throw .missing(path: path)
            case ELOOP: throw .symbolicLink(path: path)
            default: throw .inputOutput(path: path, call: "open", errno: errno)
            }
        }
        defer { close(descriptor) }
        try check(descriptor, path: path, origin)
        // One byte more than there may be, so that a longer file is noticed.
        var text = try secure { () throws(VaultError) in try SecureBytes(count: fileCount + 1) }
        var key = try secure { () throws(VaultError) in try SecureBytes(count: byteCount) }
        let count = text.withMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw .inputOutput(path: path, call: "read", errno: errno) }
        let isKey = key.withMutableBytes { key in
            text.withBytes { decode(UnsafeBufferPointer(rebasing: $0[..<count]), into: key) }
        }
        guard isKey else { throw .malformed(path: path) }
        return RootKey(bytes: key)
    }

    private static func check(_ descriptor: Int32, path: String, _ origin: Origin) throws(RootKeyError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .inputOutput(path: path, call: "fstat", errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile(path: path) }
        let user = geteuid()
        guard status.st_uid == user || (origin == .credential && status.st_uid == 0) else {
            throw .wrongOwner(path: path, owner: status.st_uid, expected: user)
        }
        let mode = status.st_mode & 0o7777
        guard mode == 0o400 || (origin == .credential && mode == 0o440) else {
            throw .wrongMode(path: path, mode: mode)
        }
    }

    private static func syncDirectory(of path: String) throws(RootKeyError) {
        let directory = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .inputOutput(path: directory, call: "open", errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .inputOutput(path: directory, call: "fsync", errno: errno) }
    }

    /// Digit by digit between two secure buffers: the key never becomes a `String`.
    private static func encode(_ key: UnsafeBufferPointer<UInt8>, into text: UnsafeMutableBufferPointer<UInt8>) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
        for (index, byte) in key.enumerated() {
            text[2 * index] = digit(byte >> 4)
            text[2 * index + 1] = digit(byte & 15)
        }
        text[2 * key.count] = UInt8(ascii: "\n")
    }

    /// - Returns: false unless the text is 64 digits, with or without the line feed.
    private static func decode(_ text: UnsafeBufferPointer<UInt8>, into key: UnsafeMutableBufferPointer<UInt8>) -> Bool
    {
        guard text.count == 64 || (text.count == 65 && text[64] == UInt8(ascii: "\n")) else { return false }
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        for index in 0..<key.count {
            guard let high = value(text[2 * index]), let low = value(text[2 * index + 1]) else { return false }
            key[index] = high << 4 | low
        }
        return true
    }
}
