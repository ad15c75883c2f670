"""Lists stay as quick with a million rows as with a thousand: what SQLite plans for the store's own statements says so.

The statements are read out of the sources, so that a new list is held to this without a line here. SQLite keeps no statistics
in our databases, so that an empty store is planned as a full one is.
"""

import re
import sqlite3

import pytest

from florin import ROOT, Daemon

REPOSITORIES = ROOT / "Sources" / "SQLStore" / "Repositories"
BENCH = ROOT / "Benchmarks" / "florin-bench" / "StoreRows.swift"

# Statements that may look through a table, put rows in order, or walk past rows that are not wanted, by how they begin, and why.
# One that does none of it any more fails the test too.
FEW = "there are few rows"
OPERATORS = "for operators, who page through everything"
KNOWN = {
    "SELECT c.ref_hash, MIN(c.id), c.currency, count(*)": "one bot's checkouts that carry a ref, when it asks for the sums",
    "SELECT ref_hash, MIN(id), currency, count(*)": "what one bot's refs completed in a day, for its report",
    "SELECT state, count(*) FROM checkout WHERE due": "those that are not over",
    "SELECT * FROM api_key ORDER BY id": FEW,
    "SELECT * FROM connection ORDER BY id": FEW,
    "SELECT connection.id FROM account_identity JOIN": FEW,
    "SELECT * FROM account ORDER BY number": OPERATORS,
    "SELECT * FROM audit WHERE number < ?1 AND (CAST(?3 AS TEXT)": OPERATORS,
    "SELECT * FROM backup ORDER BY": FEW,
    "SELECT * FROM bot WHERE id > ?1": FEW,
    "SELECT * FROM case_file WHERE id > ?1": OPERATORS,
    "SELECT * FROM checkout WHERE id > ?1": OPERATORS,
    "SELECT kind, count(*), min(opened) FROM case_file": "open cases only",
    "SELECT * FROM dispute WHERE id > ?1": OPERATORS,
    "SELECT id FROM ( SELECT id FROM payment_method WHERE holder": "what one person has, when they are erased",
    "SELECT id FROM ( SELECT id FROM friend_transfer WHERE sender": "what one person has, when they are erased",
    "SELECT d.* FROM payment AS p JOIN dispute": "what one customer has, when they are erased",
    "SELECT * FROM dispute WHERE subject IN": "what one person has, when they are erased",
    "SELECT number, id, mode, answer_key, answer_box FROM idempotency": "walks through all of them, when somebody is erased",
    "SELECT * FROM friend_transfer WHERE id > ?1": OPERATORS,
    "SELECT number FROM (SELECT number, created, state FROM idempotency": "a bounded number of the oldest",
    "SELECT idempotency FROM shown_secret": "lives for ten minutes",
    "SELECT * FROM erasure WHERE finished": "the unfinished only",
    "SELECT refund.id, refund.bot": "walks through the whole book, to verify it",
    "SELECT id, person, currency, mode, amount FROM wallet_movement": "walks through the whole book, to verify it",
    "SELECT posting.number FROM posting JOIN account": "walks through the whole book, to verify it",
    "SELECT * FROM platform ORDER BY id": FEW,
    "SELECT * FROM payment WHERE id > ?1": OPERATORS,
    "SELECT * FROM payout WHERE id > ?1": OPERATORS,
    "SELECT payout.id, bot.platform, payout.currency": "walks through the whole book, to verify it",
    "SELECT kind, currency, mode, CAST(SUM(balance) AS BIGINT) FROM account": "once a day, over every account",
    "SELECT * FROM report_run WHERE id > ?1": OPERATORS,
    "SELECT * FROM person WHERE id > ?1": OPERATORS,
    "SELECT number FROM posting WHERE number >= ?2 AND number < ?3": "the range is bounded by who asks",
    "SELECT number FROM posting ORDER BY number DESC LIMIT 1": "one row at the end",
    "SELECT * FROM processor_fact WHERE problem": FEW,
    "SELECT * FROM proposal WHERE id > ?1": OPERATORS,
    "SELECT * FROM recovered_operation WHERE reference": OPERATORS,
    "SELECT * FROM restoration ORDER BY generation": FEW,
    "SELECT count(*) FROM (SELECT recipient, state": "a bounded number of the newest",
    "SELECT * FROM review WHERE subject > ?1": OPERATORS,
    "SELECT * FROM settlement_report WHERE id > ?1": OPERATORS,
    "SELECT currency, CAST(SUM(CASE WHEN kind": "the lines of one payout",
    "SELECT * FROM webhook_endpoint WHERE": "an owner has sixteen at most",
    "SELECT * FROM open_operation WHERE due": "what is under way",
    "SELECT id, owner_kind, owner, mode, type, subject, created FROM event WHERE id > ?1 AND id < ?2 AND request":
        "a minute of events, for an operator",
    "SELECT count(DISTINCT card) FROM (SELECT card FROM risk_attempt": "a bounded number of the newest",
    "SELECT count(declined) FROM (SELECT declined FROM risk_attempt": "a bounded number of the newest",
    "SELECT id, due FROM payout WHERE (state = 1 OR state = 2) AND due <= ?1 AND state = 1 AND rail <> 3 AND bot": "one owner's test mode",
    "SELECT * FROM test_clock ORDER BY id": FEW,
    "SELECT * FROM surface_account WHERE bot = ?4": "a bot has sixteen in each mode at most",
    "SELECT * FROM webhook_delivery WHERE state = 1 AND next_attempt <= ?1 AND endpoint IN": "one owner's test mode",
    "SELECT id, respond_by FROM dispute WHERE (state": "one owner's test mode",
    "SELECT review.subject, review.due FROM review JOIN": "one owner's test mode",
}


