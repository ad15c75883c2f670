"""Cards sealed outside the daemon, by node's WebCrypto and by Python, and opened inside it."""

import base64
import json
import shutil
import subprocess
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from test_checkout import tap_name

NODE = """
const { jwk, text } = JSON.parse(require("fs").readFileSync(0, "utf8"));
(async () => {
  const key = await crypto.subtle.importKey("jwk", { ...jwk, ext: true, key_ops: ["encrypt"] }, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
  const box = await crypto.subtle.encrypt({ name: "RSA-OAEP" }, key, new TextEncoder().encode(text));
  process.stdout.write(Buffer.from(box).toString("base64"));
})();
"""


def number(text):
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def seal_with_python(jwk, text):
    key = rsa.RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
    box = key.encrypt(text.encode(), padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None))
    return base64.b64encode(box).decode()


def seal_with_node(jwk, text):
    assert shutil.which("node"), "node is missing: run scripts/setup"
    given = json.dumps({"jwk": jwk, "text": text})
    done = subprocess.run(["node", "-e", NODE], input=given, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def key(florin):
    answer = florin.client().get("/checkout/intake-key")
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    return answer.json


@pytest.fixture
def checkout(florin, bot):
    """A checkout to pay with what is sealed: gives its name, and a function that pays."""
    line = {"price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Soup"}}}
    session = bot.post("/v1/checkout/sessions", {"line_items": [line]}).json
    headers = {"Florin-Client-Secret": session["url"].split("#")[1], "Content-Type": "application/json"}

    def pay(key, ciphertext):
        body = {"sealed_card": {"key": key, "ciphertext": ciphertext}, "version": 1, "confirmation": tap_name()}
        return florin.client().post(f"/checkout/{session['id']}/pay", body=json.dumps(body).encode(), headers=headers)

    return session["id"], pay


def card(checkout, issued, **more):
    return json.dumps({"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123", "checkout": checkout, "issued_at": issued, **more})


def test_the_published_key_is_a_public_key_of_jose_and_holds_nothing_else(key):
    assert set(key) == {"id", "expires", "now", "jwk"} and set(key["jwk"]) == {"kty", "alg", "use", "n", "e"}
    assert (key["jwk"]["kty"], key["jwk"]["alg"], number(key["jwk"]["e"])) == ("RSA", "RSA-OAEP-256", 65537)
    assert number(key["jwk"]["n"]).bit_length() == 3072
    assert 0 < key["expires"] - key["now"] <= 86_400 and abs(key["now"] - time.time()) < 30


@pytest.mark.parametrize("seal", [seal_with_python, seal_with_node])
def test_what_others_seal_by_the_published_key_is_opened_and_pays(key, checkout, seal):
    name, pay = checkout
    paid = pay(key["id"], seal(key["jwk"], card(name, key["now"])))
    assert paid.status == 200 and paid.json["status"] == "complete", paid


@pytest.mark.parametrize(
    "change, code",
    [
        ({"checkout": "cs_00000000000000000000000000"}, "sealed_card_unreadable"), ({"more": 1}, "sealed_card_unreadable"),
        ({"issued_at": 0}, "sealed_card_expired"), ({"number": "4242424242424241"}, "incorrect_number"), ({"cvc": "12"}, "invalid_cvc"),
    ],
)  # fmt: skip
def test_what_is_sealed_for_elsewhere_or_too_old_or_wrong_pays_nothing(key, checkout, bot, change, code):
    name, pay = checkout
    text = {**json.loads(card(name, key["now"])), **change}
    refused = pay(key["id"], seal_with_python(key["jwk"], json.dumps(text)))
    assert refused.status in (400, 402) and refused.error["code"] == code, refused
    assert "4242" not in refused.body.decode()
    assert bot.get(f"/v1/checkout/sessions/{name}").json["payment_intent"] is None


def test_a_key_that_is_not_there_is_told_apart(key, checkout):
    name, pay = checkout
    refused = pay("ik_" + "0" * 26, seal_with_python(key["jwk"], card(name, key["now"])))
    assert refused.status == 400 and refused.error["code"] == "sealed_card_expired"
