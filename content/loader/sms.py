"""Counts what a text costs as SMS; it neither shortens nor rewrites words."""

from __future__ import annotations

from dataclasses import dataclass

# GSM 03.38 default alphabet and its extension table (3GPP TS 23.038, section 6.2.1).
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")

GSM7_SINGLE, GSM7_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67


@dataclass(frozen=True, slots=True)
class SmsSize:
    """`units` are septets in GSM-7 and 16-bit units in UCS-2; `segments` is what we pay for."""

    alphabet: str
    units: int
    segments: int


def outside_gsm7(text: str) -> tuple[str, ...]:
    """The characters that force UCS-2, each once, in order of appearance."""
    return tuple(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENSION))


def measure(text: str) -> SmsSize:
    """Alphabet, length and number of segments of a text as sent in one SMS message."""
    if outside_gsm7(text):
        widths = [2 if ord(c) > 0xFFFF else 1 for c in text]
        return _size("ucs2", widths, UCS2_SINGLE, UCS2_PART)
    widths = [2 if c in _EXTENSION else 1 for c in text]
    return _size("gsm7", widths, GSM7_SINGLE, GSM7_PART)


def _size(alphabet: str, widths: list[int], single: int, part: int) -> SmsSize:
    units = sum(widths)
    if units <= single:
        return SmsSize(alphabet, units, 1 if units else 0)
    segments, room = 1, part
    for width in widths:  # a pair (escape and character, or surrogates) is never split
        if width > room:
            segments, room = segments + 1, part
        room -= width
    return SmsSize(alphabet, units, segments)
