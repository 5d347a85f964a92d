"""Reads a person's name and who they are to the baby; keeps spelling and script; pure."""

import difflib
import re
from typing import Final

from referrals.text import plain

ROLES: Final = (
    "mother",
    "father",
    "parent",
    "partner",
    "grandparent",
    "carer",
    "professional",
    "other",
)

_WORD = r"[^\W\d_][^\W\d_'’.-]*(?:['’.-][^\W\d_]+)*\.?"
_SAID = re.compile(
    rf"\b(?:(?:my|first|full) name(?:'s| is|:)?|name(?:'s| is|:)|i am called|i'm called|"
    rf"they call me|people call me|you can call me|this is"
    rf"|it'?s)\s+(?P<name>{_WORD}(?:\s+{_WORD}){{0,4}})",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\b(?:his|her|their|its|baby'?s?|son'?s|daughter'?s|\w+'s)\s*(?:first |full |last )?$",
    re.IGNORECASE,
)
_IM = re.compile(rf"\b(?:i'?m|i am)\s+(?P<name>{_WORD}(?:\s+{_WORD}){{0,3}})", re.IGNORECASE)
_NO_NAMES: Final = """
a an the my his her their your mum mam mom mother mummy dad father daddy parent nan grandma
granny nana grandad partner wife husband pregnant expecting not so very really just only now
here sorry ok okay fine good bad sad low tired exhausted worried anxious scared depressed
struggling feeling having looking trying hoping from in on at to due about and but with for
because when who that this it he she they we you i im me is was been being have had text
call ring txt born baby boy girl son daughter twins twin new single alone lost stuck done
ready yes no please thanks thank hi hello hey well sure still also currently getting going
using texting writing ringing calling asking finding referring better back home out off up
18 foster carer midwife health doctor gp nurse social both all too as of by if or lonely
angry ashamed unwell ill sick upset happy sleeping crying breastfeeding bonding living right
wrong mornings evenings afternoons any anytime after before weeks months postcode number
phone referral referred self-referral help support interested desperate overwhelmed nervous
unsure glad grateful dont don't do can can't cant wont code word password skip cancel go
confused concerned useless failing coping disabled deaf english muslim
"""
_STOP: Final = frozenset(_NO_NAMES.split())
_ROLE_WORDS: Final = (
    (
        "professional",
        (
            r"(?:midwife|health visitor|hv|gp|doctor|nurse|nursery nurse|social worker"
            r"|family support worker|practitioner|professional|teacher|psychologist)"
        ),
    ),
    ("mother", r"(?:mum|mam|mom|mummy|mother|ammi|mama|birthing parent)"),
    ("father", r"(?:dad|daddy|father|abbu|papa)"),
    (
        "grandparent",
        (
            r"(?:nan|nana|nanny|gran|granny|grandma|grandmother|grandad|granddad|grandfather"
            r"|grandparent|dadi|nani|dada|nana ji)"
        ),
    ),
    ("partner", r"(?:partner|husband|wife|boyfriend|girlfriend|step ?dad|step ?mum)"),
    (
        "carer",
        (
            r"(?:foster (?:carer|mum|dad|parent)|foster carer|carer|guardian|aunt|auntie|aunty"
            r"|uncle|sister|brother|kinship carer)"
        ),
    ),
    ("other", r"(?:friend|neighbour)"),
)
_BEFORE_ROLE: Final = (
    r"(?:(?:a|an|the|his|her|their|baby'?s|[\w']+'s|new|first.time|single|very|tired|worried|"
    r"proud|young)\s+){0,4}"
)
_SELF = re.compile(r"^(?:me|myself|for me|for myself|it'?s (?:for )?me|just me|self)\W*$", re.I)
_PREGNANT = re.compile(
    r"\bi(?:'?m| am)\s+(?:\S+\s+){0,3}?(?:pregnant|preg|expecting)\b|\bmy (?:bump|pregnancy)\b"
    r"|\bi gave birth\b",
    re.I,
)
_OF_PARTNER = re.compile(
    r"\b(?:(?:refer|for|worried about|concerned about|help)(?:ring)?\s+my (?:wife|girlfriend"
    r"|partner|fianc[eé]e|mrs|missus)|"
    r"my (?:wife|girlfriend|partner|mrs|missus)(?:'s| is| has| just| feels| needs| isn'?t| had"
    r"|'s been))\b",
    re.I,
)
_OF_CHILD = re.compile(
    r"\b(?:refer|for|worried about)(?:ring)?\s+my (?:daughter|son"
    r"|daughter.in.law)\b(?=.*\b(?:baby|pregnan|grand))",
    re.I,
)
_SPELLED = re.compile(
    r"\b(?:spel(?:t|led|ling)(?:\s+is)?:?\s+)?((?:[^\W\d_][\s.-]){2,}[^\W\d_])\b", re.UNICODE
)
_ENDING = re.compile(
    rf"(?P<word>{_WORD})\s+(?:with|has|ends? (?:in|with)|ending (?:in"
    rf"|with))\s+(?:an?\s+)?['\"]?(?P<letters>[^\W\d_]{{1,3}})['\"]?"
    r"(?:\s+(?:at|on) the end)?\b",
    re.I,
)
_START = re.compile(
    rf"(?P<word>{_WORD})\s+with an?\s+['\"]?(?P<letter>[^\W\d_])['\"]?\s+"
    r"(?:not an?\s+['\"]?[^\W\d_]['\"]?|at the (?:start|front|beginning))",
    re.IGNORECASE,
)
_X_NOT_Y = re.compile(rf"(?P<new>{_WORD}),?\s+not\s+(?P<old>{_WORD})", re.I)


