import Payments
import Ports
import Primitives

/// Reads the columns of a row one after the other, in the order of the schema. Whatever the disk supplies that the schema
/// does not promise becomes ``StoreError/corrupt(_:)`` with table and column.
struct Columns {
    private let row: any SQLRow
    private let table: StaticString
    private var next: Int

    init(_ row: any SQLRow, _ table: StaticString, from first: Int = 0) {
        self.row = row
        self.table = table
        next = first
    }

    /// The error for a value that was read last and means nothing.
    func corrupt(_ what: String) -> StoreError {
        .corrupt("table \(table), column \(next - 1) of a row: \(what)")
    }

    private mutating func take<Value>(
        _ read: (any SQLRow, Int) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let column = next
        next += 1
        do throws(StoreError) {
            return try read(row, column)
        } catch {
            guard case .corrupt(let what) = error else { throw error }
            throw corrupt(what)
        }
    }

    private mutating func optional<Value>(
        _ read: (any SQLRow, Int) throws(StoreError) -> Value
    ) throws(StoreError) -> Value? {
        if row.isNull(next) {
            next += 1
            return nil
        }
        return try take(read)
    }

    mutating func integer() throws(StoreError) -> Int64 {
        try take { (row, column) throws(StoreError) in try row.integer(column) }
    }

    mutating func optionalInteger() throws(StoreError) -> Int64? {
        try optional { (row, column) throws(StoreError) in try row.integer(column) }
    }

    mutating func text() throws(StoreError) -> String {
        try take { (row, column) throws(StoreError) in try row.text(column) }
    }

    mutating func optionalText() throws(StoreError) -> String? {
        try optional { (row, column) throws(StoreError) in try row.text(column) }
    }

    mutating func bytes() throws(StoreError) -> [UInt8] {
        try take { (row, column) throws(StoreError) in try row.bytes(column) }
    }

    mutating func optionalBytes() throws(StoreError) -> [UInt8]? {
        try optional { (row, column) throws(StoreError) in try row.bytes(column) }
    }

    mutating func bits() throws(StoreError) -> SIMD2<UInt64> {
        try take { (row, column) throws(StoreError) in
            let id = try row.id(column)
            return SIMD2(id.high, id.low)
        }
    }

    mutating func optionalBits() throws(StoreError) -> SIMD2<UInt64>? {
        try optional { (row, column) throws(StoreError) in
            let id = try row.id(column)
            return SIMD2(id.high, id.low)
        }
    }

    mutating func identifier<Kind>(_: Kind.Type = Kind.self) throws(StoreError) -> Identifier<Kind> {
        Identifier(bits: try bits())
    }

    mutating func optionalIdentifier<Kind>(_: Kind.Type = Kind.self) throws(StoreError) -> Identifier<Kind>? {
        try optionalBits().map { Identifier(bits: $0) }
    }

    mutating func flag() throws(StoreError) -> Bool {
        switch try integer() {
        case 0: return false
        case 1: return true
        case let other: throw corrupt("\(other) is neither 0 nor 1")
        }
    }

    mutating func optionalFlag() throws(StoreError) -> Bool? {
        if row.isNull(next) {
            next += 1
            return nil
        }
        return try flag()
    }

    /// A stored vocabulary.
    mutating func value<Value: RawRepresentable<Int64>>(_: Value.Type = Value.self) throws(StoreError) -> Value {
        let raw = try integer()
        guard let value = Value(rawValue: raw) else { throw corrupt("\(raw) is no known \(Value.self)") }
        return value
    }

    mutating func optionalValue<Value: RawRepresentable<Int64>>(
        _: Value.Type = Value.self
    ) throws(StoreError) -> Value? {
        if row.isNull(next) {
            next += 1
            return nil
        }
        return try value()
    }

    mutating func time() throws(StoreError) -> Timestamp { Timestamp(microseconds: try integer()) }

    mutating func optionalTime() throws(StoreError) -> Timestamp? {
        try optionalInteger().map { Timestamp(microseconds: $0) }
    }

    mutating func currency() throws(StoreError) -> Currency {
        let numeric = try integer()
        guard let currency = Currency(numeric: numeric) else { throw corrupt("\(numeric) is no known currency") }
        return currency
    }

    /// Two columns: minor units, currency.
    mutating func money() throws(StoreError) -> Money {
        Money(minorUnits: try integer(), currency: try currency())
    }

    /// Two columns: kind, identifier.
    mutating func owner() throws(StoreError) -> Owner {
        Owner(kind: try value(), bits: try bits())
    }

    /// Two columns: number of the data key, box.
    mutating func sealed() throws(StoreError) -> SealedDetails {
        SealedDetails(dataKey: try integer(), box: try bytes())
    }

    mutating func optionalSealed() throws(StoreError) -> SealedDetails? {
        let key = try optionalInteger()
        let box = try optionalBytes()
        switch (key, box) {
        case (let key?, let box?): return SealedDetails(dataKey: key, box: box)
        case (nil, nil): return nil
        default: throw corrupt("a sealed value without its key, or the other way round")
        }
    }

    /// Three columns: reason, whether it is soft, the processor's code.
    mutating func optionalDecline() throws(StoreError) -> Decline? {
        let reason = try optionalValue(DeclineReason.self)
        let isSoft = try optionalFlag()
        let code = try optionalText()
        switch (reason, isSoft) {
        case (let reason?, let isSoft?): return Decline(reason: reason, isSoft: isSoft, processorCode: code)
        case (nil, nil): return nil
        default: throw corrupt("half a decline")
        }
    }

    /// Four columns: 1 pending, 2 succeeded, 3 failed, with the decline. The numbers are stored: never renumber.
    mutating func outcome<State>(
        pending: State, succeeded: State, failed: (Decline) -> State
    ) throws(StoreError) -> State {
        let code = try integer()
        let decline = try optionalDecline()
        switch code {
        case 1: return pending
        case 2: return succeeded
        case 3: return failed(try required(decline, "a decline"))
        default: throw .corrupt("table \(table): \(code) is no known state")
        }
    }

    /// What a state needs and the row does not have.
    func required<Value>(_ value: Value?, _ what: StaticString) throws(StoreError) -> Value {
        guard let value else { throw .corrupt("table \(table): a row lacks \(what) for its state") }
        return value
    }
}

extension Identifier {
    init(bits: SIMD2<UInt64>) { self.init(high: bits[0], low: bits[1]) }
    var bits: SIMD2<UInt64> { SIMD2(high, low) }
}

extension SQLValue {
    static func of(_ bits: SIMD2<UInt64>) -> SQLValue { .id(bits[0], bits[1]) }
    static func of(_ bits: SIMD2<UInt64>?) -> SQLValue { bits.map { .id($0[0], $0[1]) } ?? .null }
}

extension [SQLValue] {
    mutating func append(_ sealed: SealedDetails?) {
        append(.of(sealed?.dataKey))
        append(.of(sealed?.box))
    }

    mutating func append(_ decline: Decline?) {
        append(.of(decline?.reason))
        append(decline.map { .of($0.isSoft) } ?? .null)
        append(.of(decline?.processorCode))
    }

    mutating func append(_ money: Money) {
        append(.integer(money.minorUnits))
        append(.of(money.currency))
    }

    mutating func append(_ owner: Owner) {
        append(.of(owner.kind))
        append(.of(owner.bits))
    }
}
