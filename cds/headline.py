"""The one sentence that sums the patient up, put together from what the rules found."""

from cds.summary import Summary
from chart.when import day_in_words
from rules.rule import Status


def headline(summary: Summary) -> str:
    return f"{_opioids(summary)}; {_work(summary)}."


def _opioids(summary: Summary) -> str:
    mme, ltot = summary.case.mme, summary.case.therapy.ltot
    if not mme.has_opioid_in_use:
        in_use = [line.name for line in mme.excluded if line.is_current]
        if in_use:
            return f"In use but not converted to MME: {', '.join(in_use)}"
        return (
            "No opioid in use found" if not mme.at_least else "No opioid in use found in what could be read"
        )
    since = f" since {day_in_words(ltot.since)}" if ltot.since else ""
    kind = {"long-term": " (long-term therapy)", "undetermined": " (how long could not be told)"}
    return f"On opioids{since}{kind.get(ltot.status, '')}, {mme}"


def _work(summary: Summary) -> str:
    to_do, safety = len(summary.to_do), len(summary.safety)
    unknown = len(summary.of(Status.UNDETERMINED))
    parts = [f"{to_do} thing{'' if to_do == 1 else 's'} to prepare"]
    if safety:
        parts.append(f"{safety} need{'s' if safety == 1 else ''} attention today")
    if unknown:
        parts.append(f"{unknown} could not be told")
    return ", ".join(parts)
