import AdminContract
import Ports
import Primitives
import Synchronization
import Testing

@testable import AdminSocket

@Suite("Backups by operators")
struct BackupTests {
    /// Runs `body` while a service carries out what is started, as the daemon does.
    private func whileRunning(_ body: (Fixture, AdminFront) async throws -> Void) async throws {
        let fixture = try await Fixture()
        let jobs = fixture.backupJobs
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await jobs.run() }
            try await body(fixture, fixture.front(backupJobs: jobs))
            group.cancelAll()
        }
    }

    private func job(_ front: AdminFront, _ isWanted: (BackupJobView) -> Bool) async throws -> BackupJobView {
        while true {
            let view = try await front.ask("GET /v1/backups/job").decoded(BackupJobView.self)
            if isWanted(view) { return view }
            await Task.yield()
        }
    }

    @Test("one at a time, with progress, and an answer that names what was made")
    func succeeds() async throws {
        try await whileRunning { fixture, front in
            let body = #"{"directory":"/backups","keep_days":30}"#
            let started = try await front.ask("POST /v1/backups", body: body).decoded(BackupJobView.self)
            #expect(started.state == .running && started.path == "/backups")
            let half = try await job(front) { $0.doneBytes == 50 }
            #expect(half.step == "copying" && half.totalBytes == 100)
            let second = await front.ask("POST /v1/backups/check", body: #"{"path":"/a"}"#)
            #expect(second.errorCode == .conflict)
            fixture.backups.finish(.success(()))
            let ended = try await job(front) { $0.state != .running }
            #expect(ended.state == .succeeded && ended.path == "/backups/made")
            #expect(ended.backup?.kekVersions == [1, 2] && ended.backup?.expires != nil)
        }
    }

    @Test("a failure says why, in words")
    func fails() async throws {
        try await whileRunning { fixture, front in
            _ = await front.ask("POST /v1/backups", body: #"{"directory":"/full"}"#)
            fixture.backups.finish(.failure(.tooLittleSpace(path: "/full", needed: 2_500_000_000, free: 1_000)))
            let ended = try await job(front) { $0.state == .failed }
            #expect(ended.message == "There is too little space on /full: 2.5 GB are needed and 1.0 KB are free.")
        }
    }

    @Test(
        "what cannot be a destination is refused",
        arguments: [
            #"{"directory":"relative"}"#, #"{"file":""}"#, "{}", #"{"directory":"/a","file":"/b"}"#,
            #"{"directory":"/a","keep_days":0}"#,
        ])
    func refused(body: String) async throws {
        let fixture = try await Fixture()
        let answer = await fixture.front().ask("POST /v1/backups", body: body)
        #expect(answer.errorCode == .invalid)
    }

    @Test("only an admin may make, check or forget one", arguments: ["/v1/backups", "/v1/backups/check"])
    func roles(path: String) async throws {
        let policy = AdminPolicy(operatorGroups: [20], ownUser: 4_711)
        let peer = PeerCredential(pid: 1, uid: 5, groups: [20])
        let fixture = try await Fixture()
        let answer = await fixture.front(policy: policy).ask("POST \(path)", body: "{}", as: peer)
        #expect(answer.errorCode == .forbidden)
    }
}

/// Backups that are made when they are told to.
final class ScriptedBackups: BackupAdministration {
    private let outcome = Mutex<Result<Void, BackupError>?>(nil)

    /// Lets the job that runs end.
    func finish(_ result: Result<Void, BackupError>) { outcome.withLock { $0 = result } }

    func makeBackup(
        to destination: BackupDestination, keep: Duration?, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws -> BackupRecord {
        progress(BackupProgress(.copying, done: 50, total: 100))
        try await wait()
        let now = Timestamp(seconds: 1_000)
        return BackupRecord(
            id: BackupID(high: 1, low: 1), created: now, expires: keep.map { now.advanced(by: $0) },
            path: destination.path + "/made", schema: 2, databaseCount: 100, fileCount: 120, databaseHash: [1],
            fileHash: [2], rootKey: "00", kekVersions: [1, 2], lastPosting: 7)
    }

    func verifyBackup(
        at path: String, progress: @escaping @Sendable (BackupProgress) -> Void
    ) async throws -> BackupVerification {
        try await wait()
        return BackupVerification(
            id: BackupID(high: 1, low: 1), created: Timestamp(seconds: 1_000), schema: 2, databaseCount: 100,
            lastPosting: 7, ledger: LedgerVerification(accounts: 1, postings: 7, problems: []))
    }

    func backups() async throws -> [BackupRecord] { [] }
    func forgetBackup(_ id: BackupID) async throws -> Bool { false }

    private func wait() async throws {
        while true {
            if let outcome = outcome.withLock({ $0.take() }) { return try outcome.get() }
            await Task.yield()
        }
    }
}
