import Ports
import Primitives

/// The range of identifiers a page is cut from, both ends excluded, and from which end.
struct PageBounds {
    let lower: SIMD2<UInt64>
    let upper: SIMD2<UInt64>
    /// The page just newer than a cursor is read oldest first, and turned round afterwards.
    let isOldestFirst: Bool
    /// One more than asked for tells whether there are more.
    let count: Int

    static let lowest = SIMD2<UInt64>(0, 0)
    static let highest = SIMD2<UInt64>(.max, .max)

    /// For identifiers that grow with time: moments become bounds too, exact to the millisecond (the callers' filters are
    /// whole seconds).
    init(_ request: PageRequest) {
        var lower = Self.lowest
        var upper = Self.highest
        if let from = request.createdFrom {
            let first = Self.first(at: from, roundedUp: false)
            lower = first > 0 ? SIMD2(first - 1, .max) : lower
        }
        if let before = request.createdBefore { upper = SIMD2(Self.first(at: before, roundedUp: true), 0) }
        switch request.cursor {
        case .newest: break
        case .after(let cursor): upper = Self.isLess(cursor, upper) ? cursor : upper
        case .before(let cursor): lower = Self.isLess(lower, cursor) ? cursor : lower
        }
        self.lower = lower
        self.upper = upper
        if case .before = request.cursor { isOldestFirst = true } else { isOldestFirst = false }
        count = request.limit + 1
    }

    /// The upper half of the first identifier of the millisecond.
    private static func first(at time: Timestamp, roundedUp: Bool) -> UInt64 {
        let milliseconds = UInt64(clamping: time.microseconds / 1_000)
        let isWhole = time.microseconds % 1_000 == 0
        return min(milliseconds + (roundedUp && !isWhole ? 1 : 0), 0xFFFF_FFFF_FFFF) << 16
    }

    static func isLess(_ left: SIMD2<UInt64>, _ right: SIMD2<UInt64>) -> Bool {
        (left[0], left[1]) < (right[0], right[1])
    }
}

extension SQLTransaction {
    /// A page of a list whose identifiers grow with time. The statements take the excluded lower and upper bounds as `?1`
    /// and `?2`, the count as `?3`, and `filters` from `?4`.
    func page<Item>(
        _ request: PageRequest, _ filters: [SQLValue], newestFirst: StaticString, oldestFirst: StaticString,
        _ read: (any SQLRow) throws(StoreError) -> Item
    ) throws(StoreError) -> Page<Item> {
        let bounds = PageBounds(request)
        let values: [SQLValue] = [.of(bounds.lower), .of(bounds.upper), .integer(Int64(bounds.count))]
        let items = try all(bounds.isOldestFirst ? oldestFirst : newestFirst, values + filters, read)
        return Self.cut(items, request, isOldestFirst: bounds.isOldestFirst)
    }

    /// Cuts off the one item too many, and puts the newest first.
    static func cut<Item>(_ items: [Item], _ request: PageRequest, isOldestFirst: Bool) -> Page<Item> {
        let kept = items.prefix(request.limit)
        return Page(items: isOldestFirst ? kept.reversed() : Array(kept), hasMore: items.count > request.limit)
    }

    /// One page out of the pages of several parts of a list, each read with the same request.
    static func merge<Item: Hashable>(
        _ pages: [Page<Item>], _ request: PageRequest, by bits: (Item) -> SIMD2<UInt64>
    ) -> Page<Item> {
        let isOldestFirst = PageBounds(request).isOldestFirst
        var items = Array(Set(pages.flatMap(\.items)))
        items.sort { left, right in
            PageBounds.isLess(bits(left), bits(right)) == isOldestFirst && bits(left) != bits(right)
        }
        let page = cut(items, request, isOldestFirst: isOldestFirst)
        return Page(items: page.items, hasMore: page.hasMore || pages.contains(where: \.hasMore))
    }
}
