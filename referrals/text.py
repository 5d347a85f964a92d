"""Small readings that every parser shares: plain quotes, number words, yes and no; pure."""

import re
import unicodedata
from typing import Final

_PLAIN: Final = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)

NUMBERS: Final = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
}
NUMBER: Final = r"(?:\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True)) + r")"

_YES = re.compile(
    r"^(?:y|yes|yeah|yep|yea|ya|yh|yup|aye|ok|okay|sure|of course|please do|go on|go ahead|"
    r"that'?s (?:fine|right|ok|okay|correct|good|all right)|all (?:good|correct|right)|fine|"
    r"correct|right|i do|i agree|agreed?|send(?: it)?|haan|han|ji|tak)\b"
)
_NO = re.compile(
    r"^(?:n|no|nope|nah|naw|not really|no thanks?|no thank you|never|don'?t|do not|"
    r"i don'?t|i do not|rather not|i'?d rather not|nahi|nie)\b"
)


def plain(text: str) -> str:
    """The text in NFC with straight quotes and dashes and single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_PLAIN).split())


def number(word: str) -> int:
    """The value of digits or of a number word from `NUMBERS`."""
    return int(word) if word.isdigit() else NUMBERS[word.lower()]


def yes_or_no(text: str) -> bool | None:
    """Whether the message begins with a yes or a no; None where it does neither."""
    low = plain(text).lower().strip(" .!,")
    if _NO.match(low):
        return False
    return True if _YES.match(low) else None


def is_question(text: str) -> bool:
    """Whether the words ask something: a question mark, or an opening that only questions have."""
    low = plain(text).lower()
    if low.endswith("?"):
        return True
    return bool(
        re.match(
            r"(?:what|why|who|where|when|how|can (?:you|i|my)|could you|will (?:you|they|it|i)|"
            r"do (?:you|they|i)|does|is it|is that|are you|should i)\b",
            low,
        )
    )
