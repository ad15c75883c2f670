import CLibCrypto
import Glibc

/// Reads and writes single PEM objects. A file is replaced as a whole (written beside, synced, renamed): a crash leaves the
/// old one or the new one.
enum PEMFile {
    static func readCertificate(_ path: String) throws(LocalCertificateError) -> Certificate {
        let bio = try open(path)
        defer { BIO_free(bio) }
        guard let pointer = PEM_read_bio_X509(bio, nil, nil, nil) else {
            ERR_clear_error()
            throw .malformed(path: path)
        }
        return Certificate(owning: pointer)
    }

    static func readKey(_ path: String) throws(LocalCertificateError) -> PrivateKey {
        let bio = try open(path)
        defer { BIO_free(bio) }
        guard let pointer = PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil) else {
            ERR_clear_error()
            throw .malformed(path: path)
        }
        return PrivateKey(owning: pointer)
    }

    static func write(_ certificate: borrowing Certificate, to path: String) throws(LocalCertificateError) {
        let pointer = certificate.pointer
        try replace(path) { PEM_write_bio_X509($0, pointer) }
    }

    /// Unencrypted: the file's mode and the state directory's are what protects it.
    static func write(_ key: borrowing PrivateKey, to path: String) throws(LocalCertificateError) {
        let pointer = key.pointer
        try replace(path) { PEM_write_bio_PrivateKey($0, pointer, nil, nil, 0, nil, nil) }
    }

    private static func open(_ path: String) throws(LocalCertificateError) -> OpaquePointer {
        guard let bio = BIO_new_file(path, "r") else {
            let number = errno
            ERR_clear_error()
            throw .inputOutput(path: path, call: "open", errno: number)
        }
        return bio
    }

    private static func replace(
        _ path: String, _ body: (OpaquePointer) -> Int32
    ) throws(LocalCertificateError) {
        let draft = path + ".new"
        unlink(draft)  // Left by a crash.
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .inputOutput(path: draft, call: "open", errno: errno) }
        defer { close(descriptor) }
        guard let bio = BIO_new_fd(descriptor, 0) else { throw .cryptography(LibCrypto.error("BIO_new_fd")) }
        let status = body(bio)
        BIO_free(bio)
        guard status == 1 else {
            unlink(draft)
            throw .cryptography(LibCrypto.error("PEM_write"))
        }
        guard fsync(descriptor) == 0 else { throw .inputOutput(path: draft, call: "fsync", errno: errno) }
        guard rename(draft, path) == 0 else { throw .inputOutput(path: path, call: "rename", errno: errno) }
    }
}
