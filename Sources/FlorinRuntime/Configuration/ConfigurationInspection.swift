import AdminSocket
import Glibc
import HTTPListener
import OpenSSLVault
import Primitives

/// Looks at what a configuration refers to on this machine: secrets, certificate, directories, groups.
package struct ConfigurationInspection {
    /// Who asks.
    package enum Occasion: Hashable, Sendable {
        /// An operator or a package's script, as any user, before the daemon runs.
        case check
        /// The daemon itself, before it opens anything.
        case start(hasAdminSocket: Bool)
        /// The daemon, while it serves.
        case reload
    }

    private(set) var problems: [ConfigurationProblem] = []
    private(set) var notes: [ConfigurationProblem] = []
    private let read: ReadConfiguration
    private let occasion: Occasion
    private let skipped: Set<String>
    private let now: Int64

    /// From here on a certificate's end is worth a word.
    static let certificateWarningDays: Int64 = 14
    /// `TimeoutStopSec` of the unit as it is shipped.
    static let unitStopSeconds: Int64 = 90

    /// - Parameter skipping: keys whose value is known to be wrong already.
    init(_ read: ReadConfiguration, _ occasion: Occasion, skipping: Set<String> = []) {
        self.read = read
        self.occasion = occasion
        skipped = skipping
        now = Int64(time(nil))
    }

    /// Root looks in the daemon's place and may read everything: whose a file is then says little.
    private var looksForOthers: Bool { occasion == .check && geteuid() == 0 }

    mutating func inspect() {
        inspectSecrets()
        inspectCertificate()
        inspectGroups()
        if occasion != .reload {
            inspectRootKey()
            inspectState()
            inspectAdminSocket()
            inspectTimes()
        }
    }

    private mutating func complain(_ key: String, _ problem: String) {
        if !skipped.contains(key) { problems.append(read.problem(key, problem)) }
    }

    private mutating func note(_ key: String, _ words: String) {
        if !skipped.contains(key) { notes.append(read.problem(key, words)) }
    }

    /// A credential exists only inside the unit.
    private func isOutOfSight(_ secret: SecretReference) -> Bool {
        guard case .credential = secret else { return false }
        return occasion == .check && SecretReference.credentialsDirectory == nil
    }

    private mutating func inspectSecrets() {
        for key in ConfigurationTable.sections.flatMap(\.keys) {
            guard let secret = key.secret?(read.value) else { continue }
            if isOutOfSight(secret) {
                note(key.path, "\(secret.text) was not looked at: only the unit gets it (LoadCredential=)")
            } else if let problem = secret.problem(ignoresOwner: looksForOthers) {
                complain(key.path, problem)
            }
        }
    }

    private func isFine(_ secret: SecretReference) -> Bool {
        !isOutOfSight(secret) && secret.problem(ignoresOwner: looksForOthers) == nil
    }

    private mutating func inspectRootKey() {
        guard isFine(read.value.vault.rootKey) else { return }
        do throws(RootKeyError) {
            _ = try read.value.vault.loadRootKey()
        } catch {
            if case .wrongOwner = error, looksForOthers { return }
            complain("vault.root_key", "\(error)")
        }
    }

    private mutating func inspectCertificate() {
        let listen = read.value.listen
        // What is wrong with the key's file was said among the secrets.
        guard !skipped.contains("listen.certificate") else { return }
        let key = isFine(listen.certificateKey) && !skipped.contains("listen.certificate_key")
        do throws(CertificateError) {
            if key, let keyFile = listen.certificateKey.filePath {
                let pair = try CertificatePair(chainFile: listen.certificate, keyFile: keyFile)
                inspect(notAfter: pair.notAfterSeconds)
            } else {
                inspect(notAfter: try CertificatePair.notAfterSeconds(ofChain: listen.certificate))
            }
        } catch {
            complain(error.isAboutKey ? "listen.certificate_key" : "listen.certificate", "\(error)")
        }
    }

    private mutating func inspect(notAfter seconds: Int64) {
        let left = seconds - now
        guard left < Self.certificateWarningDays * 86_400 else { return }
        let end = Timestamp(seconds: seconds).description
        note(
            "listen.certificate",
            left < 0
                ? "ran out at \(end): clients refuse it; put a new one in its place"
                : "runs out at \(end), in \(left / 86_400) days: put a new one in its place, then systemctl reload florind"
        )
    }

    private mutating func inspectGroups() {
        let admin = read.value.admin
        let groups = [
            ("admin.group", admin.group.isEmpty ? [] : [admin.group]), ("admin.viewer_groups", admin.viewerGroups),
            ("admin.operator_groups", admin.operatorGroups), ("admin.admin_groups", admin.adminGroups),
        ]
        for (key, names) in groups {
            for name in names where SystemGroup.number(of: name) == nil {
                complain(key, "there is no group \(name) on this machine: groupadd --system \(name)")
            }
        }
    }

    /// One that is not there is made at the start.
    private mutating func inspectState() {
        let path = read.value.state.directory
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            if errno != ENOENT { complain("state.directory", "\(path): \(String(cString: strerror(errno)))") }
            return
        }
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            return complain("state.directory", "\(path) is not a directory")
        }
        guard facts.st_mode & 0o077 == 0, looksForOthers || facts.st_uid == geteuid() else {
            return complain("state.directory", "\(StateDirectoryError.notPrivate(path: path))")
        }
    }

    /// With a socket of the manager's the directory is that unit's business; `check` cannot know whether it will be used.
    private mutating func inspectAdminSocket() {
        if case .start(hasAdminSocket: true) = occasion { return }
        // The place as it is shipped belongs to the unit that is shipped.
        if occasion == .check, read.value.admin.socket == AdminConfiguration().socket { return }
        guard let socket = try? read.value.admin.socketConfiguration(),
            let problem = socket.placeProblem(ignoresOwner: looksForOthers)
        else { return }
        if occasion == .check {
            note("admin.socket", "\(problem) Without florind-admin.socket the daemon refuses to start like this.")
        } else {
            complain("admin.socket", "\(problem)")
        }
    }

    /// The unit's own limit may be another one, and under systemd the daemon asks for more: a word is enough.
    private mutating func inspectTimes() {
        let needed = read.value.stopTime.components.seconds
        guard occasion == .check, needed >= Self.unitStopSeconds else { return }
        note(
            "shutdown.operations_time",
            "a stop may take \(needed) s, and the unit's TimeoutStopSec is \(Self.unitStopSeconds) s as it is shipped: "
                + "systemd is asked for more, another manager has to be told")
    }
}

extension Configuration {
    /// All steps of a stop together.
    var stopTime: Duration {
        listen.limits.firstRequestTime + listen.limits.drainTime + listen.limits.closeTime + shutdown.operationsTime
    }
}
