"""Puts a report together for some days, and hides small numbers in one that is published."""

from sqlalchemy.orm import Session

from insight.charts import Series
from insight.counting import Span
from insight.measures import Measure
from insight.model import Chart, Figure, Names, Report
from insight.periods import Counted, quarter
from insight.pictures import ages, charts
from insight.suppress import SMALL, suppressed


def build(session: Session, span: Span, names: Names, *, publish: bool) -> Report:
    """The whole report.

    Args:
        session: only read from.
        span: days, both in.
        names: words for ids.
        publish: hide small numbers, so that it can be shown outside the team.
    """
    found = Counted(session, span)
    report = Report(span, _figures(found), charts(found, names, publish=publish))
    return _published(report) if publish else report


def _figures(found: Counted) -> list[Figure]:
    referred = found.total(Measure.REFERRAL, "referral")
    families = found.entered("families")
    by_age = ages(found, quarter)
    known = sum(n for (_, stage), n in by_age.items() if stage != "unknown")
    unborn = sum(n for (_, stage), n in by_age.items() if stage == "pregnancy")
    return [
        Figure(
            "families referred",
            referred + families,
            f"{referred:,} by themselves here, {families:,} by other ways",
        ),
        Figure("before birth", unborn, f"of {known:,} whose age is known"),
        Figure("calls asked for", found.total(Measure.REFERRAL, "callback")),
        Figure("new people wrote", found.total(Measure.NEW_PEOPLE)),
        Figure("consultations", found.entered("consultation")),
        Figure("places taken at training", found.entered("training")),
    ]


def _published(report: Report) -> Report:
    figures = [Figure(f.title, *_hide_figure(f)) for f in report.figures]
    return Report(report.span, figures, [_hide(chart) for chart in report.charts])


def _hide_figure(figure: Figure) -> tuple[int | None, str]:
    [[shown], *_] = suppressed([[figure.number or 0]])
    # The note beside it holds numbers that were not looked at.
    return shown, ""


def _hide(chart: Chart) -> Chart:
    if not chart.labels or not chart.series:
        return chart
    table = [[one.numbers[n] or 0 for one in chart.series] for n in range(len(chart.labels))]
    if chart.adds_up:
        shown = suppressed(table)
    else:
        shown = [[None if 0 < n < SMALL else n for n in row] for row in table]
    series = [
        Series(one.name, [shown[n][c] for n in range(len(chart.labels))])
        for c, one in enumerate(chart.series)
    ]
    return Chart(
        chart.id, chart.title, chart.note, chart.shape, chart.labels, series, chart.adds_up
    )
