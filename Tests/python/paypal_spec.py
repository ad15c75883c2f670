"""Holds PayPal-like traffic to the OpenAPI documents that PayPal published for orders, payments, payouts, transactions and disputes."""

import json

import pytest

from stripe_spec import SPECS, Spec, plain

FILES = [
    "checkout_orders_v2", "payments_payment_v2", "payments_payouts_batch_v1", "reporting_transactions_v1",
    "notifications_webhooks_v1", "customer_disputes_v1",
]


def load():
    folder = SPECS / "paypal"
    if not folder.exists():
        import os
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {folder}: set FLORIN_SPECS to the folder of published facts")
        pytest.skip("the folder of published facts is not there")
    return PayPalSpec([JSONSpec(plain(json.loads((folder / f"{name}.json").read_text()))) for name in FILES])


class JSONSpec(Spec):
    def resolved(self, node):
        while "$ref" in node:
            at = self.document
            for part in node["$ref"].lstrip("#/").split("/"):
                at = at[part]
            node = at
        return node

    def request(self, method, path, headers, body):
        operation = self.operation(method, path)
        found = []
        known = {p["name"].lower() for p in map(self.resolved, operation.get("parameters", [])) if p["in"] == "header"}
        for name in headers:
            if name.startswith("paypal-") and name not in known:
                found.append(f"header {name} is not published")
        if "requestBody" in operation:
            schema = self.resolved(operation["requestBody"])["content"]["application/json"]["schema"]
            found += self.errors(schema, json.loads(body) if body else {})
        elif body:
            found.append("a body is not published")
        return found

    def answer(self, method, path, status, value):
        responses = self.operation(method, path)["responses"]
        response = self.resolved(responses.get(str(status), responses["default"]))
        if "content" not in response:
            return [] if value is None else ["a body is not published"]
        return self.errors(response["content"]["application/json"]["schema"], value)


class PayPalSpec:
    def __init__(self, parts):
        self.parts = parts

    def part(self, method, path):
        for part in self.parts:
            try:
                part.operation(method, path)
                return part
            except AssertionError:
                continue
        raise AssertionError(f"{method} {path} is not published")

    def request_errors(self, method, path, headers, body):
        return self.part(method, path).request(method, path, headers, body)

    def answer_errors(self, method, path, status, value):
        return self.part(method, path).answer(method, path, status, value)
