"""What callers notice when a processor is lost: charges go on through others, and back when it is there again.

`python3 Tests/python/failover.py --seconds 60` (or `scripts/failover`) starts a daemon with the simulated processors, charges at a
steady rate, takes one processor away for that long, and prints how long charges took before, meanwhile and afterwards, and who
carried them. It ends by itself, with 1 when a charge failed or the processor was not used again.
"""

import argparse
import collections
import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from florin import Daemon

Phase = collections.namedtuple("Phase", "name charges failed p50 p99 slowest carriers")


class Failover:
    """Steady charges of one kept card, whose number every simulated processor knows."""

    def __init__(self, daemon, rate=10):
        self.daemon, self.pause = daemon, 1 / rate
        self.client = daemon.client(daemon.dev["bot_key"])
        self.customer = daemon.dev["customer"]["id"]
        card = self.client.post("/v1/payment_methods", {
            "type": "card", "card[number]": "5555555555554444", "card[exp_month]": 12, "card[exp_year]": 2034}).json
        attached = self.client.post(f"/v1/payment_methods/{card['id']}/attach", {"customer": self.customer})
        assert attached.status == 200, attached
        self.card = card["id"]
        self.names = {one["connection"]: one["processor"] for one in daemon.florinctl("route", "show")["connections"]}

    def charge(self):
        """Seconds, and the payment; None for what was not paid."""
        began = time.monotonic()
        try:
            answer = self.client.post("/v1/payment_intents", {
                "amount": 500, "currency": "usd", "confirm": "true", "customer": self.customer,
                "payment_method": self.card})
            paid = answer.json["id"] if answer.status == 200 and answer.json["status"] == "succeeded" else None
        except OSError:
            paid = None
        return time.monotonic() - began, paid

    def during(self, name, seconds):
        """Charges at the steady rate, whether or not earlier ones have been answered: a slow one hides no other."""
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            started, end = [], time.monotonic() + seconds
            due = time.monotonic()
            while due < end:
                time.sleep(max(0, due - time.monotonic()))
                started.append(pool.submit(self.charge))
                due += self.pause
            results = [one.result() for one in started]
        times = sorted(taken for taken, _ in results)
        paid = [payment for _, payment in results if payment]
        return Phase(
            name, len(results), len(results) - len(paid), share(times, 0.5), share(times, 0.99), times[-1],
            self.carriers(paid))

    def carriers(self, payments):
        """Who carried a sample of these payments in the end, counted."""
        sample = payments[:: max(1, len(payments) // 24)]
        return collections.Counter(
            self.names[self.daemon.florinctl("route", "explain", one)["attempts"][-1]["connection"]] for one in sample)

    def take_away(self, processor, seconds):
        subprocess.run(
            ["curl", "--silent", "--show-error", "--fail", "-d", f"seconds={seconds}",
             f"{self.daemon.dev['simulators'][processor]}/_control/outage"],
            check=True, capture_output=True, timeout=20)
        time.sleep(0.5)

    def until_used_again(self, processor, patience=90):
        """Seconds until it carries a charge; None when it does not within `patience`."""
        began = time.monotonic()
        while time.monotonic() - began < patience:
            _, paid = self.charge()
            if paid and self.carriers([paid])[processor]:
                return time.monotonic() - began
            time.sleep(0.2)
        return None


def share(times, part):
    return times[min(int(len(times) * part), len(times) - 1)]


def run(daemon, seconds, lost="stripe", rate=10):
    """The phases, and how long after its return the lost one was used again."""
    scene = Failover(daemon, rate)
    quiet = max(3, seconds // 3)
    phases = [scene.during("before", quiet)]
    scene.take_away(lost, seconds)
    phases.append(scene.during(f"{lost} down", seconds - 1))
    back = scene.until_used_again(lost)
    phases.append(scene.during("afterwards", quiet))
    return phases, back


def table(phases, back):
    rows = [("PHASE", "CHARGES", "FAILED", "P50 MS", "P99 MS", "SLOWEST MS", "CARRIED BY (SAMPLE)")]
    for phase in phases:
        carriers = ", ".join(f"{name} {count}" for name, count in phase.carriers.most_common())
        figures = [f"{value * 1_000:.0f}" for value in (phase.p50, phase.p99, phase.slowest)]
        rows.append((phase.name, str(phase.charges), str(phase.failed), *figures, carriers))
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows]
    lines.append("used again " + ("never" if back is None else f"{back:.1f} s after it was back"))
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Take a processor away under load, and see what callers notice.")
    parser.add_argument("--seconds", type=int, default=60, help="how long it is away (default: 60)")
    parser.add_argument("--rate", type=int, default=10, help="charges a second (default: 10)")
    parser.add_argument("--lost", default="stripe", choices=["stripe", "braintree", "paypal"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(pathlib.Path(folder) / "state", "--with-simulators", "--unlimited").start()
        # Whatever hangs, this ends.
        guard = threading.Timer(asked.seconds * 2 + 240, daemon.kill)
        guard.daemon = True
        guard.start()
        try:
            phases, back = run(daemon, asked.seconds, asked.lost, asked.rate)
        finally:
            daemon.stop()
    print(table(phases, back))
    return int(back is None or any(phase.failed for phase in phases))


if __name__ == "__main__":
    sys.exit(main())
