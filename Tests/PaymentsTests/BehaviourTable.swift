import Testing

/// A behaviour written out as text: a header line with the events, then one line for each state.
///
/// Cells are words that a test's own `words(for:)` prints: `.` ignored, `!` conflict, `x:why` refused, else the next
/// state with the effects behind a colon.
struct BehaviourTable {
    let columns: [String]
    let rows: [(name: String, cells: [String])]

    init(_ text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.filter { !$0.isEmpty }
        columns = lines.first ?? []
        rows = lines.dropFirst().map { (name: $0[0], cells: Array($0.dropFirst())) }
    }

    init(columns: [String], rows: [(name: String, cells: [String])]) {
        self.columns = columns
        self.rows = rows
    }

    /// Aligned, as it stands in the tests.
    var text: String {
        let lines = [[""] + columns] + rows.map { [$0.name] + $0.cells }
        var widths: [Int] = []
        for line in lines {
            for (index, word) in line.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], word.count)
            }
        }
        return lines.map { line in
            line.enumerated().map { index, word in
                index == line.count - 1 ? word : word + String(repeating: " ", count: widths[index] - word.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// Records an issue for each cell in which `actual` differs, and shows the whole actual table once.
    func expect(_ actual: BehaviourTable, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(columns == actual.columns, "another list of events", sourceLocation: sourceLocation)
        #expect(rows.map(\.name) == actual.rows.map(\.name), "another list of states", sourceLocation: sourceLocation)
        var differs = columns != actual.columns || rows.count != actual.rows.count
        for (expected, found) in zip(rows, actual.rows) {
            #expect(expected.cells.count == columns.count, "a short row", sourceLocation: sourceLocation)
            for (column, (cell, other)) in zip(columns, zip(expected.cells, found.cells)) where cell != other {
                differs = true
                Issue.record(
                    "\(expected.name), then \(column): expected \(cell), found \(other)", sourceLocation: sourceLocation
                )
            }
        }
        if differs { print(actual.text) }
    }
}
