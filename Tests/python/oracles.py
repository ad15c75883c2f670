"""What says whether an answer of ours is right: for each operation Stripe's published description, or nobody but ourselves.

Every answer that any end-to-end test receives over plain HTTPS, and every delivery to a webhook receiver, is held to it: each
object of a kind that Stripe publishes must fit the published schema of that kind (fields that are required, types,
enumerations), wherever it stands: alone, in a list, expanded, in an event. FLORIN_ORACLE=0 switches that off.
"""

import functools
import json
import os
import re

import pytest
import yaml
from jsonschema import Draft4Validator

import stripe_spec
from florin import ROOT

FIELDS = stripe_spec.SPECS / "stripe" / "fields-current.json"
LEFT_OUT = ROOT / "Tests" / "python" / "left_out.yaml"
DESCRIPTION = ROOT / "docs" / "openapi.yaml"

# One line for each operation of docs/openapi.yaml under /v1: `published` where Stripe's description of 2023 has the same
# operation (with the differences that fields-current.json names), `own` where there is none in it. A route without a line here
# fails a test.
TABLE = """
post   /v1/customers                                      published
get    /v1/customers                                      published
get    /v1/customers/search                               own
get    /v1/customers/{id}                                 published
post   /v1/customers/{id}                                 published
delete /v1/customers/{id}                                 published
get    /v1/customers/{id}/payment_methods                 published
get    /v1/customers/{id}/payment_methods/{method}        published
post   /v1/payment_methods                                published
get    /v1/payment_methods                                published
get    /v1/payment_methods/{id}                           published
post   /v1/payment_methods/{id}                           published
post   /v1/payment_methods/{id}/attach                    published
post   /v1/payment_methods/{id}/detach                    published
post   /v1/tokens                                         published
get    /v1/tokens/{id}                                    published
post   /v1/payment_intents                                published
get    /v1/payment_intents                                published
get    /v1/payment_intents/{id}                           published
post   /v1/payment_intents/{id}                           published
post   /v1/payment_intents/{id}/confirm                   published
post   /v1/payment_intents/{id}/capture                   published
post   /v1/payment_intents/{id}/cancel                    published
post   /v1/payment_intents/{id}/increment_authorization   published
post   /v1/setup_intents                                  published
get    /v1/setup_intents                                  published
get    /v1/setup_intents/{id}                             published
post   /v1/setup_intents/{id}                             published
post   /v1/setup_intents/{id}/confirm                     published
post   /v1/setup_intents/{id}/cancel                      published
get    /v1/mandates/{id}                                  own
get    /v1/checkout/refs                                  own
get    /v1/checkout/availability                          own
post   /v1/checkout/availability                          own
post   /v1/checkout/sessions/expire                       own
get    /v1/checkout/sessions/{id}/receipt                 own
get    /v1/payment_links/{id}/buttons                     own
post   /v1/checkout/sessions                              own
get    /v1/checkout/sessions                              own
get    /v1/checkout/sessions/{id}                         own
get    /v1/checkout/sessions/{id}/line_items              own
post   /v1/checkout/sessions/{id}/expire                  own
post   /v1/payment_links                                  own
get    /v1/payment_links                                  own
get    /v1/payment_links/{id}                             own
post   /v1/payment_links/{id}                             own
get    /v1/payment_links/{id}/line_items                  own
post   /v1/charges                                        published
get    /v1/charges                                        published
get    /v1/charges/{id}                                   published
post   /v1/charges/{id}                                   published
post   /v1/charges/{id}/capture                           published
post   /v1/refunds                                        published
get    /v1/refunds                                        published
get    /v1/refunds/{id}                                   published
post   /v1/refunds/{id}                                   published
post   /v1/refunds/{id}/cancel                            published
get    /v1/disputes                                       published
get    /v1/disputes/{id}                                  published
post   /v1/disputes/{id}                                  published
post   /v1/disputes/{id}/close                            published
post   /v1/payouts                                        published
get    /v1/payouts                                        published
get    /v1/payouts/{id}                                   published
post   /v1/payouts/{id}                                   published
post   /v1/payouts/{id}/cancel                            published
post   /v1/payouts/{id}/reverse                           published
post   /v1/external_accounts                              own
get    /v1/external_accounts                              own
get    /v1/external_accounts/{id}                         own
post   /v1/external_accounts/{id}                         own
delete /v1/external_accounts/{id}                         own
get    /v1/balance_settings                               own
post   /v1/balance_settings                               own
get    /v1/reports                                        own
get    /v1/reports/{id}                                   own
get    /v1/reports/{id}/content                           own
get    /v1/balance                                        published
get    /v1/balance_transactions                           published
get    /v1/balance_transactions/{id}                      published
get    /v1/events                                         published
get    /v1/events/{id}                                    published
post   /v1/webhook_endpoints                              published
get    /v1/webhook_endpoints                              published
get    /v1/webhook_endpoints/{id}                         published
post   /v1/webhook_endpoints/{id}                         published
delete /v1/webhook_endpoints/{id}                         published
post   /v1/bots                                           own
get    /v1/bots                                           own
get    /v1/bots/{id}                                      own
get    /v1/bots/{id}/availability                         own
post   /v1/bots/{id}/availability                         own
post   /v1/people                                         own
get    /v1/people                                         own
get    /v1/people/{id}                                    own
get    /v1/people/{id}/wallet                             own
post   /v1/people/{id}/wallet/top_ups                     own
get    /v1/people/{id}/wallet/top_ups/{movement}          own
post   /v1/people/{id}/wallet/cash_outs                   own
get    /v1/people/{id}/wallet/cash_outs/{movement}        own
get    /v1/people/{id}/wallet/movements                   own
post   /v1/friend_transfers                               own
get    /v1/friend_transfers                               own
get    /v1/friend_transfers/{id}                          own
post   /v1/friend_transfers/{id}/accept                   own
post   /v1/friend_transfers/{id}/decline                  own
post   /v1/friend_transfers/{id}/cancel                   own
get    /v1/people/{id}/pin                                own
post   /v1/people/{id}/pin                                own
delete /v1/people/{id}/pin                                own
post   /v1/person_sessions                                own
get    /v1/person_sessions                                own
post   /v1/person_sessions/exchange                       own
get    /v1/person_sessions/{id}                           own
post   /v1/person_sessions/{id}/revoke                    own
post   /v1/person_sessions/revoke                         own
get    /v1/checkout/sessions/{id}/buttons             own
post   /v1/surface_accounts                               own
get    /v1/surface_accounts                               own
get    /v1/surface_accounts/{id}                          own
post   /v1/surface_accounts/{id}                          own
delete /v1/surface_accounts/{id}                          own
post   /v1/webhook_endpoints/{id}/roll_secret             own
get    /v1/webhook_endpoints/{id}/deliveries              own
post   /v1/webhook_endpoints/{id}/replay                  own
post   /v1/events/{id}/resend                             own
post   /v1/test_helpers/test_clocks                       own
get    /v1/test_helpers/test_clocks                       own
get    /v1/test_helpers/test_clocks/{id}                  own
delete /v1/test_helpers/test_clocks/{id}                  own
post   /v1/test_helpers/test_clocks/{id}/advance          own
"""

