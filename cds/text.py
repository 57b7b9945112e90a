"""The summary as plain text, for a terminal and for the visit note."""

from collections.abc import Iterator

from cds.grouping import grouped
from cds.notice import notice_of
from cds.summary import Summary
from chart.when import day_in_words
from rules.rule import Assessment, Status

_HEADINGS = (
    ("Needs attention today", lambda s: s.safety),
    ("Prepare for this visit", lambda s: [a for a in s.to_do if a not in s.safety]),
    ("Could not be told", lambda s: s.of(Status.UNDETERMINED)),
    ("Soon", lambda s: s.of(Status.UPCOMING)),
    ("Done", lambda s: s.of(Status.ADDRESSED)),
    ("Referral prompts", lambda s: [a for a in s.referrals if a.status is Status.INDICATED]),
)


def as_text(summary: Summary) -> str:
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    chart = summary.case.chart
    patient = chart.patient
    born = f", born {patient.birth_date}" if patient.birth_date else ", birth date not recorded"
    yield f"{patient.name or 'Name not recorded'}{born}, {patient.sex}"
    yield f"As of {day_in_words(chart.as_of)}"
    yield ""
    yield from _opioids(summary)
    for heading, chosen in _HEADINGS:
        if answers := chosen(summary):
            yield from ("", heading)
            for answer in answers:
                yield from _answer(answer)
    yield from _not_read(summary)
    if notice := notice_of(chart):
        yield from ("", notice)
    yield ""
    yield "Decision support: it informs the clinician and does not decide. MME/day is an estimate, never a"
    yield "conversion between opioids."


def _opioids(summary: Summary) -> Iterator[str]:
    mme = summary.case.mme
    yield f"Opioids: {mme}"
    for counted in mme.by_medication:
        yield f"  {counted.name}: {counted.basis}"
        yield from (f"    {note}" for note in counted.notes)
    yield from (f"  {line.name}: not calculated, {line.reason}" for line in mme.not_calculated)
    for line in grouped(mme.excluded):
        times = f" ({len(line.record_ids)} records)" if len(line.record_ids) > 1 else ""
        yield f"  {line.name}{times}: not counted, {line.reason}"
    yield from (f"  {note}" for note in mme.notes)
    ltot = summary.case.therapy.ltot
    yield f"Long-term opioid therapy: {ltot.status}"
    yield from (f"  {reason.text}" for reason in ltot.reasons)


def _answer(answer: Assessment) -> Iterator[str]:
    yield f"  [{answer.rule.id}] {answer.rule.title}: {answer.advice}"
    yield from (f"      {text}" for text in dict.fromkeys(reason.text for reason in answer.guidance.reasons))


def _not_read(summary: Summary) -> Iterator[str]:
    chart = summary.case.chart
    if not (chart.unavailable or chart.set_aside):
        return
    yield from ("", "What could not be read or was left out")
    yield from (f"  {reason}" for reason in dict.fromkeys(gap.reason for gap in chart.unavailable))
    for entry in chart.set_aside:
        yield f"  {entry.resource_type}, {entry.id}: {entry.reason}"
