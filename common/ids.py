"""Ids: opaque, ordered by time where new, derived where the same cause must give the same id."""

import secrets
import time
import uuid

_NAMESPACE = uuid.UUID("6f1d8a52-6d0d-4b55-9c2e-1001f1257001")

# No I, L, O, U, 0 or 1: a reference is read over the phone and written down by hand.
_REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """A new id: 32 hexadecimal digits, the first 12 of them the time (UUID version 7).

    Source: RFC 9562, section 5.7.
    """
    ms = time.time_ns() // 1_000_000
    value = (ms << 80) | (0x7 << 76) | (secrets.randbits(12) << 64)
    value |= (0b10 << 62) | secrets.randbits(62)
    return f"{value:032x}"


def derived_id(*parts: str) -> str:
    """The one id that belongs to these parts: 32 hexadecimal digits, the same at every call."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join(parts)).hex


def reference(*parts: str) -> str:
    """A reference a person can read over the phone: `K7QM-3XRB`, the last one a check character.

    The same parts give the same reference.
    """
    number = int(uuid.uuid5(_NAMESPACE, "\x1e".join(parts)).hex, 16)
    body = ""
    for _ in range(7):
        number, digit = divmod(number, len(_REFERENCE_ALPHABET))
        body += _REFERENCE_ALPHABET[digit]
    body += _check_character(body)
    return f"{body[:4]}-{body[4:]}"


def is_reference(text: str) -> bool:
    """Whether the text is a reference whose check character fits; case and spaces forgiven."""
    body = "".join(c for c in text.upper() if c.isalnum())
    if len(body) != 8 or any(c not in _REFERENCE_ALPHABET for c in body):
        return False
    return _check_character(body[:7]) == body[7]


def _check_character(body: str) -> str:
    # Luhn mod N finds every single wrong character and nearly every swap of neighbours.
    size = len(_REFERENCE_ALPHABET)
    total = 0
    for place, character in enumerate(reversed(body)):
        value = _REFERENCE_ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // size + value % size
    return _REFERENCE_ALPHABET[-total % size]
