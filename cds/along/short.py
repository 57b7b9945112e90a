"""The summary in a few lines, for a message or a huddle sheet."""

from collections.abc import Iterable, Iterator

from cds.headline import headline
from cds.notice import notice_of
from cds.outline import LIMITS, due, told_who
from cds.summary import Summary
from chart.when import day_in_words
from rules.rule import Assessment, Status


def as_short(summary: Summary) -> str:
    """What needs attention with its reasons, the rest by title; what could not be told and read stays named."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    chart = summary.case.chart
    yield f"{told_who(chart)}. As of {day_in_words(chart.as_of)}."
    yield headline(summary)
    for answer in summary.safety:
        reasons = "; ".join(dict.fromkeys(reason.text for reason in answer.guidance.reasons))
        yield f"TODAY {answer.rule.title}: {reasons}"
    every = (*summary.guidance, *summary.referrals)
    for heading, status in (
        ("To do", Status.INDICATED),
        ("Soon", Status.UPCOMING),
        ("Could not be told", Status.UNDETERMINED),
    ):
        chosen = [a for a in every if a.status is status and a not in summary.safety]
        if chosen:
            yield f"{heading}: {_titles(chosen, summary)}"
    if missing := _missing(summary):
        yield f"Not read: {missing}"
    if notice := notice_of(chart):
        yield notice
    yield LIMITS


def _titles(answers: Iterable[Assessment], summary: Summary) -> str:
    told = ((answer.rule.title, due(answer, summary)) for answer in answers)
    return "; ".join(f"{title} ({when})" if when else title for title, when in told)


def _missing(summary: Summary) -> str:
    chart = summary.case.chart
    parts = list(dict.fromkeys(gap.reason for gap in chart.unavailable))
    if unusable := len([entry for entry in chart.set_aside if entry.hides_a_record]):
        parts.append(f"{unusable} record{'' if unusable == 1 else 's'} arrived but could not be used")
    return "; ".join(parts)
