"""More work than the daemon takes in: what it took in it finishes, the rest is told to come back, and it forgets all of it."""

import concurrent.futures
import pathlib
import time

import pytest

from installation import Installation
from test_service import fill

PLACES = 8
SLOW = {"number": "4000009900000103", "exp_month": 12, "exp_year": 2034, "cvc": "123"}  # the answer takes three seconds


@pytest.fixture
def installed(tmp_path):
    installation = Installation(tmp_path / "florin")
    installation.configure("listen:\n" + installation.listen() + f"  changes_in_flight: {PLACES}\n")
    yield installation
    installation.kill()


def resident(process):
    """Megabytes of memory in use."""
    pages = int(pathlib.Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def test_three_times_the_places_fill_them_once_and_the_rest_comes_back(installed):
    bot = fill(installed.start())
    methods = [bot.post("/v1/payment_methods", {"type": "card", "card": SLOW}).json["id"] for _ in range(PLACES * 3)]

    def pay(index):
        form = {"amount": 500 + index, "currency": "usd", "payment_method": methods[index], "confirm": True}
        return bot.post("/v1/payment_intents", form, idempotency_key=f"flood-{index}")

    sizes = []
    with concurrent.futures.ThreadPoolExecutor(PLACES * 3) as pool:
        waiting = list(range(PLACES * 3))
        for turn in range(3):
            running = {pool.submit(pay, index): index for index in waiting}
            deadline = time.monotonic() + 2
            # While every place is taken, reads and health go on.
            while time.monotonic() < deadline:
                assert bot.get("/v1/payment_intents", {"limit": 1}).status == 200
                assert bot.get("/healthz").status == bot.get("/readyz").status == 200
            answers = {index: future.result() for future, index in running.items()}
            taken = [index for index, answer in answers.items() if answer.status == 200]
            assert len(taken) == PLACES, (turn, [answer.status for answer in answers.values()])
            for index, answer in answers.items():
                if index in taken:
                    assert answer.json["status"] == "succeeded"
                    continue
                assert (answer.status, answer.error["code"]) == (503, "overloaded")
                assert int(answer.headers["retry-after"]) >= 1
            # Who was told to come back does, with the same key.
            waiting = [index for index in waiting if index not in taken]
            sizes.append(resident(installed.process))
    assert waiting == []
    paid = bot.get("/v1/payment_intents", {"limit": 100}).json["data"]
    assert sorted(payment["amount"] for payment in paid) == [500 + index for index in range(PLACES * 3)]
    assert installed.ctl("ledger", "verify")["is_sound"]
    assert sizes[-1] < sizes[0] + 20, sizes
