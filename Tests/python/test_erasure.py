"""Invariant 7: what was known of an erased person is nowhere any more, not even sealed, and the books stay."""

import json
import sqlite3
import time
import uuid

import pytest

from florin import Daemon

# Cards that the try-out does not have already: equal numbers have equal fingerprints.
CARD = {"number": "378282246310005", "exp_month": 12, "exp_year": 2034, "cvc": "7391"}
SECRET = {
    "name": "Kanariennamé Vogelsang", "email": "kanarienpost@vogelsang.example", "phone": "+491555867530942",
    "reference": "kanarien-chatreferenz-0815",
}  # fmt: skip
NOTE = "Kanariennotiz fuer die Pizza"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("erasure") / "state")
    yield daemon.start()
    daemon.kill()


def boxes(daemon, person, cards):
    """Everything that is stored sealed about somebody, and the salt it is sealed with: as it lies in the files."""
    database = sqlite3.connect(f"file:{daemon.state / 'florin.sqlite'}?mode=ro", uri=True)
    bits = lambda text: decode(text.split("_")[1])  # noqa: E731
    found = {}
    for name, sql, values in (
        ("salt", "SELECT subject_salt FROM person WHERE id = ?", [bits(person)]),
        ("profile", "SELECT profile_box FROM person WHERE id = ?", [bits(person)]),
        ("reference", "SELECT reference_hash FROM person WHERE id = ?", [bits(person)]),
        ("note", "SELECT note_box FROM friend_transfer WHERE sender = ?", [bits(person)]),
        ("transfer events", "SELECT payload_box FROM event JOIN friend_transfer t ON t.id = subject WHERE sender = ?", [bits(person)]),
        *[("card", "SELECT number_box FROM payment_method WHERE id = ?", [bits(card)]) for card in cards],
        *[("billing", "SELECT billing_box FROM payment_method WHERE id = ?", [bits(card)]) for card in cards],
        *[("fingerprint", "SELECT fingerprint FROM payment_method WHERE id = ?", [bits(card)]) for card in cards],
    ):  # fmt: skip
        rows = [row[0] for row in database.execute(sql, values) if row[0]]
        assert rows, name
        for index, row in enumerate(rows):
            found[f"{name} {index} {values[0].hex()[:8]}"] = row
    database.close()
    return found


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def decode(text):
    """16 bytes out of the 26 characters of an identifier."""
    value = 0
    for character in text:
        value = value << 5 | ALPHABET.index(character)
    return value.to_bytes(17, "big")[-16:]


def lying_about(daemon, needles):
    """Which of them stand in a file of the state directory."""
    files = {path: path.read_bytes() for path in daemon.state.rglob("*") if path.is_file()}
    return {name for name, needle in needles.items() if any(needle in content for content in files.values())}


def test_nothing_is_left_of_who_was_erased_and_everything_of_the_others(daemon):
    platform = daemon.client(daemon.dev["platform_key"])

    def made(path, params, key=None):
        answer = platform.post(path, params, idempotency_key=key or str(uuid.uuid4()))
        assert answer.status == 200, answer
        return answer.json

    key = str(uuid.uuid4())
    gone = made("/v1/people", SECRET, key)["id"]
    stays = made("/v1/people", {**SECRET, "reference": "another"})["id"]
    cards = {}
    for person, number in ((gone, CARD["number"]), (stays, "5555555555554444")):
        card = made("/v1/payment_methods", {
            "type": "card", "card": {**CARD, "number": number, "cvc": "7391" if number.startswith("3") else "739"}, "billing_details": {"name": SECRET["name"], "email": SECRET["email"]}})["id"]
        made(f"/v1/payment_methods/{card}/attach", {"person": person})
        made(f"/v1/people/{person}/wallet/top_ups", {"amount": 900, "currency": "usd", "payment_method": card})
        cards[person] = card
    transfer = made("/v1/friend_transfers", {
        "sender": gone, "recipient": stays, "amount": 900, "currency": "usd", "note": NOTE, "auto_accept": True})["id"]
    other = made("/v1/friend_transfers", {
        "sender": stays, "recipient": daemon.dev["people"][0]["id"], "amount": 100, "currency": "usd", "note": NOTE,
        "auto_accept": True})["id"]  # fmt: skip

    gone_boxes, stays_boxes = boxes(daemon, gone, [cards[gone]]), boxes(daemon, stays, [cards[stays]])
    # What must vanish can be found before: the search works.
    assert lying_about(daemon, gone_boxes) == set(gone_boxes)

    refused = daemon_erases(daemon, stays)
    assert refused["error"]["code"] == "conflict" and "wallet" in refused["error"]["message"]
    certificate = daemon_erases(daemon, gone)
    for _ in range(100):
        if certificate.get("completed"):
            break
        certificate = daemon.florinctl("erasures", "show", certificate["id"])
    assert certificate["completed"] and certificate["step"] == "done" and certificate["subject"] == gone
    counts = {item["what"].split(":")[0]: item.get("count") for item in certificate["erased"]}
    assert counts["cards"] == 1 and counts["notes of transfers sent and received"] == 1
    assert counts["copies in events"] >= 1 and counts["copies in answers kept for Idempotency-Keys"] >= 1

    assert lying_about(daemon, gone_boxes) == set()
    assert lying_about(daemon, stays_boxes) == set(stays_boxes)
    # Through the API, everything that mentions them is without them.
    replay = platform.post("/v1/people", SECRET, idempotency_key=key)
    assert replay.status == 200 and replay.json["id"] == gone and replay.json["name"] is None
    events, more = [], {}
    while True:
        page = platform.get("/v1/events", {"limit": 100, **more}).json
        events += page["data"]
        if not page["has_more"]:
            break
        more = {"starting_after": page["data"][-1]["id"]}
    mention = [json.dumps(event) for event in events if gone in json.dumps(event)]
    assert mention and not [text for text in mention if NOTE in text or "Vogelsang" in text]
    assert NOTE in platform.get(f"/v1/friend_transfers/{other}").body.decode()
    # The books stay, and the record that a restored backup needs is beside them: identifiers only.
    shown = platform.get(f"/v1/friend_transfers/{transfer}").json
    assert (shown["amount"], shown["note"], shown["status"]) == (900, None, "accepted")
    assert daemon.florinctl("ledger", "verify")["is_sound"]
    journal = (daemon.state / "erasures.ndjson").read_text()
    assert gone in journal and "Vogelsang" not in journal
    assert daemon.florinctl("audit", "verify")["is_sound"]
    daemon.restart()
    assert daemon.florinctl("people", "show", gone)["has_profile"] is False


