import Ports

/// Where no folder for reports was given.
struct NoReportFiles: ReportFiles {
    func begin(_: String) async throws -> any ReportFile {
        throw ReportRefusal.filesUnusable("this daemon has no folder for reports")
    }

    func read(_: String, from _: Int64, limit _: Int) async throws -> [UInt8]? { nil }
}
