import Yams

/// Reads a configuration from YAML, key by key, and collects everything that is wrong with it.
package struct ConfigurationReader {
    private let file: String
    private var configuration = Configuration()
    private var problems: [ConfigurationProblem] = []
    private var marks: [String: Mark] = [:]

    /// A key that is given twice gets this put before its name, so that the rest of the file can still be read.
    private static let repeated = "florin-repeated-"

    /// - Parameter file: how complaints name it.
    /// - Throws: everything that is wrong, by name and line. Looks at no other file: see ``ConfigurationFile``.
    package static func read(_ text: String, file: String) throws(ConfigurationRefused) -> ReadConfiguration {
        let (read, problems) = readAll(text, file: file)
        guard problems.isEmpty else { throw ConfigurationRefused(problems: problems) }
        return read
    }

    /// The same, with what could be read beside what is wrong: a key that is wrong has its default.
    static func readAll(_ text: String, file: String) -> (ReadConfiguration, [ConfigurationProblem]) {
        var reader = ConfigurationReader(file: file)
        if let root = reader.compose(text) { reader.readRoot(root) }
        reader.checkSections()
        let read = ReadConfiguration(file: file, value: reader.configuration, lines: reader.marks.mapValues(\.line))
        return (read, reader.problems.inOrder)
    }

    private init(file: String) { self.file = file }

    private mutating func complain(_ key: String, _ problem: String, at mark: Mark?) {
        problems.append(.init(file: file, line: mark?.line, column: mark?.column, key: key, problem: problem))
    }

    // MARK: - YAML

    /// Yams ends at the first mapping that has a key twice; the repetition is noted and renamed, and it is asked again.
    private mutating func compose(_ text: String) -> Node? {
        var text = text
        while problems.count < 100 {
            do {
                return try Parser(yaml: text, encoding: .utf8).singleRoot()
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                complain(names.first ?? "", "stands there twice", at: context.mark)
                guard let renamed = Self.renaming(in: text, at: context.mark) else { return nil }
                text = renamed
            } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
                YamlError.composer(_, let problem, let mark, _)
            {
                complain("", "this is not YAML: \(problem)", at: mark)
                return nil
            } catch {
                complain("", "this is not YAML in UTF-8", at: nil)
                return nil
            }
        }
        return nil
    }

    private static func renaming(in text: String, at mark: Mark) -> String? {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard mark.line >= 1, mark.line <= lines.count else { return nil }
        var scalars = Array(lines[mark.line - 1].unicodeScalars)
        guard mark.column >= 1, mark.column <= scalars.count else { return nil }
        let isQuoted = scalars[mark.column - 1] == "\"" || scalars[mark.column - 1] == "'"
        scalars.insert(
            contentsOf: (repeated + "\(mark.line)-").unicodeScalars, at: mark.column - 1 + (isQuoted ? 1 : 0))
        lines[mark.line - 1] = String(String.UnicodeScalarView(scalars))
        return lines.joined(separator: "\n")
    }

    /// The name as it was before it was renamed.
    private static func original(_ name: String) -> String {
        guard name.hasPrefix(repeated) else { return name }
        return String(name.dropFirst(repeated.count).drop { $0 != "-" }.dropFirst())
    }

    // MARK: - Keys

    private mutating func readRoot(_ root: Node) {
        eachKey(of: root, "") { (reader, name, key, value) in
            guard let section = ConfigurationTable.sections.first(where: { $0.name == name }) else {
                return reader.complain(name, "unknown section" + Self.suggestion(for: name), at: key.mark)
            }
            reader.eachKey(of: value, section.name) { (reader, name, key, value) in
                reader.readKey(section.name + "." + name, key, value)
            }
        }
    }

    private mutating func readKey(_ path: String, _ name: Node, _ value: Node) {
        guard let key = ConfigurationTable.keys[path] else {
            return complain(path, "unknown key" + Self.suggestion(for: path), at: name.mark)
        }
        marks[path] = value.mark ?? name.mark
        do {
            try key.read(value, &configuration)
        } catch {
            // An empty value has its mark behind the colon, or on the next line.
            complain(path, error.problem, at: Self.isEmpty(value) ? name.mark : error.mark ?? value.mark)
        }
    }

    private mutating func eachKey(
        of node: Node, _ parent: String, _ body: (inout ConfigurationReader, String, Node, Node) -> Void
    ) {
        // A section whose keys are all commented out is as good as none.
        if Self.isEmpty(node) { return }
        guard case .mapping(let mapping) = node else {
            return complain(parent, "takes keys below it, not a value", at: node.mark)
        }
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                complain(parent, "a key must be a word", at: key.mark)
                continue
            }
            body(&self, Self.original(scalar.string), key, value)
        }
    }

    private static func isEmpty(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node else { return false }
        return scalar.string.isEmpty && scalar.style == .plain
    }

    private mutating func checkSections() {
        // What is wrong by itself has its default by now: nothing between keys can be said of such a section.
        let wrong = Set(problems.map { $0.key.prefix { $0 != "." } })
        guard !wrong.contains("") else { return }
        for section in ConfigurationTable.sections where !wrong.contains(section.name[...]) {
            section.check?(configuration) { path, problem in complain(path, problem, at: marks[path]) }
        }
    }

    private static func suggestion(for name: String) -> String {
        let known = ConfigurationTable.sections.flatMap { name.contains(".") ? $0.keys.map(\.path) : [$0.name] }
        return Spelling.nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
    }
}

/// A configuration with where its keys stand.
package struct ReadConfiguration: Sendable {
    package let file: String
    package var value: Configuration
    /// The lines of the keys that are in the file.
    package let lines: [String: Int]

    /// What is wrong with a key, found out after reading.
    package func problem(_ key: String, _ problem: String) -> ConfigurationProblem {
        ConfigurationProblem(file: file, line: lines[key], column: nil, key: key, problem: problem)
    }
}

/// Guesses what was meant.
enum Spelling {
    /// - Returns: nil when nothing is near enough.
    static func nearest(to word: String, among known: [String]) -> String? {
        let ranked = known.map { (distance: distance(word, $0), name: $0) }.min { $0 < $1 }
        guard let ranked, ranked.distance <= max(1, min(word.count, 15) / 3) else {
            // The right name under the wrong section.
            let last = word.split(separator: ".").last.map { "." + $0 } ?? word
            return known.first { word.contains(".") && $0.hasSuffix(last) }
        }
        return ranked.name
    }

    /// Insertions, deletions and substitutions from one to the other (Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8.prefix(100)), Array(right.utf8.prefix(100)))
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let next = min(row[column] + 1, row[column + 1] + 1, diagonal + (byte == other ? 0 : 1))
                diagonal = row[column + 1]
                row[column + 1] = next
            }
        }
        return row[right.count]
    }
}
