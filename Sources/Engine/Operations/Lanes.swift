import Primitives
internal import Synchronization

/// What is underway, so that it is not begun twice, and how much of it in all and towards one side: a side that is slow
/// fills its own lane and nobody else's.
final class Lanes<Item: Hashable & Sendable, Lane: Hashable & Sendable>: Sendable {
    private struct State {
        var items: Set<Item> = []
        var byLane: [Lane: Int] = [:]
    }
    private let state = Mutex(State())
    private let slots: Int
    private let slotsPerLane: Int

    /// - Parameters:
    ///   - slots: how many items may be underway when they are begun by ``beginIfFree(_:in:)``.
    ///   - slotsPerLane: how many of them in one lane.
    init(slots: Int, slotsPerLane: Int) {
        self.slots = slots
        self.slotsPerLane = slotsPerLane
    }

    var count: Int { state.withLock(\.items.count) }
    var current: Set<Item> { state.withLock(\.items) }
    var hasFreeSlot: Bool { count < slots }

    /// - Returns: false when it is underway already. True must be followed by ``end(_:in:)``.
    func begin(_ item: Item, in lane: Lane) -> Bool { state.withLock { Self.insert(item, lane, &$0) } }

    /// As ``begin(_:in:)``, and false too when its lane, or all of them together, have no free slot.
    func beginIfFree(_ item: Item, in lane: Lane) -> Bool {
        state.withLock { state in
            guard state.items.count < slots, state.byLane[lane, default: 0] < slotsPerLane else { return false }
            return Self.insert(item, lane, &state)
        }
    }

    func end(_ item: Item, in lane: Lane) {
        state.withLock { state in
            guard state.items.remove(item) != nil else { return }
            let left = state.byLane[lane, default: 1] - 1
            state.byLane[lane] = left > 0 ? left : nil
        }
    }

    private static func insert(_ item: Item, _ lane: Lane, _ state: inout State) -> Bool {
        guard state.items.insert(item).inserted else { return false }
        state.byLane[lane, default: 0] += 1
        return true
    }
}
