import FlorinTesting
import PayPalProcessor
import Testing

@Suite struct ConformanceTests {
    @Test(
        "before the simulated PayPal the adapter behaves as a processor has to",
        arguments: ProcessorConformance.all)
    func cards(_ conformance: ProcessorConformance) async throws {
        try await Stage.run { stage in
            let findings = await conformance.findings(stage)
            #expect(findings.isEmpty)
        }
    }
}
