"""Holds Stripe-like traffic to the OpenAPI document that Stripe published for API version 2023-08-16."""

import json
import os
import pathlib
import re
import urllib.parse

import pytest
from jsonschema import Draft4Validator

SPECS = pathlib.Path(os.environ.get("FLORIN_SPECS", pathlib.Path(__file__).parents[3] / "shared" / "specs"))
DOCUMENT = SPECS / "stripe" / "openapi-2023-08-16-subset.json"


def load():
    if not DOCUMENT.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {DOCUMENT}: set FLORIN_SPECS to the folder of published facts")
        pytest.skip("the folder of published facts is not there")
    return Spec(plain(json.loads(DOCUMENT.read_text())))


def plain(node):
    """OpenAPI 3.0's `nullable`, as plain JSON Schema says it."""
    if isinstance(node, list):
        return [plain(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {name: plain(value) for name, value in node.items()}
    if node.get("nullable") is True:
        return {"anyOf": [{name: value for name, value in node.items() if name != "nullable"}, {"enum": [None]}]}
    return node


class Spec:
    def __init__(self, document):
        self.document = document

    def operation(self, method, path):
        """The published operation behind a path; literal segments win over placeholders."""
        found = []
        for template, operations in self.document["paths"].items():
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and method.lower() in operations:
                found.append((template.count("{"), operations[method.lower()]))
        assert found, f"{method} {path} is not published"
        return min(found, key=lambda pair: pair[0])[1]

    def errors(self, schema, value):
        # References point to the root, so the components come along.
        validator = Draft4Validator({**schema, "components": self.document["components"]})
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(value)]

    def request_errors(self, method, path, query, body):
        """What is wrong with a request; nothing when it is as published."""
        operation = self.operation(method, path)
        found = []
        known = {p["name"]: p["schema"] for p in operation.get("parameters", []) if p["in"] == "query"}
        for name, value in unflatten(query).items():
            if name not in known:
                found.append(f"query {name} is not published")
                continue
            found += self.errors(known[name], coerce(value, known[name], self.document))
        content = operation.get("requestBody", {}).get("content", {})
        if method == "POST":
            schema = content["application/x-www-form-urlencoded"]["schema"]
            fields = coerce(unflatten(body), schema, self.document)
            found += [f"field {name} is not published" for name in fields if name not in schema["properties"]]
            found += self.errors(schema, fields)
        return found

    def answer_errors(self, method, path, status, value):
        responses = self.operation(method, path)["responses"]
        schema = responses.get(str(status), responses["default"])["content"]["application/json"]["schema"]
        return self.errors(schema, value)


def unflatten(text):
    """`a[b]=c` and `a[0]=b` as nested dictionaries and lists."""
    tree = {}
    for name, value in urllib.parse.parse_qsl(text, keep_blank_values=True):
        parts = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = value

    def lists(node):
        if not isinstance(node, dict):
            return node
        node = {key: lists(value) for key, value in node.items()}
        if node and all(key.isdigit() or key == "" for key in node):
            return [node[key] for key in sorted(node, key=lambda key: int(key or 0))]
        return node

    return {key: lists(value) for key, value in tree.items()}


def coerce(value, schema, document):
    """Form fields are texts: those that the schema wants as numbers or booleans become such."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        for option in schema.get("anyOf", []):
            properties = {**option.get("properties", {}), **properties}
        return {key: coerce(item, properties.get(key, {}), document) for key, item in value.items()}
    if isinstance(value, list):
        return [coerce(item, schema.get("items", {}), document) for item in value]
    kinds = {schema.get("type")} | {option.get("type") for option in schema.get("anyOf", [])}
    if "boolean" in kinds and value in ("true", "false"):
        return value == "true"
    if kinds & {"integer", "number"} and re.fullmatch(r"-?\d+", value):
        return int(value)
    return value
