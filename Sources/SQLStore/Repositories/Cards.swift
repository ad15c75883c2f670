import Payments
import Ports
import Primitives

extension SQLTransaction {
    func paymentMethod(_ id: PaymentMethodID) throws -> PaymentMethod? {
        // A charge asks for its card more than once.
        if let lastMethod, lastMethod.id == id { return lastMethod }
        lastMethod = try one("SELECT * FROM payment_method WHERE id = ?1", [.of(id)], PaymentMethod.init(row:))
        return lastMethod
    }

    /// Card identifiers have no order, so the list goes by the moment of creation, and by identifier within it. A cursor
    /// that is not stored gives an empty page.
    func paymentMethods(
        of holder: PaymentMethodHolder, mode: Mode, _ instrument: PaymentInstrument?, _ page: PageRequest
    ) throws -> Page<PaymentMethod> {
        guard let holder = holder.bits else { return Page(items: [], hasMore: false) }
        let isOldestFirst = PageBounds(page).isOldestFirst
        var (lower, upper) = ((Int64.min, PageBounds.lowest), (Int64.max, PageBounds.highest))
        switch page.cursor {
        case .newest: break
        case .after(let cursor), .before(let cursor):
            guard let found = try paymentMethod(PaymentMethodID(bits: cursor)) else {
                return Page(items: [], hasMore: false)
            }
            let place = (found.created.microseconds, cursor)
            if isOldestFirst { lower = place } else { upper = place }
        }
        let values: [SQLValue] = [
            .of(holder), .of(mode), .integer(lower.0), .of(lower.1), .integer(upper.0), .of(upper.1),
            .integer(page.createdFrom?.microseconds ?? .min),
            .integer(page.createdBefore.map { $0.microseconds &- 1 } ?? .max), .integer(Int64(page.limit + 1)),
            .integer(instrument?.rawValue ?? 0), .integer(instrument?.rawValue ?? .max),
        ]
        let items =
            isOldestFirst
            ? try all(
                """
                SELECT * FROM payment_method
                WHERE holder = ?1 AND mode = ?2 AND (created, id) > (?3, ?4) AND (created, id) < (?5, ?6)
                    AND created BETWEEN ?7 AND ?8 AND instrument BETWEEN ?10 AND ?11
                ORDER BY created, id LIMIT ?9
                """, values, PaymentMethod.init(row:))
            : try all(
                """
                SELECT * FROM payment_method
                WHERE holder = ?1 AND mode = ?2 AND (created, id) > (?3, ?4) AND (created, id) < (?5, ?6)
                    AND created BETWEEN ?7 AND ?8 AND instrument BETWEEN ?10 AND ?11
                ORDER BY created DESC, id DESC LIMIT ?9
                """, values, PaymentMethod.init(row:))
        return Self.cut(items, page, isOldestFirst: isOldestFirst)
    }

    func insert(_ method: PaymentMethod) throws {
        var values: [SQLValue] = [
            .of(method.id), .of(method.owner.kind), .of(method.owner.bits), .of(method.mode),
            .integer(method.holder.kind), .of(method.holder.bits), .of(method.brand),
            .integer(Int64(method.lastFour.value)), .integer(Int64(method.expiry.month)),
            .integer(Int64(method.expiry.year)), .of(method.funding), .bytes(method.fingerprint),
        ]
        values.append(method.number)
        values.append(.bytes(method.subjectSalt))
        values.append(method.billing)
        values += [.of(method.awaitsSecurityCode), .of(method.isConsumed), .of(method.created), .of(method.instrument)]
        try session.run(
            """
            INSERT INTO payment_method (id, owner_kind, owner, mode, holder_kind, holder, brand, last_four, expiry_month,
                expiry_year, funding, fingerprint, number_key, number_box, subject_salt, billing_key, billing_box,
                awaits_security_code, is_consumed, created, instrument)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
            """, values)
    }

