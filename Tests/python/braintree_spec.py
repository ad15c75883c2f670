"""Holds GraphQL traffic to the schema that Braintree published."""

import json
import os
import pathlib

import pytest
from graphql import build_schema, graphql_sync, parse, validate
from graphql.execution.values import get_variable_values

SPECS = pathlib.Path(os.environ.get("FLORIN_SPECS", pathlib.Path(__file__).parents[3] / "shared" / "specs"))
DOCUMENT = SPECS / "braintree" / "schema.graphql"


def load():
    if not DOCUMENT.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {DOCUMENT}: set FLORIN_SPECS to the folder of published facts")
        pytest.skip("the folder of published facts is not there")
    # Three of its fields break a newer rule about deprecations.
    return Spec(build_schema(DOCUMENT.read_text(), assume_valid=True))


class Spec:
    def __init__(self, schema):
        self.schema = schema

    def request_errors(self, body):
        """What is wrong with a request, its variables included; nothing when it is as published."""
        request = json.loads(body)
        if set(request) != {"query", "variables"}:
            return [f"unknown members in {sorted(request)}"]
        document = parse(request["query"])
        wrong = [error.message for error in validate(self.schema, document)]
        variables = get_variable_values(
            self.schema, document.definitions[0].variable_definitions or [], request["variables"])
        if isinstance(variables, list):
            wrong += [error.message for error in variables]
        unused = set(request["variables"]) - {one.variable.name.value for one in document.definitions[0].variable_definitions or []}
        return wrong + [f"variable {name} is not declared" for name in unused]

    def answer_errors(self, body, answer):
        """What of an answer's data cannot have been answered to that request: fields, types, words of enumerations."""
        request = json.loads(body)
        done = graphql_sync(
            self.schema, request["query"], root_value=answer["data"], variable_values=request["variables"],
            field_resolver=lambda parent, info, **_: parent.get(info.field_name),
            type_resolver=lambda value, *_: value["__typename"])
        wrong = [error.message for error in done.errors or []]
        return wrong if wrong or done.data == answer["data"] else ["the answer holds what was not asked for"]
