"""The nation of a postcode by its leading letters, where no boundary says it; reads nothing."""

# Areas wholly or partly in Wales and Scotland: what lies in no English district there is Welsh or
# Scottish. Source: general knowledge of the postcode areas; docs/directory.md has the counts.
_WALES = frozenset({"CF", "CH", "HR", "LD", "LL", "NP", "SA", "SY"})
_SCOTLAND = frozenset(
    {"AB", "DD", "DG", "EH", "FK", "G", "HS", "IV", "KA", "KW", "KY", "ML", "PA", "PH", "TD", "ZE"}
)
_ISLANDS = frozenset({"GY", "IM", "JE"})


def nation_of(area: str) -> str | None:
    """The nation of ground that lies in no English district; None for the Crown dependencies."""
    if area in _WALES:
        return "wales"
    if area in _SCOTLAND:
        return "scotland"
    if area == "BT":
        return "northern_ireland"
    return None if area in _ISLANDS else "england"


def is_off_grid(area: str) -> bool:
    """Whether the area exists but Code-Point Open, which covers Great Britain, has none of it."""
    return area == "BT" or area in _ISLANDS
