import FlorinTesting
import Testing

@Suite struct ConformanceTests {
    @Test("the embedded sandbox behaves as a processor has to", arguments: ProcessorConformance.all)
    func embedded(_ conformance: ProcessorConformance) async {
        let findings = await conformance.findings(SandboxSubject.inMemory().subject)
        #expect(findings.isEmpty)
    }
}
