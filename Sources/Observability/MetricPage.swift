package import Instruments

/// Text in the Prometheus exposition format, version 0.0.4.
///
/// Families are written whole, one after the other: the name, what it means, its kind, then its samples. A family that
/// was written already is left out the second time, because Prometheus would refuse the whole page.
/// Source: prometheus.io/docs/instrumenting/exposition_formats (read 2026-11).
package struct MetricPage: Sendable {
    /// The media type of ``bytes``.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package private(set) var bytes: [UInt8] = []
    /// The families on this page, in order.
    package private(set) var names: [String] = []

    /// An empty page.
    package init() { bytes.reserveCapacity(32_768) }

    /// What kind of numbers a family holds.
    package enum Kind: String, Sendable { case counter, gauge, histogram }

    /// A family of numbers that are at hand.
    package mutating func family(
        _ name: StaticString, _ kind: Kind, _ help: StaticString, _ samples: (inout Samples) -> Void
    ) {
        family(named: name.description, kind, help.description, samples)
    }

    /// The same for names that are not known when the program is built: only letters, digits and underscores stay.
    package mutating func family(
        named name: String, _ kind: Kind, _ help: String, _ samples: (inout Samples) -> Void
    ) {
        guard !names.contains(name) else { return }
        names.append(name)
        bytes += "# HELP \(name) ".utf8
        for byte in help.utf8 {
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
        }
        bytes += "\n# TYPE \(name) \(kind.rawValue)\n".utf8
        var rows = Samples(name: Array(name.utf8), bytes: bytes)
        bytes = []
        samples(&rows)
        bytes = rows.bytes
    }

    /// A family of one number without labels.
    package mutating func number(_ name: StaticString, _ kind: Kind, _ help: StaticString, _ value: some BinaryInteger)
    {
        family(name, kind, help) { $0.add(.none, value) }
    }

    /// A family of one number that is shown in seconds.
    package mutating func seconds(_ name: StaticString, _ kind: Kind, _ help: StaticString, nanoseconds value: UInt64) {
        family(name, kind, help) { $0.add(.none, nanoseconds: value) }
    }

    /// A family of one histogram without labels.
    package mutating func histogram(_ name: StaticString, _ help: StaticString, _ histogram: Histogram) {
        family(name, .histogram, help) { $0.add(.none, histogram) }
    }
}

/// The labels of one sample, as they stand on the page.
///
/// Values are chosen by the program: routes, states, connections that operators made. Never by callers, so their number
/// is bounded.
package struct MetricLabels: Hashable, Sendable {
    let text: [UInt8]

    package static let none = MetricLabels()

    /// Names are literals; values are escaped as the format asks.
    package init(_ pairs: (name: StaticString, value: String)...) {
        self.init(pairs: pairs.map { ($0.name.description, $0.value) })
    }

    init(pairs: [(name: String, value: String)]) {
        var text: [UInt8] = []
        for (name, value) in pairs {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            text += name.utf8
            text += "=\"".utf8
            for byte in value.utf8 {
                switch byte {
                case UInt8(ascii: "\\"): text += "\\\\".utf8
                case UInt8(ascii: "\""): text += "\\\"".utf8
                case UInt8(ascii: "\n"): text += "\\n".utf8
                default: text.append(byte)
                }
            }
            text.append(UInt8(ascii: "\""))
        }
        self.text = text
    }
}

/// The samples of one family.
package struct Samples: Sendable {
    let name: [UInt8]
    fileprivate(set) var bytes: [UInt8]

    /// One number.
    package mutating func add(_ labels: MetricLabels, _ value: some BinaryInteger) {
        head("", labels)
        bytes += String(value).utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One number of seconds.
    package mutating func add(_ labels: MetricLabels, nanoseconds value: UInt64) {
        head("", labels)
        append(value, .nanoseconds)
        bytes.append(UInt8(ascii: "\n"))
    }

    /// One histogram: its buckets summed up, its sum and its count.
    package mutating func add(_ labels: MetricLabels, _ histogram: Histogram) {
        add(labels, histogram.snapshot, histogram.buckets)
    }

    /// The same from a snapshot taken before.
    package mutating func add(_ labels: MetricLabels, _ snapshot: HistogramSnapshot, _ buckets: Buckets) {
        var total: UInt64 = 0
        for (bound, count) in zip(buckets.bounds, snapshot.counts) {
            total += count
            bucket(labels, total) { $0.append(bound, buckets.unit) }
        }
        total += snapshot.counts.last ?? 0
        bucket(labels, total) { $0.bytes += "+Inf".utf8 }
        head("_sum", labels)
        append(snapshot.sum, buckets.unit)
        bytes.append(UInt8(ascii: "\n"))
        head("_count", labels)
        bytes += String(total).utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func bucket(_ labels: MetricLabels, _ count: UInt64, _ bound: (inout Samples) -> Void) {
        bytes += name
        bytes += "_bucket{".utf8
        bytes += labels.text
        if !labels.text.isEmpty { bytes.append(UInt8(ascii: ",")) }
        bytes += "le=\"".utf8
        bound(&self)
        bytes += "\"} ".utf8
        bytes += String(count).utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func head(_ suffix: StaticString, _ labels: MetricLabels) {
        bytes += name
        bytes += suffix.description.utf8
        if !labels.text.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes += labels.text
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
    }

    /// Seconds are written in decimal from whole nanoseconds: no rounding, no exponent.
    private mutating func append(_ value: UInt64, _ unit: Buckets.Unit) {
        guard unit == .nanoseconds else {
            bytes += String(value).utf8
            return
        }
        bytes += String(value / 1_000_000_000).utf8
        var rest = value % 1_000_000_000
        guard rest > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var scale: UInt64 = 100_000_000
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / scale))
            rest %= scale
            scale /= 10
        }
    }
}
