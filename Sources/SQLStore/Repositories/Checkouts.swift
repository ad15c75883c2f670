import Payments
import Ports
import Primitives

extension SQLTransaction {
    func checkout(_ id: CheckoutID) throws -> Checkout? {
        try one("SELECT * FROM checkout WHERE id = ?1", [.of(id)], Checkout.read(row:))
    }

    func checkouts(
        of bot: BotID, mode: Mode, _ filter: CheckoutFilter, _ page: PageRequest
    ) throws -> Page<Checkout> {
        // What the bot names points at few rows: their index is taken, and the rest is written as ranges.
        let rest: [SQLValue] =
            [.of(bot), .of(mode)] + Self.range(of: filter.status) + Self.range(of: filter.customer)
        if let payment = filter.payment {
            return try self.page(
                page, rest + [.of(payment)],
                newestFirst: """
                    SELECT * FROM checkout
                    WHERE id IN (SELECT COALESCE(share_of, id) FROM checkout WHERE payment = ?10) AND id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?4 AND mode BETWEEN ?5 AND ?5
                        AND share_of IS NULL
                        AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7 AND COALESCE(customer, ?8) BETWEEN ?8 AND ?9
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM checkout
                    WHERE id IN (SELECT COALESCE(share_of, id) FROM checkout WHERE payment = ?10) AND id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?4 AND mode BETWEEN ?5 AND ?5
                        AND share_of IS NULL
                        AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7 AND COALESCE(customer, ?8) BETWEEN ?8 AND ?9
                    ORDER BY id LIMIT ?3
                    """, Checkout.read(row:))
        }
        if let reference = filter.referenceHash {
            return try self.page(
                page, rest + [.bytes(reference)],
                newestFirst: """
                    SELECT * FROM checkout
                    WHERE reference_hash = ?10 AND id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?4
                        AND mode BETWEEN ?5 AND ?5 AND share_of IS NULL
                        AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7
                        AND COALESCE(customer, ?8) BETWEEN ?8 AND ?9
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM checkout
                    WHERE reference_hash = ?10 AND id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?4
                        AND mode BETWEEN ?5 AND ?5 AND share_of IS NULL
                        AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7
                        AND COALESCE(customer, ?8) BETWEEN ?8 AND ?9
                    ORDER BY id LIMIT ?3
                    """, Checkout.read(row:))
        }
        if let link = filter.link {
            return try self.page(
                page, rest + [.of(link)],
                newestFirst: """
                    SELECT * FROM checkout
                    WHERE link = ?10 AND id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?4 AND mode BETWEEN ?5 AND ?5
                        AND share_of IS NULL
                        AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7 AND COALESCE(customer, ?8) BETWEEN ?8 AND ?9
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM checkout
                    WHERE link = ?10 AND id > ?1 AND id < ?2 AND bot BETWEEN ?4 AND ?4 AND mode BETWEEN ?5 AND ?5
                        AND share_of IS NULL
                        AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7 AND COALESCE(customer, ?8) BETWEEN ?8 AND ?9
                    ORDER BY id LIMIT ?3
                    """, Checkout.read(row:))
        }
        if let customer = filter.customer {
            return try self.page(
                page, [.of(customer), .of(bot), .of(mode)] + Self.range(of: filter.status),
                newestFirst: """
                    SELECT * FROM checkout
                    WHERE customer = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                        AND share_of IS NULL AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?7 AND ?8
                    ORDER BY id DESC LIMIT ?3
                    """,
                oldestFirst: """
                    SELECT * FROM checkout
                    WHERE customer = ?4 AND id > ?1 AND id < ?2 AND bot BETWEEN ?5 AND ?5 AND mode BETWEEN ?6 AND ?6
                        AND share_of IS NULL AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?7 AND ?8
                    ORDER BY id LIMIT ?3
                    """, Checkout.read(row:))
        }
        return try self.page(
            page, [.of(bot), .of(mode)] + Self.range(of: filter.status),
            newestFirst: """
                SELECT * FROM checkout
                WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND share_of IS NULL
                    AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7
                ORDER BY id DESC LIMIT ?3
                """,
            oldestFirst: """
                SELECT * FROM checkout
                WHERE bot = ?4 AND mode = ?5 AND id > ?1 AND id < ?2 AND share_of IS NULL
                    AND CASE state WHEN 6 THEN 1 ELSE state END BETWEEN ?6 AND ?7
                ORDER BY id LIMIT ?3
                """, Checkout.read(row:))
    }

