import Instruments
import Observability
import Testing

@Suite("The page of metrics")
struct MetricPageTests {
    private func text(_ write: (inout MetricPage) -> Void) -> String {
        var page = MetricPage()
        write(&page)
        return String(decoding: page.bytes, as: UTF8.self)
    }

    @Test("names a family, says what it means and of what kind it is, then its numbers")
    func plain() {
        let counter = Counter()
        counter.increment()
        counter.add(41)
        let text = text { $0.number("florin_things_total", .counter, "Things.", counter.value) }
        #expect(
            text == "# HELP florin_things_total Things.\n# TYPE florin_things_total counter\nflorin_things_total 42\n")
    }

    @Test(
        "escapes what a label may not hold",
        arguments: [("a\"b", #"a\"b"#), ("a\\b", #"a\\b"#), ("a\nb", #"a\nb"#), ("é", "é")])
    func escaping(value: String, shown: String) {
        let text = text { $0.family("x", .gauge, "X.") { $0.add(MetricLabels(("name", value)), 1) } }
        #expect(text.hasSuffix("x{name=\"\(shown)\"} 1\n"))
    }

    @Test("a family that is there already is left out, because Prometheus would refuse the page")
    func duplicate() {
        let text = text { page in
            for _ in 0..<2 { page.number("x", .gauge, "X.", 1) }
        }
        #expect(text == "# HELP x X.\n# TYPE x gauge\nx 1\n")
    }

    @Test(
        "shows nanoseconds as seconds, in decimal and without rounding",
        arguments: [
            (UInt64(0), "0"), (1, "0.000000001"), (100_000, "0.0001"), (1_000_000_000, "1"), (2_500_000_000, "2.5"),
            (.max, "18446744073.709551615"),
        ])
    func seconds(nanoseconds: UInt64, shown: String) {
        #expect(text { $0.seconds("x", .gauge, "X.", nanoseconds: nanoseconds) }.hasSuffix("x \(shown)\n"))
    }

    @Test("a histogram's buckets include those below them, and end with all")
    func histogram() {
        let histogram = Histogram(Buckets(.count, [1, 10]))
        for value: UInt64 in [0, 1, 2, 10, 11, 1_000] { histogram.record(value) }
        let text = text { $0.family("x", .histogram, "X.") { $0.add(MetricLabels(("a", "b")), histogram) } }
        let samples = text.split(separator: "\n").dropFirst(2).map(String.init)
        #expect(
            samples == [
                #"x_bucket{a="b",le="1"} 2"#, #"x_bucket{a="b",le="10"} 4"#, #"x_bucket{a="b",le="+Inf"} 6"#,
                #"x_sum{a="b"} 1024"#, #"x_count{a="b"} 6"#,
            ])
    }

    @Test("asks its sources in their order")
    func registry() async {
        let registry = MetricRegistry()
        registry.add { $0.number("a", .gauge, "A.", 1) }
        registry.add { $0.number("b", .gauge, "B.", 2) }
        #expect(await registry.page().names == ["a", "b"])
    }
}

@Suite("Instruments")
struct InstrumentTests {
    @Test("a value falls into the bucket of the first bound that is not smaller", arguments: 0...40)
    func bucket(value: UInt64) {
        let bounds: [UInt64] = [1, 5, 6, 20, 30]
        let histogram = Histogram(Buckets(.count, bounds))
        histogram.record(value)
        let expected = bounds.firstIndex { value <= $0 } ?? bounds.count
        #expect(histogram.snapshot.counts.firstIndex(of: 1) == expected)
        #expect(histogram.snapshot.sum == value)
    }

    @Test("nothing is lost when many record at once")
    func concurrent() async {
        let histogram = Histogram(.latency)
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for step in 0..<1_000 {
                        histogram.record(UInt64(task * 1_000_000 + step))
                        counter.increment()
                    }
                }
            }
        }
        #expect(histogram.snapshot.count == 8_000)
        #expect(counter.value == 8_000)
    }

    @Test("bounds are put in order and count once")
    func bounds() { #expect(Buckets(.count, [3, 1, 3]).bounds == [1, 3]) }
}
