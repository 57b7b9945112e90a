"""The one sentence that sums the patient up, put together from what the rules found."""

from cds.dose_words import dose_today, trend
from cds.grouping import grouped
from cds.summary import Summary
from chart.when import day_in_words
from rules.mme import unseen_orders
from rules.rule import Assessment, Block, Status

_OF_THE_CLINIC = (Block.LEADERSHIP, Block.POLICIES, Block.MEASURING)
_THERAPY = {"long-term": " (long-term therapy)", "undetermined": " (how long could not be told)"}


def headline(summary: Summary) -> str:
    return f"{_opioids(summary)}; {_work(summary)}."


def has_gaps(summary: Summary) -> bool:
    """Records may exist that are not seen here: nothing found is then no finding."""
    chart = summary.case.chart
    return (
        bool(unseen_orders(chart))
        or any(gap.hides_records for gap in chart.unavailable)
        or any(entry.hides_a_record for entry in chart.set_aside)
    )


def is_about_the_patient(answer: Assessment) -> bool:
    """The other blocks are the clinic's own work: shown, and not counted among this visit's."""
    return answer.rule.block not in _OF_THE_CLINIC


def _opioids(summary: Summary) -> str:
    mme, ltot = summary.case.mme, summary.case.therapy.ltot
    if not mme.has_opioid_in_use:
        return _none_counted(summary)
    since = f" since {day_in_words(ltot.since)}" if ltot.since else ""
    moved = trend(summary.case)
    told = f", {moved.words}" if moved and moved.direction != "unsure" else ""
    return f"On opioids{since}{_THERAPY.get(ltot.status, '')}, {mme}{told}"


def _none_counted(summary: Summary) -> str:
    mme = summary.case.mme
    in_use = dict.fromkeys(line.name for line in grouped(mme.excluded) if line.is_current)
    is_partly_seen = has_gaps(summary)
    if in_use:
        rest = "; whether other opioids are in use could not be told" if is_partly_seen else ""
        return f"In use and not converted to MME: {', '.join(in_use)}{rest}"
    if not dose_today(mme).number:
        return "Whether opioids are in use could not be told"
    return "No opioid in use" + (" found in what could be read; not all could" if is_partly_seen else "")


def _work(summary: Summary) -> str:
    asked = [a for a in summary.assessments if is_about_the_patient(a)]
    to_do, safety = len([a for a in summary.to_do if a in asked]), len(summary.safety)
    unknown = len([a for a in asked if a.status is Status.UNDETERMINED])
    parts = [f"{to_do} thing{'' if to_do == 1 else 's'} to prepare" if to_do else _nothing(summary)]
    if safety:
        parts.append(f"{safety} need{'s' if safety == 1 else ''} attention today")
    if unknown:
        parts.append(f"{unknown} could not be told")
    return ", ".join(parts)


def _nothing(summary: Summary) -> str:
    return "nothing found to prepare in what could be read" if has_gaps(summary) else "nothing to prepare"
