"""What the summary page shows, and in which order: an arrangement of the summary, without a word of its own."""

from decimal import Decimal
from typing import Any

from cds.evidence import Evidence
from cds.grouping import grouped
from cds.headline import headline
from cds.summary import Summary
from rules.rule import Assessment, Block, Status

_SUPPORT = {Block.COMPLEX_NEEDS}


def page_of(summary: Summary, source_name: str) -> dict[str, Any]:
    """The template's context for one summary."""
    chart, mme = summary.case.chart, summary.case.mme
    gaps = [entry for entry in chart.set_aside if entry.hides_a_record]
    return {
        "summary": summary,
        "headline": headline(summary),
        "evidence": Evidence(chart),
        "mme_number": str(mme).removeprefix("at least ").removesuffix(" MME/day"),
        "gaps_set_aside": gaps,
        "has_gaps": bool(gaps or chart.unavailable),
        "prepare": _split(summary.to_do, support=False),
        "complex_needs": _split(summary.to_do, support=True),
        "referrals": [a for a in summary.referrals if a.status in (Status.INDICATED, Status.UPCOMING)],
        "unknown": [a for a in summary.assessments if a.status is Status.UNDETERMINED],
        "soon": summary.of(Status.UPCOMING),
        "done": [a for a in summary.assessments if a.status is Status.ADDRESSED],
        "not_indicated": [a for a in summary.assessments if a.status is Status.NOT_INDICATED],
        "current_excluded": [line for line in grouped(mme.excluded) if line.is_current],
        "past_excluded": [line for line in grouped(mme.excluded) if not line.is_current],
        "source_name": source_name,
    }


def number_for_reading(value: Decimal) -> str:
    """At most two decimals, without trailing zeros; thresholds are compared before this."""
    return f"{round(value, 2).normalize():f}"


def _split(answers: tuple[Assessment, ...], support: bool) -> list[Assessment]:
    return [a for a in answers if (a.rule.block in _SUPPORT) is support]
