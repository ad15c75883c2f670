"""Loaded by schemathesis: half of the drawn requests name objects that exist, so that they get further than to a 404.

FLORIN_FUZZ_IDS is a JSON object: for each collection (`/v1/customers`) and each parameter (`customer`) identifiers that exist.
FLORIN_FUZZ_SEEN names the file that is told which operations were carried out.
"""

import atexit
import itertools
import json
import os
import pathlib

import schemathesis

POOLS = json.loads(os.environ.get("FLORIN_FUZZ_IDS", "{}"))
COUNT = itertools.count()
SEEN = set()
TEXTS = {"currency": ["usd", "eur"], "type": ["card"]}


def chosen(pool):
    return pool[next(COUNT) % len(pool)]


def filled(fields):
    """The same with what is named after something that exists."""
    if not isinstance(fields, dict):
        return fields
    result = {}
    for name, value in fields.items():
        pool = POOLS.get(name) or TEXTS.get(name)
        result[name] = chosen(pool) if pool and isinstance(value, str) else filled(value)
    return result


@schemathesis.hook
def before_call(context, case, kwargs):
    if not next(COUNT) % 2:
        return
    collection = case.operation.path.partition("/{")[0]
    if isinstance(case.path_parameters, dict) and "id" in case.path_parameters and POOLS.get(collection):
        case.path_parameters["id"] = chosen(POOLS[collection])
    if isinstance(case.query, dict):
        case.query = filled(case.query)
    case.body = filled(case.body)


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code == 200:
        SEEN.add(case.operation.label)


@atexit.register
def tell():
    if name := os.environ.get("FLORIN_FUZZ_SEEN"):
        pathlib.Path(name).write_text("\n".join(sorted(SEEN)))