    /// To callers a checkout is open until it is over; one that a group pays (6) counts as 1 above.
    private static func range(of status: CheckoutFilter.Status?) -> [SQLValue] {
        switch status {
        case nil: [.integer(1), .integer(1_000)]
        case .open: [.integer(1), .integer(3)]
        case .complete, .expired: [.of(status), .of(status)]
        }
    }

    func isConfirmed(_ confirmation: [UInt8], of checkout: CheckoutID) throws -> Bool {
        try one(
            "SELECT created FROM checkout_confirmation WHERE checkout = ?1 AND confirmation = ?2",
            [.of(checkout), .bytes(confirmation)]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout_confirmation")
            return try columns.time()
        } != nil
    }

    func checkoutsDue(by time: Timestamp, limit: Int) throws -> [CheckoutID] {
        try all(
            "SELECT id FROM checkout WHERE people IS NULL AND due <= ?1 ORDER BY due, id LIMIT ?2",
            [.of(time), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout")
            return try columns.identifier()
        }
    }

    // Not by share_of: the index of a bot's own checkouts would be taken, and all of them put in order.
    func testCheckoutsExpiring(of bot: BotID, by time: Timestamp, limit: Int) throws -> [DueWork<CheckoutKind>] {
        try all(
            """
            SELECT id, due FROM checkout
            WHERE due <= ?1 AND (state = 1 OR state = 6) AND share_number IS NULL AND bot BETWEEN ?2 AND ?2 AND mode BETWEEN ?3 AND ?3
            ORDER BY due, id LIMIT ?4
            """, [.of(time), .of(bot), .of(Mode.test), .integer(Int64(max(limit, 0)))], DueWork.init(row:))
    }

    func countCheckouts() throws -> [(state: Int64, count: Int64)] {
        try all("SELECT state, count(*) FROM checkout WHERE due IS NOT NULL GROUP BY state ORDER BY state", []) {
            (row) throws(StoreError) in
            var columns = Columns(row, "checkout")
            return (state: try columns.integer(), count: try columns.integer())
        }
    }

    func refSums(of bot: BotID, mode: Mode, from: Timestamp, to: Timestamp, limit: Int) throws -> [RefSum] {
        try all(
            """
            SELECT c.ref_hash, MIN(c.id), c.currency, count(*),
                CAST(SUM(CASE WHEN c.state = 4 AND (p.state = 7 OR c.people > 0) THEN 1 ELSE 0 END) AS BIGINT),
                CAST(SUM(CASE WHEN c.state <> 4 THEN 0 WHEN c.people > 0 THEN c.amount WHEN p.state = 7 THEN p.captured
                    ELSE 0 END) AS BIGINT)
            FROM checkout c LEFT JOIN payment p ON p.id = c.payment
            WHERE c.bot = ?1 AND c.mode = ?2 AND c.ref_hash IS NOT NULL AND c.created >= ?3 AND c.created < ?4
            GROUP BY c.ref_hash, c.currency ORDER BY count(*) DESC, c.ref_hash LIMIT ?5
            """, [.of(bot), .of(mode), .of(from), .of(to), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "checkout")
            return RefSum(
                refHash: try columns.bytes(), example: try columns.identifier(), currency: try columns.currency(),
                sessions: try columns.integer(), completed: try columns.integer(), amount: try columns.integer())
        }
    }
}

extension SQLTransaction {
    func insert(_ checkout: Checkout) throws {
        try session.run(
            """
            INSERT INTO checkout (id, bot, mode, created, expires, state, question, asked_until, payment, settled,
                completed, customer, link, reference_hash, ref_hash, amount, currency, price_version, questions, due,
                terms_key, terms_box, buyer_key, buyer_box, version, people, gathers_until, share_of, share_number,
                share_fate, share_tries, share_claimed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32)
            """,
            [
                .of(checkout.id), .of(checkout.bot), .of(checkout.mode), .of(checkout.created), .of(checkout.expires),
                .integer(checkout.state.code), .of(checkout.state.question), .of(checkout.state.askedUntil),
                .of(checkout.payment), .of(checkout.isSettled), .of(checkout.completed), .of(checkout.customer),
                .of(checkout.link), .of(checkout.referenceHash), .of(checkout.refHash),
                .integer(checkout.amount.minorUnits), .of(checkout.amount.currency), .integer(checkout.priceVersion),
                .integer(checkout.questions), .of(checkout.due), .integer(checkout.terms.dataKey),
                .bytes(checkout.terms.box), .of(checkout.buyer?.dataKey), .of(checkout.buyer?.box),
                .integer(checkout.version), .of(checkout.group?.people), .of(checkout.group?.until),
                .of(checkout.share?.whole), .of(checkout.share?.number), .of(checkout.share?.fate.rawValue),
                .of(checkout.share?.tries), .of(checkout.share?.claimed),
            ])
    }

