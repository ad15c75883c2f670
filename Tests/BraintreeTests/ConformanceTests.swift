import FlorinTesting
import Testing

@Suite struct ConformanceTests {
    @Test(
        "before the simulated Braintree the adapter behaves as a processor has to",
        arguments: ProcessorConformance.all)
    func conforms(_ conformance: ProcessorConformance) async throws {
        try await Stage.run { stage in
            let findings = await conformance.findings(stage)
            #expect(findings.isEmpty)
        }
    }
}