def daemon_erases(daemon, person):
    """The answer of the erasure, or its refusal."""
    import http.client
    import socket

    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(daemon.dev["admin_socket"])
    body = json.dumps({"confirm": person})
    connection.request("POST", f"/v1/people/{person}/erase", body, {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def test_a_person_is_not_erased_by_a_slip(daemon):
    people = [person["id"] for person in daemon.dev["people"]]
    import subprocess

    from florin import binary

    done = subprocess.run(
        [binary("florinctl"), "people", "erase", people[0], "--confirm", people[1], "--socket", daemon.dev["admin_socket"]],
        capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 1 and "once more" in done.stderr


def test_what_was_said_of_a_customer_in_a_dispute_goes_with_them(bot):
    customer = bot.post("/v1/customers", {"name": "Ada"}).json["id"]
    card = bot.post("/v1/payment_methods", {"type": "card", "card": {
        "number": "4000000000000259", "exp_month": 12, "exp_year": 2034, "cvc": "123"}}).json["id"]
    bot.post(f"/v1/payment_methods/{card}/attach", {"customer": customer})
    paid = bot.post("/v1/payment_intents", {
        "amount": 700, "currency": "usd", "customer": customer, "payment_method": card, "confirm": True}).json
    deadline = time.monotonic() + 60
    while not (found := bot.get("/v1/disputes", {"payment_intent": paid["id"]}).json["data"]) or not found[0]["balance_transactions"]:
        assert time.monotonic() < deadline, "the sandbox reported no dispute"
        time.sleep(0.2)
    path, key = f"/v1/disputes/{found[0]['id']}", str(uuid.uuid4())
    said = {"evidence": {"customer_name": "Ada Erasable", "uncategorized_text": "Ada Erasable lives in Bonn"}, "submit": False,
            "metadata": {"case": "7"}}
    assert "Ada Erasable" in bot.post(path, said, idempotency_key=key).body.decode()

    def copies():
        events = bot.get("/v1/events", {"type": "charge.dispute.updated", "limit": 100}).json["data"]
        return [bot.get(path).body, bot.post(path, said, idempotency_key=key).body,
                *(json.dumps(event).encode() for event in events if event["data"]["object"]["id"] == found[0]["id"])]

    assert len(copies()) == 3 and all(b"Ada Erasable" in copy for copy in copies())
    assert bot.delete(f"/v1/customers/{customer}").json["deleted"]
    deadline = time.monotonic() + 60
    while any(b"Ada Erasable" in copy for copy in copies()):
        assert time.monotonic() < deadline, "evidence outlives the customer it is about"
        time.sleep(0.2)
    left = bot.get(path).json
    assert left["metadata"] == {"case": "7"} and left["evidence_details"]["has_evidence"] is False
    assert set(left["evidence"].values()) == {None} and left["amount"] == 700


def test_where_goods_went_and_cards_that_were_not_saved_go_with_their_customer(florin, bot):
    shipping = {"name": "Zoe Shipped", "address": {"line1": "Gone Street 1", "city": "Bonn"}}
    customer = bot.post("/v1/customers", {"name": "Zoe Shipped", "shipping": shipping}).json["id"]
    card = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"},
            "billing_details": {"name": "Zoe Shipped"}}  # fmt: skip
    paid = bot.post("/v1/payment_intents", {
        "amount": 700, "currency": "usd", "customer": customer, "payment_method_data": card, "confirm": True, "shipping": shipping,
        "description": "tulips", "metadata": {"order": "7"}}).json  # fmt: skip
    assert paid["status"] == "succeeded" and paid["shipping"]["name"] == "Zoe Shipped"
    assert bot.delete(f"/v1/customers/{customer}").status == 200

    def shown():
        whole = bot.get(f"/v1/payment_intents/{paid['id']}", {"expand": ["latest_charge", "payment_method"]})
        events = bot.get("/v1/events", {"limit": 100})
        return whole if b"Zoe Shipped" not in whole.body + events.body and b"Gone Street" not in whole.body + events.body else None

    deadline = time.monotonic() + 60
    while not (left := shown()):
        assert time.monotonic() < deadline, "the name stays"
        time.sleep(0.2)
    # What is the bot's own stays.
    assert left.json["shipping"] is None and (left.json["description"], left.json["metadata"]) == ("tulips", {"order": "7"})
    assert left.json["amount_received"] == 700
