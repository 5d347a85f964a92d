"""Chooses the content keys of the fixed safety texts for a verdict; it holds no words."""

from __future__ import annotations

from safety.model import Verdict

MOST_TEXTS = 2

#: Classes with a text of their own for someone worried about another person.
_ABOUT_ANOTHER = frozenset({"suicide", "self_harm", "psychosis", "domestic_abuse"})
#: Classes that have only a gentle text, whatever the tier.
_ALWAYS_GENTLE = frozenset({"unwanted_thoughts", "loss", "young_person"})
#: Classes with a text of their own for a professional who writes of somebody in her care.
_FOR_PROFESSIONALS = frozenset(
    {
        "suicide",
        "self_harm",
        "psychosis",
        "domestic_abuse",
        "child_at_risk",
        "baby_hurt",
        "losing_control",
    }
)
#: Gentle texts speak to a parent of herself; a professional gets the one that does not.
_GENTLE_FOR_PROFESSIONALS = {
    "baby_hurt": "gentle.child_at_risk",
    "losing_control": "gentle.child_at_risk",
}
#: Where both hold, the first says all that the second would.
_SAYS_IT_ALL = (
    ("suicide", "self_harm"),
    ("baby_hurt", "losing_control"),
    ("child_at_risk", "domestic_abuse"),
    ("baby_unwell", "baby_hurt"),
    ("parent_emergency", "baby_movements"),
)

#: Every key that ``reply_keys`` can give; a test holds content/crisis to it.
KEYS: tuple[str, ...] = (
    "crisis.suicide",
    "crisis.suicide_other",
    "crisis.self_harm",
    "crisis.self_harm_other",
    "crisis.baby_hurt",
    "crisis.losing_control",
    "crisis.psychosis",
    "crisis.psychosis_other",
    "crisis.domestic_abuse",
    "crisis.domestic_abuse_other",
    "crisis.child_at_risk",
    "crisis.baby_unwell",
    "crisis.parent_emergency",
    "crisis.baby_movements",
    "crisis.suicide_professional",
    "crisis.self_harm_professional",
    "crisis.baby_hurt_professional",
    "crisis.losing_control_professional",
    "crisis.psychosis_professional",
    "crisis.domestic_abuse_professional",
    "crisis.child_at_risk_professional",
    "crisis.short",
    "gentle.suicide",
    "gentle.suicide_other",
    "gentle.self_harm",
    "gentle.self_harm_other",
    "gentle.baby_hurt",
    "gentle.losing_control",
    "gentle.unwanted_thoughts",
    "gentle.psychosis",
    "gentle.psychosis_other",
    "gentle.domestic_abuse",
    "gentle.domestic_abuse_other",
    "gentle.child_at_risk",
    "gentle.baby_unwell",
    "gentle.parent_emergency",
    "gentle.baby_movements",
    "gentle.loss",
    "gentle.young_person",
    "gentle.short",
)


def reply_keys(verdict: Verdict, *, repeated: bool, professional: bool = False) -> tuple[str, ...]:
    """Keys of the texts to send, *now* before gentle, at most two; empty for no evidence.

    Args:
        verdict: what the screen saw.
        repeated: the full text for these classes went to this conversation within the last
            30 minutes, so the short one is enough.
        professional: a professional writes of somebody in her care.
    """
    if verdict.tier == "none":
        return ()
    if repeated:
        return ("crisis.short",) if verdict.tier == "now" else ("gentle.short",)
    classes = [cls for cls in verdict.classes if not _said_by_another(cls, verdict)]
    key = _professionals_key if professional else _key
    return tuple(dict.fromkeys(key(cls, verdict) for cls in classes[:MOST_TEXTS]))


def _said_by_another(cls: str, verdict: Verdict) -> bool:
    return any(
        cls == second and first in verdict.classes and verdict.tier_of(first) == verdict.tier
        for first, second in _SAYS_IT_ALL
    )


def _key(cls: str, verdict: Verdict) -> str:
    lane = "crisis" if verdict.tier_of(cls) == "now" and cls not in _ALWAYS_GENTLE else "gentle"
    other = cls in _ABOUT_ANOTHER and verdict.about(cls) == "other"
    return f"{lane}.{cls}_other" if other else f"{lane}.{cls}"


def _professionals_key(cls: str, verdict: Verdict) -> str:
    if cls not in _FOR_PROFESSIONALS:
        return _key(cls, verdict)
    if verdict.tier_of(cls) == "now":
        return f"crisis.{cls}_professional"
    if cls in _ABOUT_ANOTHER:
        return f"gentle.{cls}_other"
    return _GENTLE_FOR_PROFESSIONALS.get(cls, f"gentle.{cls}")
