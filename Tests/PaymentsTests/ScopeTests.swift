import Testing

@testable import Payments

@Suite("Scopes")
struct ScopeTests {
    @Test("writing includes reading of the same family, and nothing of another")
    func writing() {
        let set = ScopeSet([.write(.refunds), .read(.customers)])
        for scope in Scope.all {
            let isGiven = [.write(.refunds), .read(.refunds), .read(.customers)].contains(scope)
            #expect(set.contains(scope) == isGiven, "\(scope.name)")
        }
    }

    @Test("every scope has a name of its own that leads back to it")
    func names() {
        #expect(Set(Scope.all.map(\.name)).count == Scope.all.count)
        for scope in Scope.all { #expect(Scope(name: scope.name) == scope) }
        for name in ["", "customers", "customers:", "customers:admin", "balance:write", "Customers:read", "*"] {
            #expect(Scope(name: name) == nil, "\(name)")
        }
    }

    @Test("a set is stored as names, and a name that is not known is refused")
    func stored() {
        for scope in Scope.all { #expect(ScopeSet(text: ScopeSet([scope]).text) == ScopeSet([scope])) }
        #expect(ScopeSet(text: ScopeSet(Scope.all).text) == ScopeSet(Scope.all))
        #expect(ScopeSet(text: "") == ScopeSet())
        #expect(ScopeSet(text: "customers:read gold:write") == nil)
    }

    @Test("what a set lacks of another is named")
    func missing() {
        let own = ScopeSet([.write(.people), .read(.wallet)])
        #expect(own.missing(from: ScopeSet([.read(.people), .read(.wallet)])) == nil)
        #expect(own.missing(from: ScopeSet([.read(.people), .write(.wallet)])) == .write(.wallet))
    }
}
