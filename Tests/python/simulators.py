"""florin-simulators as a child process."""

import copy
import json
import os
import pathlib
import subprocess
import urllib.parse
import urllib.request

from florin import binary


def simulators_binary():
    return pathlib.Path(os.environ.get("FLORIN_SIMULATORS", binary().parent / "florin-simulators"))


class Simulators:
    def __init__(self, *arguments):
        assert simulators_binary().exists(), f"{simulators_binary()} is not built"
        self.process = subprocess.Popen(
            [str(simulators_binary()), "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
        self.line = json.loads(self.process.stdout.readline())
        self.stripe = self.line["stripe"]
        self.braintree = self.line["braintree"]
        self.paypal = self.line["paypal"]
        # Whose control address is spoken to.
        self.vendor = self.stripe

    def of(self, vendor):
        """The same simulators, with another vendor's control address."""
        other = copy.copy(self)
        other.vendor = self.line[vendor]
        return other

    def control(self, method, address, /, **fields):
        body = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(f"{self.vendor}/_control/{address}", data=body, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def fault(self, fault, path="/", method="POST", times=1, **more):
        return self.control("POST", "faults", fault=fault, path=path, method=method, times=times, **more)

    def set(self, **settings):
        return self.control("POST", "settings", **settings)

    def requests(self):
        return self.control("GET", "requests")

    def book(self):
        return self.control("GET", "book")

    def post(self, path, fields, headers=None):
        """Plain HTTP, for what the official package would not send: status, headers, document."""
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(
            self.stripe + path, data=body, method="POST",
            headers={"Authorization": "Bearer sk_test_python", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.headers, json.loads(error.read())

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