def read_name(text: str, *, expecting: bool) -> str | None:
    """The writer's own name, as typed; titles and roles stripped.

    Args:
        expecting: the name was just asked for, so that the bare words are the name.
    """
    text = plain(text)
    found = _said(text)
    if found:
        opener = found[0].lower()
        loose = opener.startswith(("it", "this is"))
        if (not loose or expecting) and (name := _words(found["name"], strict=loose)):
            return name
    if (found := _IM.search(text)) and (name := _words(found["name"], strict=True)):
        capital = name[0].isupper() or not name[0].islower()
        if capital or expecting:
            return name
    return _bare(text) if expecting else None


def _said(text: str) -> re.Match[str] | None:
    at = 0
    while found := _SAID.search(text, at):
        if not _OF_OTHERS.search(text[: found.start()]):
            return found
        at = found.start() + 1
    return None


def _bare(text: str) -> str | None:
    text = re.sub(
        r"^(?:sorry|no|hi|hello|oh|ok|yes|its|it's|i mean|mr|mrs|ms|miss|dr)\b[,.!]?\s*",
        "",
        text,
        flags=re.I,
    )
    for part in re.split(r"[,;.!]\s|\s-\s|\s(?:and|but|im|i'm)\s|[,;!]", text + " "):
        words = part.split()
        if not 1 <= len(words) <= 5 or re.search(r"[?@\d]|^(?:i'?m|i am)\b", part.strip(), re.I):
            continue
        if name := _words(part.strip(), strict=True):
            return name
    return None


def _words(text: str, *, strict: bool) -> str | None:
    kept: list[str] = []
    for word in text.split():
        bare = word.strip(".,!").lower()
        if (
            bare in _STOP
            or bare.removesuffix("'s") in _STOP
            or (strict and not kept and _ordinary(bare))
        ):
            break
        kept.append(word.strip(",!"))
        if word.endswith((".", "!", ",")) and len(bare) > 1:
            break  # the sentence ends; after an initial it goes on
    name = " ".join(kept).rstrip(".")
    return name or None


def _ordinary(word: str) -> bool:
    return (
        len(word) > 4
        and word.isascii()
        and word.endswith(("ing", "ed"))
        and word
        not in {
            "syed",
            "sayed",
            "mohammed",
            "ahmed",
            "hamed",
            "waheed",
            "saeed",
            "majeed",
            "mohamed",
            "muhammed",
            "javed",
            "khaled",
            "waleed",
            "rasheed",
            "hameed",
        }
    )


def fix_name(name: str, text: str) -> str | None:
    """The name with a correction applied ("Siddiqui with an i at the end"), or None."""
    text = plain(text)
    if found := _START.search(text):
        return _replace_closest(name, found["letter"].upper() + found["word"][1:])
    if found := _ENDING.search(text):
        word, letters = found["word"], found["letters"]
        if not word.lower().endswith(letters.lower()):
            word = word[: -len(letters)] + letters.lower()
        return _replace_closest(name, word)
    if found := _X_NOT_Y.search(text):
        old = _closest(name, found["old"])
        if old and found["new"].lower() not in _STOP:
            return " ".join(found["new"] if w == old else w for w in name.split())
    if found := _SPELLED.search(text):
        letters = re.sub(r"[\s.-]", "", found[1])
        return _replace_closest(name, letters.capitalize())
    return None


def _closest(name: str, word: str) -> str | None:
    lower = {w.lower(): w for w in name.split()}
    found = difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)
    return lower[found[0]] if found else None


def _replace_closest(name: str, word: str) -> str | None:
    old = _closest(name, word)
    if old is None:
        return None
    return " ".join(word if w == old else w for w in name.split())


def read_role(text: str, *, expecting: bool) -> str | None:
    """Who the writer is to the baby (one of ROLES), or None where the message does not say."""
    text = plain(text)
    if _OF_PARTNER.search(text):
        return "partner"
    if _OF_CHILD.search(text):
        return "grandparent"
    for role, words in _ROLE_WORDS:
        mine = rf"\b(?:i'?m|i am|im|as|it'?s|this is)\s+{_BEFORE_ROLE}{words}\b(?!'s)"
        if re.search(mine, text, re.I):
            return role
        if expecting and re.search(
            rf"(?:^|[,.]\s*|\b(?:and|the|his|her|a|step)\s+){words}\b(?!'s)(?: (?:is|has"
            rf"|said)\b)?",
            text,
            re.I,
        ):
            return role
    if _PREGNANT.search(text):
        return "mother"
    return "parent" if expecting and _SELF.match(text) else None
