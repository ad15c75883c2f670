import Engine
import Payments
import Synchronization

/// Keeps erasures in memory, and fails when it is told to.
final class RecordingJournal: ErasureJournal {
    struct Failed: Error {}

    private let state = Mutex<(records: [ErasureRecord], isBroken: Bool)>(([], false))

    var noted: [ErasureRecord] { state.withLock { $0.records } }

    func records() async throws -> [ErasureRecord] { noted }

    func breaks(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }

    func append(_ record: ErasureRecord) async throws {
        try state.withLock { state in
            if state.isBroken { throw Failed() }
            state.records.append(record)
        }
    }
}