    func update(_ checkout: Checkout) throws {
        let changed = try session.run(
            """
            UPDATE checkout
            SET expires = ?3, state = ?4, question = ?5, asked_until = ?6, payment = ?7, settled = ?8, completed = ?9,
                customer = ?10, amount = ?11, price_version = ?12, questions = ?13, due = ?14, terms_key = ?15,
                terms_box = ?16, buyer_key = ?17, buyer_box = ?18, ref_hash = ?19, people = ?20,
                gathers_until = ?21, share_fate = ?22, share_tries = ?23, share_claimed = ?24, version = version + 1
            WHERE id = ?1 AND version = ?2
            """,
            [
                .of(checkout.id), .integer(checkout.version), .of(checkout.expires), .integer(checkout.state.code),
                .of(checkout.state.question), .of(checkout.state.askedUntil), .of(checkout.payment),
                .of(checkout.isSettled), .of(checkout.completed), .of(checkout.customer),
                .integer(checkout.amount.minorUnits), .integer(checkout.priceVersion), .integer(checkout.questions),
                .of(checkout.due), .integer(checkout.terms.dataKey), .bytes(checkout.terms.box),
                .of(checkout.buyer?.dataKey), .of(checkout.buyer?.box), .of(checkout.refHash),
                .of(checkout.group?.people),
                .of(checkout.group?.until), .of(checkout.share?.fate.rawValue), .of(checkout.share?.tries),
                .of(checkout.share?.claimed),
            ])
        guard changed == 1 else { throw StoreConflict() }
    }

    func noteConfirmation(_ confirmation: [UInt8], of checkout: CheckoutID, at time: Timestamp) throws -> Bool {
        try session.run(
            """
            INSERT INTO checkout_confirmation (checkout, confirmation, created) VALUES (?1, ?2, ?3)
            ON CONFLICT DO NOTHING
            """, [.of(checkout), .bytes(confirmation), .of(time)]) == 1
    }

    func checkouts(lentBy person: PersonID, limit: Int) throws -> [CheckoutID] {
        try all(
            "SELECT checkout FROM lent_card WHERE person = ?1 ORDER BY card LIMIT ?2",
            [.of(person), .integer(Int64(max(limit, 0)))]
        ) { (row) throws(StoreError) in
            var columns = Columns(row, "lent_card")
            return try columns.identifier()
        }
    }

    func hasOpenToken(_ checkout: CheckoutID, at time: Timestamp) throws -> Bool {
        try one(
            "SELECT 1 FROM token WHERE checkout = ?1 AND is_used = 0 AND expires > ?2 LIMIT 1",
            [.of(checkout), .of(time)]
        ) { (row) throws(StoreError) in try row.integer(0) } != nil
    }

    func noteLoan(of card: PaymentMethodID, by person: PersonID, for checkout: CheckoutID, forFriend: Bool) throws {
        try session.run(
            "INSERT INTO lent_card (person, card, checkout, for_friend) VALUES (?1, ?2, ?3, ?4)",
            [.of(person), .of(card), .of(checkout), .of(forFriend)])
    }

    func forgetBuyers(lending person: PersonID) throws -> Int {
        try session.run(
            """
            DELETE FROM checkout_buyer
            WHERE checkout IN (SELECT checkout FROM lent_card WHERE person = ?1 AND for_friend = 0)
            """, [.of(person)])
        return try session.run(
            """
            UPDATE checkout SET buyer_key = NULL, buyer_box = NULL, version = version + 1
            WHERE id IN (SELECT checkout FROM lent_card WHERE person = ?1 AND for_friend = 0) AND buyer_key IS NOT NULL
            """, [.of(person)])
    }

