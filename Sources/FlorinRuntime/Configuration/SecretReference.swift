import Glibc

/// Where a secret lies. The configuration never holds one itself.
package enum SecretReference: Hashable, Sendable {
    /// `file:/path`: a file that nobody else can read or change.
    case file(String)
    /// `credential:NAME`: what systemd passed under this name (`LoadCredential=`, `LoadCredentialEncrypted=`).
    case credential(String)
    /// `""`: there is none.
    case absent
}

extension ValueKind where Value == SecretReference {
    /// - Parameter isOptional: whether `""` stands for none.
    package static func secret(isOptional: Bool = false) -> Self {
        Self(
            "file:/PATH or credential:NAME" + (isOptional ? ", or \"\" for none" : ""), isQuotable: true,
            scalar: { text in
                if text.isEmpty { return isOptional ? SecretReference.absent : nil }
                if text.hasPrefix("file:/") { return .file(String(text.dropFirst(5))) }
                let name = text.dropFirst("credential:".count)
                let isName = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "/") }
                return text.hasPrefix("credential:") && isName ? .credential(String(name)) : nil
            },
            text: { YAMLText.scalar($0.text) })
    }
}

extension SecretReference {
    /// As the configuration writes it.
    package var text: String {
        switch self {
        case .file(let path): "file:" + path
        case .credential(let name): "credential:" + name
        case .absent: ""
        }
    }

    /// Where systemd put the credentials of this process; nil when it was not started with any.
    package static var credentialsDirectory: String? {
        getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The file that holds the secret; nil for none, and for a credential when systemd passed no directory.
    package var filePath: String? {
        switch self {
        case .file(let path): path
        case .credential(let name): Self.credentialsDirectory.map { $0 + "/" + name }
        case .absent: nil
        }
    }

    /// What is wrong with the file, in words that say what to do; nil when it can be used. Reads nothing of it.
    ///
    /// Nobody but owner and group may read it and nobody but the owner may write it; the owner is root or the daemon.
    /// The root key's own rule is stricter and checked when it is loaded.
    /// - Parameter ignoresOwner: for root, who looks in the place of the daemon's user and cannot know which that is.
    package func problem(ignoresOwner: Bool = false) -> String? {
        guard let path = filePath else {
            if self == .absent { return nil }
            return
                "\(text) cannot be found: $CREDENTIALS_DIRECTORY is not set; start through systemd with LoadCredential="
        }
        var facts = stat()
        guard stat(path, &facts) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
        guard facts.st_mode & S_IFMT == S_IFREG else { return "\(path) is not a regular file" }
        let mode = facts.st_mode & 0o7777
        guard mode & 0o137 == 0 else {
            return
                "\(path) has mode 0\(String(mode, radix: 8)), which lets others read or change it: chmod 0400 \(path)"
        }
        guard ignoresOwner || facts.st_uid == 0 || facts.st_uid == geteuid() else {
            return "\(path) belongs to uid \(facts.st_uid): chown it to root or to the daemon's user"
        }
        guard access(path, R_OK) == 0 else {
            return "\(path) cannot be read by uid \(geteuid()): give it to the daemon's user or group"
        }
        return nil
    }
}
