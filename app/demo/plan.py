"""Plans the invented years: who wrote when about what, and what the team did; pure, by a seed.

The totals are those that the service this is shaped on has published for its first seven years:
713 families, 909 practitioners trained, 1,102 consultations. Everything else is invented.
Source: that service's impact page: families, practitioners, consultations, the age falling.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FAMILIES: Final = 713
PRACTITIONERS: Final = 909
CONSULTATIONS: Final = 1102
YEARS: Final = 7
# How many of the families came by themselves through here; the others by phone, letter and e-mail.
SELF_REFERRED: Final = 0.4
ORDINARY: Final = 1200
"""Conversations without a referral, where no other number is asked for."""

DRAMA_NUMBERS: Final = 1000
"""Mobile numbers that nobody has. Source: Ofcom, numbers for use in TV and radio drama."""

_CHANNELS: Final = (("web_chat", 0.55), ("sms", 0.3), ("telegram", 0.15))
_STOPS: Final = 0.08
_SESSION: Final = (8, 26)
"""The fewest and most people who come to a training session."""

NAMES: Final = (
    *("Aisha", "Amelia", "Aneta", "Beth", "Carl", "Chloe", "Daniel", "Ewa", "Farah", "Georgia"),
    *("Hannah", "Ibrahim", "Iqra", "Jodie", "Kasia", "Leanne", "Maryam", "Megan", "Nadia"),
    *("Owen", "Parveen", "Rachel", "Rubina", "Sadia", "Sam", "Sophie", "Tariq", "Uzma", "Zara"),
)
SURNAMES: Final = (
    *("Ahmed", "Akhtar", "Baker", "Begum", "Brook", "Clarke", "Farooq", "Green", "Hussain"),
    *("Iqbal", "Jackson", "Kaur", "Khan", "Kowalska", "Mahmood", "Moss", "Nowak", "Parker"),
    *("Rashid", "Shah", "Singh", "Taylor", "Walker", "Ward", "Wood"),
)
LINES: Final[Mapping[str, tuple[str, ...]]] = {
    "cry-why": ("she cries from 5 till 9 every night", "why does my baby cry so much"),
    "cry-comfort": ("how do i settle him", "nothing calms her down, what can i try"),
    "cry-cant-cope": ("i cant listen to it any more", "the crying is getting to me"),
    "sleep-normal": ("how much should a 4 month old sleep", "he wakes every two hours"),
    "sleep-safer": ("is it ok if she sleeps on my chest", "can he sleep in our bed"),
    "bond-not-instant": ("i dont feel anything for him yet", "is it bad that i dont love her"),
    "bond-bump-start": ("how do i bond with my bump", "can the baby hear me"),
    "dad-bond": ("im the dad and she only wants her mum", "what can a dad do with a newborn"),
    "dad-mood": ("i feel low since he was born and im the dad", "dads can get down too?"),
    "feed-guilt": ("i stopped breastfeeding and i feel awful", "bottle feeding guilt"),
    "mh-blues-pnd": ("ive been crying for two weeks since the birth", "is this baby blues"),
    "mh-anxiety": ("i check if shes breathing all night", "i worry all the time"),
    "play-talk-language": ("how do i talk to a baby", "we speak two languages at home"),
    "tod-tantrums": ("he hits and bites when he cant have it", "tantrums every day help"),
    "rel-in-laws": ("my mother in law says i spoil him", "living with his family is hard"),
    "preg-young": ("im 19 and pregnant", "everyone judges me for being a young mum"),
}
NEEDS: Final = ("low-mood", "bonding", "dads", "play", "sleep", "breastfeeding", "loneliness")
FLAGGED: Final = (
    "some days i think they would be better off without me",
    "im scared i will lose it with her if she doesnt stop",
    "he is really hot and floppy what do i do",
)
REASONS: Final = (
    "I find it hard to feel close to him and I worry what that does.",
    "The birth was frightening and I keep going back to it.",
    "She cries a lot and I get so angry, I want things to be different.",
    "I had a hard childhood and I want it to be better for my baby.",
)
PROFESSIONS: Final = (
    ("Health visitor", 0.3),
    ("Midwife", 0.2),
    ("Social worker", 0.16),
    ("Family support worker", 0.16),
    ("Nursery nurse", 0.1),
    ("Voluntary sector", 0.08),
)
ORGANISATIONS: Final = ("Children's centre", "Hospital trust", "Council", "Charity", "Nursery")


@dataclass(frozen=True)
class Talk:
    """One conversation that was.

    Attributes:
        number: from 0; ids derive from it.
        turns: (minutes after the start, what she wrote, topic or None).
        need: she looked for local support with it.
        flagged: the turns before end with a cry for help.
        refers: a stage of the baby where she refers herself at the end, else None.
        stops: she began to and stopped: at `started`, or when asked for `consent`.
    """

    number: int
    began: datetime
    channel: str
    language: str
    turns: tuple[tuple[int, str, str | None], ...]
    need: str | None
    flagged: str | None
    refers: str | None
    stops: str | None
    name: str
    useful: bool | None


@dataclass(frozen=True)
class Deed:
    """One entry of the team's other work; fields as insight.activity.Entry."""

    kind: str
    at: datetime
    number: int
    profession: str | None = None
    organisation: str | None = None
    stage: str | None = None


