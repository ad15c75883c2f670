import AdminSocket
import Glibc
import HTTPListener
import OpenSSLVault
import Ports
import SQLStore

/// Why the daemon did not start, or ended by itself: in words that say what to do next, and what a service manager should
/// make of it.
package struct StartFailure: Error, CustomStringConvertible {
    /// What is to be expected of another try. The numbers are those of sysexits.h.
    package enum Remedy: Int32, Sendable {
        /// The cause may pass by itself.
        case tryAgain = 1
        /// The book is damaged, or another program's: somebody has to look.
        case repairBook = 65
        /// The configuration, or what it names, has to be changed.
        case changeConfiguration = 78
    }
    package let remedy: Remedy
    /// One line for each problem.
    package let description: String

    package var exitCode: Int32 { remedy.rawValue }

    /// - Parameter directory: where the book lies; nil when that is not known yet.
    package init(_ error: any Error, in directory: String? = nil) {
        if let failure = error as? StartFailure {
            self = failure
            return
        }
        remedy = Self.remedy(of: error)
        description = Self.words(error, directory)
    }

    private static func remedy(of error: any Error) -> Remedy {
        switch error {
        case is ConfigurationRefused, is ActivatedSockets.Unusable, is RootKeyError, is CertificateError,
            is AdminConfiguration.NoSuchGroup, StateDirectoryError.notPrivate, VaultOpenError.wrongRootKey:
            .changeConfiguration
        case let error as AdminSocketError:
            switch error {
            case .inUse, .system: .tryAgain
            case .pathTooLong, .notADirectory, .wrongOwner, .wrongGroup, .wrongMode, .notASocket: .changeConfiguration
            }
        case is DiskWatch.Damaged, is MigrationError, StoreError.corrupt, VaultOpenError.damagedDataKey,
            VaultOpenError.lookupKeyMissing:
            .repairBook
        default: .tryAgain
        }
    }

    /// What to tell an operator of an error of the disk, the database or the keys.
    package static func words(of error: any Error, in directory: String) -> String { words(error, directory) }

    private static func words(_ error: any Error, _ directory: String?) -> String {
        let place = directory ?? "the state directory"
        switch error {
        case StoreError.unavailable(let said):
            if isFull(directory, said) { return full(place) }
            return "the disk under \(place) refuses the database: \(said). Look at df, dmesg and the directory's owner"
        case StateDirectoryError.cannotCreate where isFull(directory, ""): return full(place)
        case StoreError.corrupt(let said):
            return
                "the database in \(place) is damaged: \(said). Restore a backup on another disk (backup.md), and keep "
                + "this directory as it is"
        case StoreError.constraint(let said):
            return "the database in \(place) refused a row at the start, which is a defect of florind: \(said)"
        case StoreError.queueFull, StoreError.closed:
            return "the database in \(place) took nothing at the start: start florind again"
        case VaultOpenError.vault(let vault): return "libcrypto could not set up the vault: \(vault.logText)"
        case RootKeyError.vault(let vault):
            return "the root key could not be kept in memory: \(vault.logText). Raise LimitMEMLOCK of the unit"
        default: return "\(error)"
        }
    }

    private static func full(_ place: String) -> String {
        "the disk is full: make room on \(place). Nothing is lost; florind starts once there is room"
    }

    /// SQLite says so in its own words, except when the file beside the database cannot grow.
    private static func isFull(_ directory: String?, _ said: String) -> Bool {
        if said.contains("(SQLite 13)") || said.contains("disk is full") { return true }
        guard let directory, let free = Space.free(in: directory) else { return false }
        return free < 65_536
    }
}
