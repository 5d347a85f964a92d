"""Reads how and when the parent can be reached safely; pure, and in doubt on the safe side."""

import re
from dataclasses import dataclass

from referrals.text import plain, yes_or_no

_DAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)days?"
_CLOCK = r"\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|o'?clock)?"
_TIME = re.compile(
    r"\b(?:(?:but |only |just |in the |on |early |late |weekday |most )*"
    rf"(?:mornings?|afternoons?|evenings?|lunch ?times?|nights?|weekdays?|week-?ends?|{_DAY}|"
    rf"school hours|day ?times?|nap ?times?)(?:\s+(?:only|or|and|after|before|between|till|until|"
    rf"{_CLOCK}|{_DAY}|mornings?|afternoons?|evenings?|please))*"
    rf"|(?:only |just |any ?time )?(?:after|before|between|from|around|at|until|till)\s+{_CLOCK}"
    rf"(?:\s*(?:and|to|-|till|until)\s*{_CLOCK})?(?:\s+(?:on )?(?:{_DAY}|weekdays))?"
    r"|any ?time(?: (?:is fine|is ok|at all|really|of day))?|whenever)\b",
    re.I,
)
_CONTACT = re.compile(
    r"\b(?:text|txt|call|ring|phone|contact|reach|message|whatsapp|speak|talk|best time|free"
    r"|available)\b",
    re.I,
)
_NUMBER = re.compile(r"(?<!\d)(?:\+44|0)[\d ]{9,13}(?!\d)")
_TEXT_NO = re.compile(
    r"\b(?:don'?t|do not|no|not|never|please don'?t)\s+(?:\w+\s+){0,2}?(?:text|txt|sms"
    r"|message me|texts|messages)\b|\b(?:call|calls|ring|phone)(?: me)? only\b|\bonly (?:call"
    r"|calls|ring|phone)\b",
    re.I,
)
_CALL_NO = re.compile(
    r"\b(?:don'?t|do not|no|not|never|hate|can'?t)\s+(?:\w+\s+){0,3}?(?:call|ring|phone|calls"
    r"|calling|talk on the phone|answer)\b|\b(?:text|texts|txt|messages)(?: me)? only\b"
    r"|\b(?:only|just) (?:text|texts|txt)\b",
    re.I,
)
_TEXT_YES = re.compile(
    r"\b(?:text|txt|sms|texts|texting|message me|messages)\b|\bboth\b|\beither\b", re.I
)
_CALL_YES = re.compile(
    r"\b(?:call me|call is|calls|ring me|ring|phone me|phone call|a call|call or|or call"
    r"|and call|^call\b)|\bboth\b|\beither\b|^call\W*$",
    re.I,
)
_VOICE_NO = re.compile(
    r"\b(?:don'?t|do not|no|not|never|without)\s+(?:\w+\s+){0,3}?(?:voice ?mails?"
    r"|voice messages?|answer ?phones?|a message|messages on)\b|\bno voice ?mails?\b",
    re.I,
)
_VOICE_YES = re.compile(
    r"\b(?:voice ?mails?|answer ?phone)\b[^.!?]*\b(?:ok|okay|fine|yes|safe|good|all right)\b"
    r"|\b(?:leave|can leave) (?:a |me a )?(?:voice ?mail|voice message|message)\b",
    re.I,
)

_SHARED_YES = re.compile(
    r"\b(?:shared? (?:phone|mobile)|share (?:it|this|the phone|my phone)|"
    r"(?:he|she|my \w+|partner|husband|boyfriend|wife|mum|mother.in.law|dad|kids?|ex|they"
    r"|someone|somebody|family)"
    r"(?: \w+){0,3}? (?:checks?|reads?|sees?|looks? (?:at|through)|goes through|has|uses?"
    r"|borrows?|gets?|can see)"
    r"(?: \w+){0,2} (?:my |this |the |our )?(?:phone|messages?|texts?|it|mobile))\b",
    re.I,
)
_SHARED_NO = re.compile(
    r"\b(?:(?:no ?-?one|nobody|no body|noone) (?:else )?(?:sees?|uses?|reads?|checks?|looks?"
    r"|has|can see|but me)|"
    r"(?:only|just) (?:me|i (?:use|see|read))|(?:my|mine) (?:phone )?(?:alone|only)|only mine|"
    r"(?:it'?s|its) (?:only |just )?(?:my own|mine|private|safe)|my own phone|not shared|"
    r"nobody else|no ?-?one else|noone else)\b",
    re.I,
)
_WHO = re.compile(
    r"\b(?:husband|partner|boyfriend|wife|girlfriend|mum|mother|dad|father|kids?|children"
    r"|family|sister|brother|in.laws?|he|she|they|everyone|ex|flatmate|someone|somebody"
    r"|sometimes|maybe|yes|not sure|don'?t know|dunno|shared?)\b",
    re.I,
)
_CODE = re.compile(
    r"\b(?:code ?word|password|pass ?word|safe ?word)\s*(?:is|:|=|will be|can be"
    r"|-)?\s*['\"]?(?P<word>[^\W_][\w'-]*(?: [^\W_][\w'-]*)?)",
    re.I,
)


