import FlorinTesting
import StripeProcessor
import Testing

@Suite struct ConformanceTests {
    @Test(
        "before the simulated Stripe the adapter behaves as a processor has to",
        arguments: ProcessorConformance.all)
    func rawCards(_ conformance: ProcessorConformance) async throws {
        try await Stage.run { stage in
            let findings = await conformance.findings(stage)
            #expect(findings.isEmpty)
        }
    }
}
