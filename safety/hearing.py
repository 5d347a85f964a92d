"""Which of the known languages a text is in, by its letters or its little words; pure.

It says nothing unless it is sure: an English text taken for another language would be answered
with an offer of an interpreter.
"""

from __future__ import annotations

import re
from typing import Final

from safety.tongues import fold, mostly_english, tongues

ENGLISH: Final = "en"
_WORD = re.compile(r"\w+")
_ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f]")
#: Letters of Urdu that Arabic has not.
_URDU = re.compile(r"[ٹڈڑےںہھگچپکی]")
_BENGALI = re.compile(r"[\u0980-\u09ff]")
#: So many different little words, and so large a share of all.
_FEWEST, _SHARE = 2, 0.2
#: Little words of another language that English texts have too, as words, slips or text-speak.
_SHARED: Final = frozenset(
    re.findall(
        r"\w+",
        "a ae aj am an ar are as at b bas be by c can care ch cu cum da de di do e eh er"
        " face fata go gone h have he her hm ho hoi hum i il in is je jo k ka kal kar ki"
        " ko l la le m ma mai main mam mama man mare me menu mera mi mine more na nan ne"
        " no nu o od of off oh on one or par pe per po pot s sa saw se she si so sun t ta"
        " te then tot u uni up us v va vi w was we wo x y you z za ze",
    )
)
#: Letters that only one of the languages has.
_LETTERS: Final = (
    ("pl", re.compile(r"[ąćęłńśźż]", re.IGNORECASE)),
    ("sk", re.compile(r"[ľĺŕťďň]", re.IGNORECASE)),
    ("ro", re.compile(r"[ăâîșţț]", re.IGNORECASE)),
)
_LETTER_COUNTS = 2


def heard(text: str) -> str | None:
    """The language of a text other than English; None where it is English or not sure."""
    if _ARABIC.search(text):
        return "ur" if _URDU.search(text) else "ar"
    if _BENGALI.search(text):
        return "bn"
    words = [fold(found) for found in _WORD.findall(text)]
    words = [word for word in words if not word.isdigit()]
    if not words or mostly_english([found.lower() for found in _WORD.findall(text)]):
        return None
    counts = {
        name: _signs(one.signs.intersection(words))
        for name, one in tongues().known.items()
        if one.signs
    }
    for name, letters in _LETTERS:
        counts[name] += _LETTER_COUNTS * len(letters.findall(text))
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= max(_FEWEST, _SHARE * len(words)) else None


def _signs(found: frozenset[str]) -> int:
    """How many signs; those that English shares count where there is one of its own."""
    return len(found) if found - _SHARED else 0