@dataclass(frozen=True)
class Route:
    """How she may be contacted; None where she has not said."""

    text: bool | None = None
    call: bool | None = None
    voicemail: bool | None = None

    def merged(self, newer: "Route") -> "Route":
        """This with what `newer` says."""
        return Route(
            text=newer.text if newer.text is not None else self.text,
            call=newer.call if newer.call is not None else self.call,
            voicemail=newer.voicemail if newer.voicemail is not None else self.voicemail,
        )

    @property
    def usable(self) -> bool:
        """Whether at least one way is allowed."""
        return bool(self.text or self.call)


def read_time(text: str, *, expecting: bool) -> str | None:
    """The time at which she wants to be contacted, in her own words.

    Without `expecting` it counts only beside a word of contact or a number: "he cries in the
    evenings" is no time to call.
    """
    text = plain(text)
    for sentence in re.split(r"(?<=[.!?;])\s+", text):
        found = list(_TIME.finditer(sentence))
        if found and (expecting or _CONTACT.search(sentence) or _NUMBER.search(sentence)):
            start, end = found[0].start(), found[-1].end()
            words = sentence[start:end] if end - start < 80 else found[0][0]
            return re.sub(r"^(?:but|in|on|at|the)\s+(?:the\s+)?", "", words.strip(), flags=re.I)
    return None


def read_route(text: str, *, expecting: bool) -> Route | None:
    """What she says about texts, calls and voicemail; None where nothing.

    Args:
        expecting: she was just asked how, so that a bare "text" or "yes" is the answer.
    """
    text = plain(text)
    asked = expecting or re.search(
        r"\b(?:text|txt|call|ring|phone|message|contact) me\b|\bvoice ?mail|\b(?:text|call|ring"
        r"|phone|texts|calls)\b[^.]*\b(?:only|best|better|please|prefer|fine|ok)\b"
        r"|\b(?:only|prefer|don'?t|no|just) (?:to )?(?:text|call|ring|phone|texts|calls)\b"
        r"|\b0\d{9,}\b",
        text,
        re.I,
    )
    if not asked:
        return None
    voicemail = False if _VOICE_NO.search(text) else True if _VOICE_YES.search(text) else None
    rest = _VOICE_YES.sub(" ", _VOICE_NO.sub(" ", text))
    texts = False if _TEXT_NO.search(rest) else True if _TEXT_YES.search(rest) else None
    calls = False if _CALL_NO.search(rest) else True if _CALL_YES.search(rest) else None
    if calls is False and texts is None and _CALL_NO.search(rest):
        texts = True if expecting else None
    if texts is False and calls is None:
        calls = True if expecting else None
    if expecting and texts is None and calls is None:
        answer = yes_or_no(text)
        texts, calls = (True, True) if answer else (texts, calls)
    route = Route(text=texts, call=calls, voicemail=voicemail)
    return None if route == Route() else route


def read_shared(text: str, *, expecting: bool) -> bool | None:
    """Whether someone else sees or uses the phone; when in doubt, yes."""
    text = plain(text)
    if _SHARED_NO.search(text):
        return False
    if _SHARED_YES.search(text):
        return True
    if not expecting:
        return None
    answer = yes_or_no(text)
    if answer is False:
        return False
    if answer is True or _WHO.search(text):
        return True
    return (
        False
        if re.match(
            r"^(?:me|mine|my own|none|nobody|no ?-?one|noone|safe|private)\b", text.strip(), re.I
        )
        else None
    )


def read_code_word(text: str, *, expecting: bool) -> str | None:
    """A code word that staff say first when they call."""
    text = plain(text)
    if found := _CODE.search(text):
        word = found["word"].strip()
        return re.split(r"\s+(?:please|thanks|and|so|ok)\b", word)[0]
    words = text.strip(" .!\"'").split()
    if expecting and 1 <= len(words) <= 3 and yes_or_no(text) is None:
        return " ".join(words)
    return None
