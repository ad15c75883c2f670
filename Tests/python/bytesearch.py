"""Finds a secret in files whatever dress it wears: text, spaced, packed, hex, base64, UTF-16, integers."""

import base64
import json
import pathlib
import urllib.parse


def number_forms(digits):
    """The ways in which a program that should not could have kept a card number. Name -> bytes."""
    groups = (4, 6, 5) if len(digits) == 15 else (4, 4, 4, 4)
    parts, rest = [], digits
    for size in groups:
        parts.append(rest[:size])
        rest = rest[size:]
    texts = {"text": digits, "spaced": " ".join(parts), "dashes": "-".join(parts), "backwards": digits[::-1]}
    forms = {}
    for name, text in texts.items():
        forms.update(text_forms(text, name))
    # Packed from the first digit, and from the second, so that both places in a byte are covered; padded is found too.
    for name, inner in (("", digits[: len(digits) // 2 * 2]), (", shifted", digits[1 : 1 + (len(digits) - 1) // 2 * 2])):
        packed = bytes.fromhex(inner)
        if packed.count(0) > 4:
            continue  # the middle of 4000000000000002 is what every file is full of
        forms["BCD" + name] = packed
        forms["BCD" + name + ", low nibble first"] = bytes(byte >> 4 | (byte & 15) << 4 for byte in packed)
        forms["BCD" + name + ", backwards"] = packed[::-1]
    forms["one digit a byte"] = bytes(int(digit) for digit in digits)
    # Without leading zero bytes, so that every width is found.
    value = int(digits)
    integer = value.to_bytes((value.bit_length() + 7) // 8, "big")
    forms["integer, big-endian"], forms["integer, little-endian"] = integer, integer[::-1]
    forms["integer, varint"] = varint(value)
    forms.update({f"integer, {name}": form for name, form in base64_forms(value.to_bytes(8, "big"), "big-endian, base64").items()})
    forms.update({f"integer, {name}": form for name, form in base64_forms(value.to_bytes(8, "little"), "little-endian, base64").items()})
    return forms


def text_forms(text, name="text"):
    """The ways in which a text could have been kept. Name -> bytes."""
    plain = text.encode()
    forms = {
        name: plain,
        f"{name}, UTF-16LE": text.encode("utf-16-le"),
        f"{name}, UTF-16BE": text.encode("utf-16-be"),
        f"{name}, hex": plain.hex().encode(),
        f"{name}, HEX": plain.hex().upper().encode(),
        f"{name}, JSON": json.dumps(text)[1:-1].encode(),
        f"{name}, URL": urllib.parse.quote(text, safe="@").encode(),
        f"{name}, form": urllib.parse.quote_plus(text).encode(),
        f"{name}, lower case": text.lower().encode(),
        f"{name}, upper case": text.upper().encode(),
    }
    forms.update(base64_forms(plain, f"{name}, base64"))
    return forms


def base64_forms(plain, name):
    """Base64 shows the same bytes in three ways, depending on where they begin; characters mixed with neighbours are left out."""
    forms = {}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + plain)
        first = (offset * 8 + 5) // 6
        last = (offset + len(plain)) * 8 // 6
        forms[f"{name} +{offset}"] = encoded[first:last]
        forms[f"{name} +{offset}, URL"] = encoded[first:last].replace(b"+", b"-").replace(b"/", b"_")
    return forms


def varint(value):
    """LEB128, as many serialisers write integers."""
    groups = bytearray()
    while value > 127:
        groups.append(value & 127 | 128)
        value >>= 7
    return bytes(groups + bytes([value]))


class Searcher:
    """Secrets by name, each in all its forms."""

    def __init__(self):
        self.needles = {}  # bytes -> what they are

    def add_number(self, digits):
        self._add(f"card …{digits[-4:]}", number_forms(digits))

    def add_text(self, text, what=None):
        self._add(what or text, text_forms(text))

    def add_bytes(self, secret, what):
        self._add(what, {
            "raw": secret, "hex": secret.hex().encode(), "HEX": secret.hex().upper().encode(), **base64_forms(secret, "base64")})

    def _add(self, what, forms):
        for form, needle in forms.items():
            assert len(needle) >= 6, f"{what} as {form} is too short to be told from chance"
            self.needles.setdefault(needle, f"{what} as {form}")

    def find(self, data):
        """What of it is in `data`."""
        return sorted({what for needle, what in self.needles.items() if needle in data})

    def find_in_files(self, folder, skip=()):
        """Path -> what was found, over every file below `folder`."""
        found = {}
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and path.name not in skip:
                if hits := self.find(path.read_bytes()):
                    found[str(path.relative_to(folder))] = hits
        return found
