import Foundation

/// Looks for the run's card numbers in every file both programs have written.
struct FileSearch {
    let directory: String
    let findings: Findings

    func run() {
        guard let files = FileManager.default.enumerator(atPath: directory) else { return }
        let numbers = TestCards.all.map { Data($0.utf8) }
        for case let name as String in files {
            // A socket or a directory has no contents.
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { continue }
            findings.count("bytes searched for card numbers", Int64(data.count))
            for number in numbers where data.range(of: number) != nil {
                findings.report(
                    "the card number ending in \(String(decoding: number.suffix(4), as: UTF8.self)) stands in \(name)")
            }
        }
    }
}