# Objects of our own that share a name with something else of Stripe's.
NAMESAKES = {"person"}


def table():
    return {(method, path): oracle for method, path, oracle in map(str.split, TABLE.strip().splitlines())}


@functools.cache
def description():
    return yaml.safe_load(DESCRIPTION.read_text())


def is_there():
    return stripe_spec.DOCUMENT.exists()


@functools.cache
def published():
    """Stripe's description with nothing changed but how it says null."""
    return json.loads(stripe_spec.DOCUMENT.read_text())


@functools.cache
def current():
    return json.loads(FIELDS.read_text())


# ---- Answers


@functools.cache
def validators():
    components = stripe_spec.plain(published()["components"])
    return {
        name: Draft4Validator({"$ref": f"#/components/schemas/{name}", "components": components})
        for name in components["schemas"]
    }


def problems(value, where=""):
    """What is wrong with the objects in an answer of ours, according to Stripe."""
    if isinstance(value, list):
        return [problem for index, item in enumerate(value) for problem in problems(item, f"{where}[{index}]")]
    if not isinstance(value, dict):
        return []
    if set(value) == {"error"}:
        error = {name: field for name, field in value["error"].items() if name != "request_id"}
        return complaints("api_errors", error, where + "error")
    kind = value.get("object")
    if kind in ("list", "search_result"):
        return problems(value["data"], where + "data")
    found = []
    if kind == "event":
        # The published schema takes any object there.
        found += problems(value["data"]["object"], f"{where}data.object.")
    name = f"deleted_{kind}" if value.get("deleted") is True else kind
    if isinstance(name, str) and name in validators() and name not in NAMESAKES:
        return found + complaints(name, value, where + name)
    # An object of our own may hold some of theirs.
    for name, field in value.items():
        if isinstance(field, (dict, list)):
            found += problems(field, f"{where}{name}.")
    return found


