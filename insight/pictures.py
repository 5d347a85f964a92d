"""Which pictures a report has, what each counts and how it is told."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from insight.charts import Series
from insight.measures import STAGES, STEPS, WAITS, Measure
from insight.model import Chart, Names
from insight.periods import Counted, period_for, periods, quarter, week, year

_MOST_BARS: Final = 12
CHANNELS: Final = {"web_chat": "Web chat", "sms": "SMS", "telegram": "Telegram"}


def charts(found: Counted, names: Names, *, publish: bool) -> list[Chart]:
    """Every picture of a report in its order, also those in which nothing is.

    In what is published, years stand for quarters where there are many: fewer numbers are small.
    """
    of = period_for(found.span)
    each = of.__name__
    by_age = year if publish and of is quarter else quarter
    return [
        _stack(
            "age",
            f"Age of the baby when the family was referred, by {by_age.__name__}",
            "Self-referrals here and families that staff entered.",
            ages(found, by_age),
            STAGES,
            periods(found.span, by_age),
        ),
        _stack(
            "new_people",
            f"New people who wrote, by {each}",
            "Each person counts once, when she first wrote.",
            found.by_period(Measure.NEW_PEOPLE, of),
            CHANNELS,
            periods(found.span, of),
        ),
        _stack(
            "reached",
            "People who wrote, by week and channel",
            "Each person counts once a week. Weeks do not add up to people.",
            found.by_period(Measure.REACHED, week),
            CHANNELS,
            periods(found.span, week),
            adds_up=False,
        ),
        _stack(
            "messages",
            f"Messages from parents, by {each}",
            "Every message, on each channel.",
            found.by_period(Measure.RECEIVED, of),
            CHANNELS,
            periods(found.span, of),
        ),
        _bars(
            "funnel",
            "From the first message to a request for help",
            "Of conversations that began in these days, how many came how far.",
            found.by_key(Measure.STEP),
            STEPS,
            adds_up=False,
            whole=True,
        ),
        _bars(
            "wait",
            "Time until the team first tried to reach a family",
            "In working days, from the day the request was sent.",
            found.by_key(Measure.FIRST_CONTACT),
            WAITS,
            whole=True,
        ),
        _bars(
            "outcome",
            "Where the requests of these days stand now",
            "Referrals and calls asked for.",
            found.by_key(Measure.OUTCOME),
            names.states,
        ),
        _bars(
            "topics",
            "What parents read about most",
            f"Answers given, the {_MOST_BARS} most frequent topics.",
            found.by_key(Measure.TOPIC),
            names.topics,
        ),
        _bars(
            "needs",
            "What local support parents looked for",
            "Searches by need.",
            found.by_key(Measure.SEARCH),
            names.needs,
        ),
        _bars(
            "signposted",
            "Services that parents were told about",
            f"How often each was shown, the {_MOST_BARS} most frequent.",
            found.by_key(Measure.SIGNPOSTED),
            names.services,
        ),
        _bars(
            "gaps",
            "Looked for, and nothing local fitted",
            "Searches that only national help could answer, by need and place.",
            (gaps := _gaps(found, names)),
            {name: name for name in gaps},
        ),
        _bars(
            "feedback",
            "Was this useful?",
            "What parents said of an answer.",
            found.by_key(Measure.FEEDBACK),
            {"useful": "Useful", "not_useful": "Not useful"},
            whole=True,
        ),
        _bars(
            "hours",
            "When parents write",
            "By the team's hours and holidays.",
            found.by_key(Measure.HOUR),
            {"open": "While the team works", "closed": "When nobody is at work"},
            whole=True,
        ),
        _bars(
            "languages",
            "Languages of new people",
            "As they chose, or as their messages were read.",
            found.by_key(Measure.LANGUAGE),
            names.languages,
        ),
        _bars(
            "districts",
            "Where referred families live",
            "Self-referrals by district.",
            found.by_key(Measure.DISTRICT),
            names.districts,
        ),
        _bars(
            "professions",
            "Who came to training",
            "Places taken, by profession.",
            (came := _professions(found)),
            {name: name for name in came},
        ),
        _stack(
            "work",
            f"The team's other work, by {each}",
            "Consultations held, places taken at training and at community events.",
            _work(found, of),
            {"consultation": "Consultations", "training": "Training", "event": "Events"},
            periods(found.span, of),
            adds_up=False,
        ),
        _stack(
            "segments",
            f"SMS segments sent, by {each}",
            "What the provider charges for: a long message has several.",
            found.by_period(Measure.SEGMENTS, of),
            {"sms": "Segments"},
            periods(found.span, of),
        ),
    ]


def _gaps(found: Counted, names: Names) -> Counter[str]:
    gaps: Counter[str] = Counter()
    for key, number in found.by_key(Measure.GAP).items():
        need, _, district = (*key.split("|"), "", "")[:3]
        where = names.districts.get(district, "place not known")
        gaps[f"{names.needs.get(need, need)}, {where}"] += number
    return gaps


def _professions(found: Counted) -> Counter[str]:
    came: Counter[str] = Counter()
    for kind, _, number, profession, _ in found.entries:
        if kind == "training":
            came[profession or "Not known"] += number
    return came


def _work(found: Counted, of: Callable[[date], str]) -> Counter[tuple[str, str]]:
    work: Counter[tuple[str, str]] = Counter()
    for kind, day, number, _, _ in found.entries:
        work[of(day), kind] += number
    return work


def _stack(
    chart_id: str,
    title: str,
    note: str,
    numbers: Counter[tuple[str, str]],
    keys: Mapping[str, str],
    labels: Sequence[str],
    *,
    adds_up: bool = True,
) -> Chart:
    used = [key for key in keys if any(numbers[label, key] for label in labels)]
    series = [Series(keys[key], [numbers[label, key] for label in labels]) for key in used]
    return Chart(chart_id, title, note, "columns", labels, series, adds_up)


def _bars(
    chart_id: str,
    title: str,
    note: str,
    numbers: Counter[str],
    words: Mapping[str, str],
    *,
    adds_up: bool = True,
    whole: bool = False,
) -> Chart:
    keys: Iterable[str] = words if whole else [k for k, _ in numbers.most_common(_MOST_BARS)]
    labels = [words.get(key, key.replace("_", " ").capitalize()) for key in keys]
    series = [Series("Number", [numbers[key] for key in keys])]
    return Chart(chart_id, title, note, "bars", labels, series, adds_up)


def ages(found: Counted, of: Callable[[date], str]) -> Counter[tuple[str, str]]:
    """(period, stage of the baby) -> families, by themselves and by other ways."""
    found_ages = found.by_period(Measure.AGE, of)
    for kind, day, number, _, stage in found.entries:
        if kind == "families":
            found_ages[of(day), stage or "unknown"] += number
    return found_ages