    func update(_ method: PaymentMethod) throws {
        lastMethod = nil
        var values: [SQLValue] = [
            .of(method.id), .integer(method.holder.kind), .of(method.holder.bits),
            .integer(Int64(method.expiry.month)), .integer(Int64(method.expiry.year)),
        ]
        values.append(method.number)
        values.append(method.billing)
        values += [.of(method.awaitsSecurityCode), .of(method.isConsumed)]
        try change(
            """
            UPDATE payment_method
            SET holder_kind = ?2, holder = ?3, expiry_month = ?4, expiry_year = ?5, number_key = ?6, number_box = ?7,
                billing_key = ?8, billing_box = ?9, awaits_security_code = ?10, is_consumed = ?11
            WHERE id = ?1
            """, values)
    }

    func token(_ id: TokenID) throws -> CardToken? {
        try one("SELECT * FROM token WHERE id = ?1", [.of(id)], CardToken.init(row:))
    }

    func insert(_ token: CardToken) throws {
        try session.run(
            """
            INSERT INTO token (id, payment_method, owner_kind, owner, mode, is_used, created, checkout, amount,
                currency, expires)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """,
            [
                .of(token.id), .of(token.paymentMethod), .of(token.owner.kind), .of(token.owner.bits), .of(token.mode),
                .of(token.isUsed), .of(token.created), .of(token.bond?.checkout), .of(token.bond?.amount.minorUnits),
                token.bond.map { .of($0.amount.currency) } ?? .null, .of(token.bond?.expires),
            ])
    }

    func markUsed(_ token: TokenID) throws -> Bool {
        try session.run("UPDATE token SET is_used = 1 WHERE id = ?1 AND is_used = 0", [.of(token)]) == 1
    }
}

extension PaymentMethodHolder {
    fileprivate var kind: Int64 {
        switch self {
        case .nobody: 0
        case .customer: 1
        case .person: 2
        }
    }

    fileprivate var bits: SIMD2<UInt64>? {
        switch self {
        case .nobody: nil
        case .customer(let id): id.bits
        case .person(let id): id.bits
        }
    }
}

extension PaymentMethod {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "payment_method")
        self.init(
            id: try columns.identifier(), owner: try columns.owner(), mode: try columns.value(),
            holder: try Self.holder(&columns), brand: try columns.value(), lastFour: try Self.lastFour(&columns),
            expiry: try Self.expiry(&columns), funding: try columns.value(), fingerprint: try columns.bytes(),
            number: try columns.sealed(), subjectSalt: try columns.bytes(), billing: try columns.optionalSealed(),
            awaitsSecurityCode: try columns.flag(), isConsumed: try columns.flag(), created: try columns.time(),
            instrument: try columns.value())
    }

    private static func holder(_ columns: inout Columns) throws(StoreError) -> PaymentMethodHolder {
        let kind = try columns.integer()
        let bits = try columns.optionalBits()
        switch (kind, bits) {
        case (0, nil): return .nobody
        case (1, let bits?): return .customer(CustomerID(bits: bits))
        case (2, let bits?): return .person(PersonID(bits: bits))
        default: throw columns.corrupt("\(kind) is no kind of holder, or it has no identifier")
        }
    }

    private static func lastFour(_ columns: inout Columns) throws(StoreError) -> LastFour {
        let value = try columns.integer()
        guard let narrow = UInt16(exactly: value), narrow < 10_000 else { throw columns.corrupt("not four digits") }
        return LastFour(value: narrow)
    }

    private static func expiry(_ columns: inout Columns) throws(StoreError) -> CardExpiry {
        let month = try columns.integer()
        let year = try columns.integer()
        guard let expiry = CardExpiry(month: Int(clamping: month), year: Int(clamping: year)) else {
            throw columns.corrupt("not an expiry date")
        }
        return expiry
    }
}

extension CardToken {
    fileprivate init(row: any SQLRow) throws(StoreError) {
        var columns = Columns(row, "token")
        self.init(
            id: try columns.identifier(), paymentMethod: try columns.identifier(), owner: try columns.owner(),
            mode: try columns.value(), isUsed: try columns.flag(), created: try columns.time(),
            bond: try Self.bond(&columns))
    }

    private static func bond(_ columns: inout Columns) throws(StoreError) -> CheckoutBond? {
        guard let checkout = try columns.optionalIdentifier(CheckoutKind.self) else { return nil }
        return CheckoutBond(checkout: checkout, amount: try columns.money(), expires: try columns.time())
    }
}