def complaints(name, value, where):
    return [f"{where} {'.'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in validators()[name].iter_errors(value)]


@functools.cache
def pattern(path):
    return re.compile(re.sub(r"{\w+}", "[^/]+", path))


def line(method, path):
    """The line of the table for a request; None for what is not under /v1."""
    found = [key for key in table() if key[0] == method.lower() and pattern(key[1]).fullmatch(path)]
    return min(found, key=lambda key: key[1].count("{"), default=None)


def hold(method, path, answer, key=None):
    """Fails the running test when an answer is not as published. What guests and people are shown is cut on purpose."""
    if (key or "").startswith(("pk_", "pst_")) or line(method, path.partition("?")[0]) is None:
        return
    try:
        value = answer.json
    except ValueError:
        return
    found = problems(value)
    assert found == [], f"{method} {path} is not answered as Stripe publishes it: {found[:5]}"


def install():
    """Holds everything that the tests receive to the published description, as far as that is there."""
    import florin

    if is_there() and os.environ.get("FLORIN_ORACLE") != "0":
        florin.CHECKS.append(hold)


def required():
    """Skips the running test where the published facts are not there; a failure in continuous integration."""
    if not is_there():
        stripe_spec.load()
        pytest.skip("the folder of published facts is not there")


# ---- What is left out


def resolve(schema, document):
    while "$ref" in schema:
        schema = functools.reduce(lambda node, name: node[name], schema["$ref"].removeprefix("#/").split("/"), document)
    return schema


def options(schema, document):
    """The alternatives of a schema, without null, and without objects that take an identifier's place when it is expanded."""
    schema = resolve(schema, document)
    found = []
    for name in ("anyOf", "oneOf", "allOf"):
        for option in schema.get(name, []):
            found += options(option, document)
    return found or [schema]


def properties(schema, document):
    """The fields of what may stand there."""
    fields = {}
    for option in options(schema, document):
        if "object" not in option.get("properties", {}):
            fields.update(option.get("properties", {}))
    return fields


def left_out_fields(name):
    """Fields that Stripe has and our object of that name has not, as paths; what it sends that is none of theirs; and what they
    require and we do not promise."""
    ours, theirs = description()["components"]["schemas"][name], published()["components"]["schemas"][name]
    news = current()["objects"].get(name, {})
    missing, own = [], []

    def compare(their, our, where):
        theirs = properties(their, published()) if where else their.get("properties", {})
        mine = properties(our, description()) if where else our.get("properties", {})
        if not theirs or not mine:
            return
        known = set(theirs) | (set() if where else set(news.get("added_since_2023", [])))
        gone = set() if where else set(news.get("gone_since_2023", []))
        missing.extend(where + field for field in sorted(known - set(mine) - gone))
        own.extend(where + field for field in sorted(set(mine) - known))
        for field in sorted(set(mine) & set(theirs)):
            compare(theirs[field], mine[field], f"{where}{field}.")

    compare(resolve(theirs, published()), resolve(ours, description()), "")
    promised = set(resolve(ours, description()).get("required", []))
    return missing, own, sorted(set(theirs.get("required", [])) - promised)


def kinds():
    """The objects that both descriptions know."""
    both = set(description()["components"]["schemas"]) & set(published()["components"]["schemas"])
    return sorted(name for name in both - NAMESAKES if "object" in published()["components"]["schemas"][name].get("properties", {}))


def left_out_parameters(method, path):
    """Parameters that Stripe's operation takes and ours refuses, and those that only ours takes."""
    their = stripe_spec.Spec(published()).operation(method, re.sub(r"{\w+}", "x", path))
    our = description()["paths"][path][method]
    theirs = {p["name"] for p in their.get("parameters", []) if p["in"] == "query"}
    for content in their.get("requestBody", {}).get("content", {}).values():
        theirs |= set(content["schema"].get("properties", {}))
    for operation, change in current()["operations"].items():
        known_method, known_path = operation.split()
        if known_method.lower() == method and re.sub(r"{\w+}", "{}", known_path) == re.sub(r"{\w+}", "{}", path):
            theirs = (theirs | set(change["now"])) - set(change["gone_since_2023"])
    ours = {resolve(p, description())["name"].removesuffix("[]") for p in our.get("parameters", [])
            if resolve(p, description())["in"] == "query"}  # fmt: skip
    for content in our.get("requestBody", {}).get("content", {}).values():
        ours |= set(properties(content["schema"], description()))
    return sorted(theirs - ours), sorted(ours - theirs)


def left_out():
    """Everything that we know we do not have, as Tests/python/left_out.yaml lists it."""
    found = {"fields": {}, "own_fields": {}, "not_promised": {}, "parameters": {}, "own_parameters": {}}
    for name in kinds():
        for key, names in zip(("fields", "own_fields", "not_promised"), left_out_fields(name)):
            if names:
                found[key][name] = names
    for (method, path), oracle in table().items():
        if oracle == "published":
            for key, names in zip(("parameters", "own_parameters"), left_out_parameters(method, path)):
                if names:
                    found[key][f"{method} {path}"] = names
    return found
