/// A page of metrics as the daemon serves it, taken apart again.
struct MetricsText: Sendable {
    struct Sample: Hashable, Sendable {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    let samples: [String: [Sample]]

    /// Lines that are no samples are passed over.
    init(_ text: String) {
        var samples: [String: [Sample]] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            if let sample = Self.sample(line) { samples[sample.name, default: []].append(sample) }
        }
        self.samples = samples
    }

    private static func sample(_ line: Substring) -> Sample? {
        guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
            return nil
        }
        let head = line[..<space]
        guard let brace = head.firstIndex(of: "{") else { return Sample(name: String(head), labels: [:], value: value) }
        guard head.last == "}" else { return nil }
        var labels: [String: String] = [:]
        var rest = head[head.index(after: brace)...].dropLast()
        while !rest.isEmpty {
            guard let equals = rest.firstRange(of: "=\"") else { return nil }
            let name = String(rest[..<equals.lowerBound])
            rest = rest[equals.upperBound...]
            var value = ""
            var isEscaped = false
            while let character = rest.popFirst() {
                if isEscaped {
                    value.append(character == "n" ? "\n" : character)
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == "\"" {
                    break
                } else {
                    value.append(character)
                }
            }
            labels[name] = value
            if rest.first == "," { rest = rest.dropFirst() }
        }
        return Sample(name: String(head[..<brace]), labels: labels, value: value)
    }

    /// The sum of all samples of a family that have these labels.
    func total(_ name: String, _ labels: [String: String] = [:]) -> Double {
        (samples[name] ?? []).reduce(0) { sum, sample in
            labels.allSatisfy { sample.labels[$0.key] == $0.value } ? sum + sample.value : sum
        }
    }

    /// The values that a label has in a family, in order.
    func values(of label: String, in name: String) -> [String] {
        Set((samples[name] ?? []).compactMap { $0.labels[label] }).sorted()
    }

    /// How a histogram's buckets are filled, summed over everything with these labels: bounds and counts below each.
    func buckets(_ name: String, _ labels: [String: String] = [:]) -> [(bound: Double, count: Double)] {
        var counts: [Double: Double] = [:]
        for sample in samples[name + "_bucket"] ?? []
        where labels.allSatisfy({ sample.labels[$0.key] == $0.value }) {
            guard let text = sample.labels["le"], let bound = text == "+Inf" ? .infinity : Double(text) else {
                continue
            }
            counts[bound, default: 0] += sample.value
        }
        return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// What happened between two pages.
struct MetricsChange: Sendable {
    let before: MetricsText
    let after: MetricsText
    let seconds: Double

    /// By how much a counter grew, per second. A daemon that was restarted meanwhile begins at zero.
    func rate(_ name: String, _ labels: [String: String] = [:]) -> Double {
        let (old, new) = (before.total(name, labels), after.total(name, labels))
        return seconds > 0 ? (new >= old ? new - old : new) / seconds : 0
    }

    /// The time within which this share of what was recorded meanwhile stayed, in seconds; nil when nothing was.
    ///
    /// Inside a bucket the values are taken to lie evenly, as Prometheus does; above the last bound it is that bound.
    func quantile(_ share: Double, _ name: String, _ labels: [String: String] = [:]) -> Double? {
        let old = Dictionary(before.buckets(name, labels).map { ($0.bound, $0.count) }) { first, _ in first }
        let grown = after.buckets(name, labels).map { (bound: $0.bound, count: $0.count - (old[$0.bound] ?? 0)) }
        guard let total = grown.last?.count, total > 0 else { return nil }
        let wanted = share * total
        var below = (bound: 0.0, count: 0.0)
        for bucket in grown {
            if bucket.count >= wanted {
                guard bucket.bound.isFinite, bucket.count > below.count else { return below.bound }
                let part = (wanted - below.count) / (bucket.count - below.count)
                return below.bound + (bucket.bound - below.bound) * part
            }
            below = bucket
        }
        return below.bound
    }
}
