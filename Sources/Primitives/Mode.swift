/// Whether money is real. Test keys see only test objects and reach only test connections, and the other way round.
package enum Mode: Int64, Hashable, Sendable, CaseIterable {
    case test = 0
    case live = 1
}