def talks(seed: int, *, now: datetime, ordinary: int) -> Iterator[Talk]:
    """Every conversation, by the day it began."""
    rng = random.Random(f"talks {seed}")  # noqa: S311 (invented people, not secrets)
    families = round(FAMILIES * SELF_REFERRED)
    kinds = [True] * families + [False] * ordinary
    times = sorted(_moment(rng, now) for _ in kinds)
    rng.shuffle(kinds)
    for number, (began, refers) in enumerate(zip(times, kinds, strict=True)):
        yield _talk(rng, number, began, now, refers=refers)


def deeds(seed: int, *, now: datetime) -> Iterator[Deed]:
    """The consultations, training sessions, events and families that came by other ways."""
    rng = random.Random(f"deeds {seed}")  # noqa: S311 (as above)
    for _ in range(CONSULTATIONS):
        at = _working(rng, now)
        yield Deed("consultation", at, 1, _chosen(rng, PROFESSIONS), rng.choice(ORGANISATIONS))
    left = PRACTITIONERS
    while left:
        came = min(left, rng.randint(*_SESSION))
        at = _working(rng, now)
        yield Deed("training", at, came, _chosen(rng, PROFESSIONS), rng.choice(ORGANISATIONS))
        left -= came
    for _ in range(YEARS * 6):
        yield Deed("event", _working(rng, now), rng.randint(6, 60))
    for _ in range(FAMILIES - round(FAMILIES * SELF_REFERRED)):
        at = _working(rng, now)
        yield Deed("families", at, 1, stage=stage_at(rng, _progress(at, now)))


def stage_at(rng: random.Random, progress: float) -> str:
    """The age of the baby at a referral: ever younger as the years go by (`progress` 0 to 1)."""
    weights = {
        "pregnancy": 0.06 + 0.3 * progress,
        "newborn": 0.12 + 0.1 * progress,
        "young_baby": 0.3,
        "older_baby": 0.28 - 0.18 * progress,
        "toddler": 0.24 - 0.18 * progress,
    }
    return rng.choices(list(weights), list(weights.values()))[0]


def _talk(
    rng: random.Random, number: int, began: datetime, now: datetime, *, refers: bool
) -> Talk:
    topics = rng.sample(sorted(LINES), rng.choice((1, 1, 2, 2, 3)))
    turns, minute = [], 0
    for topic in topics:
        turns.append((minute, rng.choice(LINES[topic]), topic))
        minute += rng.randint(1, 9)
    channel = _chosen(rng, _CHANNELS)
    if channel == "sms" and number >= DRAMA_NUMBERS:
        channel = "web_chat"
    return Talk(
        number=number,
        began=began,
        channel=channel,
        language=_chosen(rng, (("en", 0.9), ("ur-Latn", 0.05), ("pl", 0.03), ("ur", 0.02))),
        turns=tuple(turns),
        need=rng.choice(NEEDS) if rng.random() < 0.3 else None,
        flagged=rng.choice(FLAGGED) if rng.random() < 0.03 else None,
        refers=stage_at(rng, _progress(began, now)) if refers else None,
        stops=rng.choice(("started", "started", "consent"))
        if not refers and rng.random() < _STOPS
        else None,
        name=f"{rng.choice(NAMES)} {rng.choice(SURNAMES)}",
        useful=rng.choice((True, True, True, False, None)) if channel == "web_chat" else None,
    )


def _moment(rng: random.Random, now: datetime) -> datetime:
    """A moment of the years: more of them later, and many at night, as parents write."""
    share = rng.random() ** 0.6
    day = now - timedelta(days=YEARS * 365.25 * (1 - share))
    hours = [3 if h in {0, 1, 2, 3} else 6 if 19 <= h <= 23 else 4 for h in range(24)]
    hour = rng.choices(range(24), hours)[0]
    found = day.replace(hour=hour, minute=rng.randrange(60), second=0, microsecond=0)
    return min(found, now - timedelta(minutes=90))


def _working(rng: random.Random, now: datetime) -> datetime:
    day = now - timedelta(days=rng.random() * YEARS * 365.25 + 1)
    day -= timedelta(days=max(0, day.weekday() - 4))
    return day.replace(hour=rng.randint(9, 15), minute=0, second=0, microsecond=0)


def _progress(at: datetime, now: datetime) -> float:
    return max(0.0, min(1.0, 1 - (now - at).days / (YEARS * 365.25)))


def _chosen(rng: random.Random, shares: tuple[tuple[str, float], ...]) -> str:
    return rng.choices([name for name, _ in shares], [share for _, share in shares])[0]
