"""Text messages as the networks count them: the GSM-7 alphabet, plain Latin, segments; pure.

Source: 3GPP TS 23.038, section 6.2.1 (default alphabet and its extension table), and
3GPP TS 23.040 for the sizes of joined messages.
"""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these costs two septets: an escape and a character.
_EXTENSION = frozenset("\f^{}\\[~]|€")

_ONE_GSM, _JOINED_GSM = 160, 153
_ONE_UCS2, _JOINED_UCS2 = 70, 67

# What a word processor makes of plain typing, and Latin letters that have no accent to take off.
_PLAIN = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u0060\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u200a\u202f\t", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f", ""),
    "\u2026": "...",
    "\u2039": "<",
    "\u203a": ">",
    "\u2122": "TM",
    "\u00bd": "1/2",
    "\u00bc": "1/4",
    "\u00be": "3/4",
    "\u00b0": "",
    "\u00d7": "x",
    "\u0142": "l",
    "\u0141": "L",
    "\u0111": "d",
    "\u0110": "D",
    "\u00f0": "d",
    "\u00d0": "D",
    "\u00fe": "th",
    "\u00de": "Th",
    "\u0131": "i",
    "\u0153": "oe",
    "\u0152": "OE",
    "\u1e9e": "SS",
}


def is_gsm7(text: str) -> bool:
    """Whether every character is in the GSM-7 alphabet or its extension table."""
    return all(c in _BASIC or c in _EXTENSION for c in text)


def to_gsm7(text: str) -> str:
    """The text in GSM-7 where that loses no word, otherwise the text as it was (in NFC).

    Typographic marks become plain, Latin letters lose accents that the alphabet lacks, emoji go.
    Other scripts cannot be written in GSM-7, so a text with one of their letters stays whole.
    """
    text = unicodedata.normalize("NFC", text)
    plain = _tidy("".join(_plain(c) for c in text), text)
    return plain if is_gsm7(plain) and (plain.strip() or not text.strip()) else text


def septets(text: str) -> int:
    """The length of a GSM-7 text: extension characters count two."""
    return sum(2 if c in _EXTENSION else 1 for c in text)


def segments(text: str) -> int:
    """How many segments the networks send, and charge; an empty text is one."""
    if is_gsm7(text):
        units = [2 if c in _EXTENSION else 1 for c in text]
        return _count(units, alone=_ONE_GSM, joined=_JOINED_GSM)
    units = [2 if ord(c) > 0xFFFF else 1 for c in text]
    return _count(units, alone=_ONE_UCS2, joined=_JOINED_UCS2)


def _count(units: list[int], *, alone: int, joined: int) -> int:
    if sum(units) <= alone:
        return 1
    # A pair (escape and character, or a surrogate pair) is never split over two segments.
    count, used = 1, 0
    for unit in units:
        if used + unit > joined:
            count, used = count + 1, 0
        used += unit
    return count


def _plain(character: str) -> str:
    if character in _BASIC or character in _EXTENSION:
        return character
    if character in _PLAIN:
        return _PLAIN[character]
    if (
        unicodedata.category(character) in {"So", "Me"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    ):
        return ""
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c)
    )
    return bare if bare and is_gsm7(bare) else character


def _tidy(plain: str, before: str) -> str:
    """Where something was taken out, leave no doubled or trailing blanks behind."""
    if len(plain) >= len(before):
        return plain
    return "\n".join(
        " ".join(w for w in line.split(" ") if w) if "  " in line else line.rstrip(" ")
        for line in plain.split("\n")
    )
