import ArgumentParser
import FlorinRuntime

/// `florind restore`: a state directory out of a backup.
struct RestoreBook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Make a state directory out of a backup.",
        discussion: """
            The directory must be new, or empty but for erasures.ndjson; its book is checked in every part. Run by root, it \
            gives the files to the directory's owner, or for a new one to the owner of the directory around it. The book is \
            read-only until the processors have told what they did since the backup and an operator opens it: see \
            `florinctl restore`.
            """)

    @Option(name: .customLong("from"), help: "The backup.")
    var file: String

    @Option(help: "The new state directory.")
    var state: String

    @Option(help: "The root key that the backup was made under.")
    var rootKey: String

    @Flag(help: "Put a copy of the root key into the state directory, where `florind dev` looks for it.")
    var copyRootKey = false

    func run() async throws {
        ProcessSetup.harden()
        let restore = Restore(
            file: file, stateDirectory: state, rootKeyFile: rootKey, copiesRootKey: copyRootKey)
        do {
            let report = try await restore.run { _ in }
            print("restored    \(report.backup), made \(report.created)")
            print(
                "schema      \(report.schema)"
                    + (report.migratedFrom < report.schema ? ", migrated from \(report.migratedFrom)" : ""))
            print("book        sound: \(report.accounts) accounts, \(report.postings) postings")
            print("generation  \(report.generation)")
            print("The book is read-only. Start florind on \(state), then: florinctl restore status")
        } catch {
            complain("florind: \(StartFailure.words(of: error, in: state))")
            throw ExitCode.failure
        }
    }
}
