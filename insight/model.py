"""The values of a report: charts with labels and series, single figures, the words for ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from insight.charts import Series
from insight.counting import Span


@dataclass(frozen=True)
class Chart:
    """One picture with its table.

    Attributes:
        shape: `columns` over time, stacked, or lying `bars` of one series.
        note: how it was counted, in a sentence.
        adds_up: whether the total of the labels means something.
    """

    id: str
    title: str
    note: str
    shape: Literal["columns", "bars"]
    labels: Sequence[str]
    series: Sequence[Series]
    adds_up: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(n is None or n for one in self.series for n in one.numbers)


@dataclass(frozen=True)
class Figure:
    """One number that stands alone; None where it is hidden."""

    title: str
    number: int | None
    note: str = ""


@dataclass(frozen=True)
class Report:
    """What the service did in some days."""

    span: Span
    figures: Sequence[Figure]
    charts: Sequence[Chart] = field(default_factory=tuple)

    def chart(self, chart_id: str) -> Chart | None:
        """The chart of this id."""
        return next((c for c in self.charts if c.id == chart_id), None)


@dataclass(frozen=True)
class Names:
    """The words for ids that are the deployment's or the content's own."""

    topics: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)
    districts: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