def known(sql):
    return next((start for start in KNOWN if sql.startswith(start)), None)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The database of a daemon that has just been set up."""
    folder = tmp_path_factory.mktemp("plans")
    daemon = Daemon(folder / "state").start()
    try:
        connection = sqlite3.connect(f"file:{folder / 'state' / 'florin.sqlite'}?mode=ro", uri=True)
        yield connection
        connection.close()
    finally:
        daemon.stop()


def statements(path):
    """The SQL of a Swift file: one line or several between quotes."""
    source = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.M)
    texts = [re.sub(r"\s+", " ", text).strip() for text in re.findall(r'"""\n(.*?)"""', source, re.S)]
    source = re.sub(r'"""\n.*?"""', "", source, flags=re.S)
    texts += re.findall(r'"((?:[^"\\\n]|\\.)*)"', source)
    return [text for text in texts if re.match(r"(SELECT|INSERT|UPDATE|DELETE|WITH)\b", text)]


def plan(store, sql):
    wanted = sorted({int(number) for number in re.findall(r"\?(\d+)", sql)})
    values = [None] * (max(wanted) if wanted else 0)
    return [row[3] for row in store.execute("EXPLAIN QUERY PLAN " + sql, values)]


def is_list(sql):
    return sql.startswith("SELECT") and " ORDER BY " in sql


def costly(sql, steps):
    """Steps that take longer the more rows there are: tables looked through as a whole, rows put in order afterwards, and walks
    along nothing but identifiers with conditions on other columns."""
    found = [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN ")]
    # An index of its own along identifiers is a partial one, of the wanted rows only.
    constraints = [re.search(r"(?:PRIMARY KEY|autoindex_\w+) \(([^()]*)\)$", step) for step in steps if step.startswith("SEARCH ")]
    first = re.findall(r"(\w+)[<>=]", constraints[0].group(1)) if constraints and constraints[0] else []
    where = sql.partition(" WHERE ")[2].partition(" ORDER BY ")[0]
    others = set(re.findall(r"(\w+) (?:=|<>|IN|BETWEEN|<|>|IS)", where)) - set(first) - {"number", "id", "subject", "NULL", "BIGINT"}
    if first and set(first) <= {"id", "rowid", "subject", "reference"} and others and "=" not in constraints[0].group(1):
        found.append(f"walks past rows by {sorted(others)}")
    return found


def lists():
    for path in sorted(REPOSITORIES.glob("*.swift")):
        for sql in statements(path):
            if is_list(sql):
                yield path.name, sql


def test_the_sources_hold_the_lists_that_the_api_offers():
    found = [sql for _, sql in lists()]
    assert len(found) > 60
    for table in ("customer", "payment", "charge", "refund", "dispute", "event", "person", "bot", "payment_method",
                  "friend_transfer", "wallet_movement", "person_session", "customer_lookup"):
        assert any(re.search(rf"FROM {table}\b", sql) for sql in found), table


def test_every_list_walks_along_an_index(store):
    bad = {}
    for name, sql in lists():
        steps = costly(sql, plan(store, sql))
        if steps and not known(sql):
            bad[f"{name}: {sql}"] = steps
    assert bad == {}


def test_what_is_known_to_be_costly_still_is(store):
    used = {known(sql) for _, sql in lists() if costly(sql, plan(store, sql))}
    assert [start for start in KNOWN if start not in used] == [], "not costly any more, or gone: take it out"


# Lists that would walk past what is not wanted along a longer index: the one that has to be taken, and the columns it goes by.
FLAT = [
    ("FROM event WHERE owner = ?4 AND mode = ?5 AND type = ?6", "event_rare", "owner=? AND mode=? AND type=? AND id>? AND id<?"),
    ("FROM payout WHERE destination = ?10 AND state = ?11", "payout_by_destination_state", "destination=? AND state=? AND id>? AND id<?"),
    ("FROM payout WHERE destination = ?10 AND id", "payout_by_destination", "destination=? AND id>? AND id<?"),
    ("FROM payout WHERE bot = ?6 AND mode = ?7 AND state = ?8", "payout_by_state", "bot=? AND mode=? AND state=? AND id>? AND id<?"),
    ("FROM payout WHERE bot = ?1 AND mode = ?2 AND currency = ?3", "payout_automatic", "bot=? AND mode=? AND currency=? AND posting<?"),
    ("FROM friend_transfer WHERE platform = ?4", "friend_transfer_by_platform", "platform=? AND mode=? AND id>? AND id<?"),
    ("FROM charge WHERE customer = ?4", "charge_by_customer", "customer=? AND id>? AND id<?"),
    ("FROM posting WHERE debit_account = ?1 AND reason = ?2", "posting_rare_debit", "debit_account=? AND reason=? AND number>? AND number<?"),
    ("FROM posting WHERE credit_account = ?1 AND reason = ?2", "posting_rare_credit", "credit_account=? AND reason=? AND number>? AND number<?"),
    ("FROM posting WHERE debit_account = ?1 AND number % 64 = 0", "posting_step_debit", "debit_account=? AND number>?"),
    ("FROM posting WHERE credit_account = ?1 AND number % 64 = 0", "posting_step_credit", "credit_account=? AND number>?"),
    ("WHERE delivery.endpoint = ?4 AND delivery.state = 1", "webhook_delivery_pending", "endpoint=? AND event>? AND event<?"),
    ("WHERE delivery.endpoint = ?4 AND delivery.state = 3", "webhook_delivery_failed", "endpoint=? AND event>? AND event<?"),
    ("FROM webhook_delivery WHERE state = 1 AND endpoint IN", "webhook_delivery_pending", "endpoint=? AND event>? AND event<?"),
    ("FROM webhook_delivery WHERE state = 3 AND endpoint IN", "webhook_delivery_failed", "endpoint=? AND event>? AND event<?"),
]


@pytest.mark.parametrize("part, index, columns", FLAT, ids=[f"{row[1]} {number}" for number, row in enumerate(FLAT)])
def test_a_list_of_what_is_rare_takes_the_index_that_holds_only_that(store, part, index, columns):
    found = [sql for path in sorted(REPOSITORIES.glob("*.swift")) for sql in statements(path) if part in sql]
    assert found, "no such statement in the sources"
    for sql in found:
        steps = plan(store, sql)
        assert any(re.search(rf"INDEX {index} \({re.escape(columns)}\)$", step) for step in steps), (sql, steps)
        assert not any("TEMP B-TREE" in step for step in steps), (sql, steps)


def test_what_a_plain_charge_and_a_plain_transfer_store_is_in_none_of_the_partial_indexes(store):
    """The numbers in the indexes are those of the core: a type that comes with every charge must not become a rare one."""
    source = (ROOT / "Sources" / "Payments" / "Event.swift").read_text()
    common = [int(re.search(rf"case {name} = (\d+)", source).group(1)) for name in ("paymentIntentSucceeded", "chargeSucceeded", "friendTransferAccepted")]
    ledger = (ROOT / "Sources" / "Ledger" / "Posting.swift").read_text()
    booked = [
        int(re.search(rf"case {name} = (\d+)", ledger).group(1))
        for name in ("charge", "platformFee", "processorFee", "transferFunding", "transferSent", "transferReceived", "topUp", "cashOut")
    ]
    for name, numbers in (("event_rare", common), ("posting_rare_debit", booked), ("posting_rare_credit", booked)):
        (text,) = store.execute("SELECT sql FROM sqlite_schema WHERE name = ?", [name]).fetchone()
        assert [int(number) for number in re.search(r"NOT IN \(([^)]*)\)", text).group(1).split(",")] == sorted(numbers), name


@pytest.mark.parametrize("sql, is_costly", [
    ("SELECT * FROM payment WHERE amount = ?1 ORDER BY created LIMIT ?2", True),
    ("SELECT * FROM payment WHERE bot = ?1 AND mode = ?2 ORDER BY created LIMIT ?3", True),
    ("SELECT * FROM payment WHERE id > ?1 AND amount = ?2 ORDER BY id LIMIT ?3", True),
    ("SELECT * FROM payment WHERE bot = ?1 AND mode = ?2 AND id > ?3 ORDER BY id LIMIT ?4", False),
])
def test_a_list_without_an_index_would_be_noticed(store, sql, is_costly):
    assert bool(costly(sql, plan(store, sql))) == is_costly


def test_the_rows_of_the_benchmark_are_the_rows_of_the_store(store):
    """`make bench` writes rows of its own beside the store's: they must have the columns that the store has today."""
    tables = set()
    for sql in statements(BENCH):
        try:
            store.execute("EXPLAIN " + sql, [None] * positions(sql))
        except sqlite3.Error as error:
            raise AssertionError(f"{BENCH.name} is not in step with the schema: {error}: {sql}") from None
        tables.update(re.findall(r"^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)", sql))
    assert {"payment", "charge", "friend_transfer", "posting", "event", "idempotency", "open_operation", "account"} <= tables
    with pytest.raises(sqlite3.Error):
        store.execute("EXPLAIN INSERT INTO payment VALUES (?, ?)", [None, None])


def positions(sql):
    numbered = [int(number) for number in re.findall(r"\?(\d+)", sql)]
    return max(numbered) if numbered else sql.count("?")