    func delete(_ checkout: Checkout) throws {
        let deleted = try session.run(
            "DELETE FROM checkout WHERE id = ?1 AND version = ?2", [.of(checkout.id), .integer(checkout.version)])
        guard deleted == 1 else { throw StoreConflict() }
    }

    func leaveOpenCheckouts(_ customer: CustomerID) throws {
        try session.run(
            "UPDATE checkout SET customer = NULL, version = version + 1 WHERE customer = ?1 AND state IN (1, 2, 3, 6)",
            [.of(customer)])
    }

    func forgetBuyers(of customer: CustomerID) throws -> Int {
        try session.run(
            "DELETE FROM checkout_buyer WHERE checkout IN (SELECT id FROM checkout WHERE customer = ?1)",
            [.of(customer)])
        return try session.run(
            """
            UPDATE checkout SET buyer_key = NULL, buyer_box = NULL, version = version + 1
            WHERE customer = ?1 AND buyer_key IS NOT NULL
            """, [.of(customer)])
    }
}

// The numbers are stored: never renumber.
extension CheckoutState {
    fileprivate var code: Int64 {
        switch self {
        case .open: 1
        case .asking: 2
        case .paying: 3
        case .complete: 4
        case .expired: 5
        case .gathering: 6
        }
    }

    fileprivate var question: Int64? { if case .asking(let question, _) = self { question } else { nil } }
    fileprivate var askedUntil: Timestamp? { if case .asking(_, let until) = self { until } else { nil } }
}

extension Checkout {
    static func read(row: any SQLRow) throws(StoreError) -> Checkout {
        var columns = Columns(row, "checkout")
        let id = try columns.identifier(CheckoutKind.self)
        let bot = try columns.identifier(BotKind.self)
        let mode = try columns.value(Mode.self)
        let (created, expires) = (try columns.time(), try columns.time())
        let code = try columns.integer()
        let (question, until) = (try columns.optionalInteger(), try columns.optionalTime())
        let payment = try columns.optionalIdentifier(PaymentKind.self)
        let isSettled = try columns.flag()
        let completed = try columns.optionalTime()
        let customer = try columns.optionalIdentifier(CustomerKind.self)
        let link = try columns.optionalIdentifier(PaymentLinkKind.self)
        let (reference, ref) = (try columns.optionalBytes(), try columns.optionalBytes())
        let amount = try columns.money()
        let (priceVersion, questions) = (try columns.integer(), try columns.integer())
        let due = try columns.optionalTime()
        var checkout = Checkout(
            id: id, bot: bot, mode: mode, created: created, expires: expires, customer: customer, link: link,
            referenceHash: reference, refHash: ref, amount: amount, terms: try columns.sealed(),
            buyer: try columns.optionalSealed())
        checkout.version = try columns.integer()
        (checkout.payment, checkout.isSettled, checkout.completed) = (payment, isSettled, completed)
        (checkout.priceVersion, checkout.questions, checkout.due) = (priceVersion, questions, due)
        if let people = try columns.optionalInteger() {
            checkout.group = CheckoutGroup(people: people, until: try columns.time())
        } else {
            _ = try columns.optionalTime()
        }
        checkout.share = try share(&columns)
        switch code {
        case 1: checkout.state = .open
        case 2:
            checkout.state = .asking(
                try columns.required(question, "a question"), until: try columns.required(until, "a deadline"))
        case 3: checkout.state = .paying
        case 4: checkout.state = .complete
        case 5: checkout.state = .expired
        case 6: checkout.state = .gathering
        default: throw .corrupt("table checkout: \(code) is no known state")
        }
        return checkout
    }

    private static func share(_ columns: inout Columns) throws(StoreError) -> CheckoutShare? {
        let (whole, number) = (try columns.optionalIdentifier(CheckoutKind.self), try columns.optionalInteger())
        let (code, tries) = (try columns.optionalInteger(), try columns.optionalInteger())
        let claimed = try columns.optionalTime()
        guard let whole else { return nil }
        guard let fate = code.flatMap(CheckoutFate.init(rawValue:)) else {
            throw .corrupt("table checkout: \(code ?? 0) is no known fate of a share")
        }
        return CheckoutShare(
            whole: whole, number: try columns.required(number, "a number"), fate: fate, tries: tries ?? 0,
            claimed: claimed)
    }
}
