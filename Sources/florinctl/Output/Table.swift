/// A text in a table, and how it is meant.
struct Cell: Hashable, Sendable, ExpressibleByStringLiteral {
    let text: String
    let tone: Tone

    init(_ text: String?, _ tone: Tone = .plain) {
        self.text = (text ?? "-").harmless
        self.tone = text == nil ? .dim : tone
    }

    /// A state in the colour it deserves.
    init(state: String) { self.init(state, Tone(state: state)) }

    init(stringLiteral text: String) { self.init(text) }
}

/// Aligned columns under a heading.
struct Table: Hashable, Sendable {
    struct Column: Hashable, Sendable {
        let title: String
        let isNumber: Bool

        /// Left-aligned.
        static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
        /// Right-aligned.
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }

    let columns: [Column]
    var rows: [[Cell]] = []
    /// Said instead of a table without rows.
    let none: String

    init(_ columns: Column..., none: String) {
        self.columns = columns
        self.none = none
    }

    func text(_ style: Style) -> String {
        guard !rows.isEmpty else { return none + "\n" }
        let widths = columns.indices.map { index in
            rows.reduce(columns[index].title.count) { max($0, index < $1.count ? $1[index].text.count : 0) }
        }
        let heading = line(columns.map { Cell($0.title, .heading) }, widths, style)
        return heading + rows.map { line($0, widths, style) }.joined()
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() where index < widths.count {
            let padding = String(repeating: " ", count: max(0, widths[index] - cell.text.count))
            let painted = style.paint(cell.text, cell.tone)
            let isLast = index == cells.count - 1
            line += columns[index].isNumber ? padding + painted : painted + (isLast ? "" : padding)
            if !isLast { line += "  " }
        }
        return line + "\n"
    }
}

/// One object: a name and a value on each line.
struct Facts: Sendable {
    private(set) var lines: [(name: String, value: Cell)] = []

    /// A value that is nil leaves no line.
    mutating func add(_ name: String, _ value: String?, _ tone: Tone = .plain) {
        if let value { lines.append((name, Cell(value, tone))) }
    }

    mutating func add(state: String, _ name: String = "status") { add(name, state, Tone(state: state)) }

    func text(_ style: Style) -> String {
        let width = lines.reduce(0) { max($0, $1.name.count) }
        return lines.map { line in
            let padding = String(repeating: " ", count: width - line.name.count + 2)
            return style.paint(line.name, .dim) + padding + style.paint(line.value.text, line.value.tone) + "\n"
        }.joined()
    }
}

/// What follows a page that is not the last.
func more(_ hasMore: Bool, after last: String?, _ style: Style) -> String {
    guard hasMore, let last else { return "" }
    return style.paint("There are more: add --after \(last)", .dim) + "\n"
}
