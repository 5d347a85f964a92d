"""Seals personal data: one data key per person, wrapped by a master key kept elsewhere.

Erasing the wrapped data key erases all that it sealed. Nothing here stores anything.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.errors import SettingsError, TechnicalFailure

_NONCE = 12


@dataclass(frozen=True)
class Box:
    """Seals and opens with one data key; every value is bound to the place where it lies."""

    key: bytes

    def seal(self, value: Any, *, where: str) -> bytes:
        """Encrypt a JSON value.

        Args:
            value: anything JSON can hold.
            where: table, column and row id; the same must be given to open it.
        """
        nonce = os.urandom(_NONCE)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return nonce + AESGCM(self.key).encrypt(nonce, plain, where.encode())

    def open(self, sealed: bytes, *, where: str) -> Any:
        """Decrypt what `seal` made.

        Raises:
            TechnicalFailure: the bytes were changed, moved to another row, or the key is another.
        """
        try:
            plain = AESGCM(self.key).decrypt(sealed[:_NONCE], sealed[_NONCE:], where.encode())
        except InvalidTag as e:
            raise TechnicalFailure(f"sealed value at {where.split('|')[0]} does not open") from e
        return json.loads(plain)


class Keyring:
    """The master keys by version, and the key of the blind indexes."""

    def __init__(self, masters: Mapping[int, bytes], *, index_key: bytes) -> None:
        if not masters or any(len(k) != 32 for k in masters.values()) or len(index_key) != 32:
            raise SettingsError("FIRST1001_MASTER_KEYS: every key must be 32 bytes in base64")
        self._masters = dict(masters)
        self._index_key = index_key
        self.version = max(masters)

    def new_wrapped_key(self) -> bytes:
        """A new person's data key, wrapped: version (2 bytes), nonce, ciphertext."""
        return self._wrap(os.urandom(32))

    def box(self, wrapped: bytes) -> Box:
        """The box of the person whose wrapped key this is.

        Raises:
            TechnicalFailure: the master key of that version is not here.
        """
        return Box(self._unwrap(wrapped))

    def rewrap(self, wrapped: bytes) -> bytes:
        """The same data key under the newest master key."""
        return self._wrap(self._unwrap(wrapped))

    def blind_index(self, kind: str, value: str) -> str:
        """A keyed fingerprint by which an equal value is found again: 64 hexadecimal digits."""
        return hmac.new(self._index_key, f"{kind}\x1f{value}".encode(), hashlib.sha256).hexdigest()

    def _wrap(self, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        head = self.version.to_bytes(2, "big")
        return head + nonce + AESGCM(self._masters[self.version]).encrypt(nonce, key, head)

    def _unwrap(self, wrapped: bytes) -> bytes:
        head, nonce, body = wrapped[:2], wrapped[2 : 2 + _NONCE], wrapped[2 + _NONCE :]
        master = self._masters.get(int.from_bytes(head, "big"))
        if master is None:
            raise TechnicalFailure("a person's key was wrapped by a master key that is not here")
        try:
            return AESGCM(master).decrypt(nonce, body, head)
        except InvalidTag as e:
            raise TechnicalFailure("a person's key does not open with this master key") from e


def decode_key(text: str, *, setting: str) -> bytes:
    """32 bytes out of base64.

    Raises:
        SettingsError: it is anything else; names the setting.
    """
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as e:
        raise SettingsError(f"{setting} is not base64") from e
    if len(key) != 32:
        raise SettingsError(f"{setting} must hold 32 bytes in base64, not {len(key)}")
    return key


def sign(key: bytes, text: str) -> str:
    """HMAC-SHA-256 of the text: 64 hexadecimal digits."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
