"""The summary as lines with a level: the one arrangement behind the terminal's text, the note and the PDF."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cds.grouping import grouped
from cds.headline import headline
from cds.notice import notice_of
from cds.summary import Summary
from chart.records import Chart
from chart.when import day_in_words
from rules.rule import Assessment, Status

LIMITS = (
    "Decision support: it informs the clinician and does not decide. MME/day is an estimate, never a "
    "conversion between opioids."
)
HEADING, ITEM, DETAIL = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Line:
    """`lead` is the part to stand out; `level` says how far it stands in, 0 for headings and facts."""

    text: str
    level: int = 0
    lead: str = ""
    is_heading: bool = False

    def __str__(self) -> str:
        return f"{self.lead}: {self.text}" if self.lead and self.text else self.lead or self.text


Part = tuple[str, Callable[[Summary], Iterable[Assessment]]]
# What cannot wait stands before the dose, the rest after it.
_PARTS: tuple[Part, ...] = (
    ("Needs attention today", lambda s: s.safety),
    ("Prepare for this visit", lambda s: [a for a in s.to_do if a not in s.safety]),
    ("Referral prompts", lambda s: [a for a in s.referrals if a.status is Status.INDICATED]),
    (
        "Could not be told",
        lambda s: [
            *s.of(Status.UNDETERMINED),
            *(a for a in s.referrals if a.status is Status.UNDETERMINED),
        ],
    ),
    ("Soon", lambda s: [*s.of(Status.UPCOMING), *(a for a in s.referrals if a.status is Status.UPCOMING)]),
    ("Done", lambda s: [*s.of(Status.ADDRESSED), *(a for a in s.referrals if a.status is Status.ADDRESSED)]),
)


def outline(summary: Summary, *, is_full: bool = True) -> Iterator[Line]:
    """Who and when, what could not be read, the dose, every answer by what is to be done, notice and limits.

    Not full, for the note and for paper: without the rules' ids, and past opioid records only counted.
    """
    chart = summary.case.chart
    yield Line(told_who(chart))
    yield Line(f"As of {day_in_words(chart.as_of)}")
    yield Line(headline(summary), is_heading=True)
    yield from _not_read(chart)
    yield from _part(_PARTS[0], summary, is_full)
    yield from _opioids(summary, is_full)
    for part in _PARTS[1:]:
        yield from _part(part, summary, is_full)
    if notice := notice_of(chart):
        yield Line(notice, is_heading=True)
    yield Line(_made_from(summary), is_heading=True)
    yield Line(LIMITS)


def told_who(chart: Chart) -> str:
    patient = chart.patient
    born = f"born {patient.birth_date}" if patient.birth_date else "birth date not recorded"
    sex = patient.sex if patient.sex != "unknown" else "sex not recorded"
    mrn = f", MRN {patient.mrn}" if patient.mrn else ""
    return f"{patient.name or 'Name not recorded'}, {born}, {sex}{mrn}"


def due(answer: Assessment, summary: Summary) -> str:
    """ "was due 24 Sep 2026"; empty where no day is known."""
    day = answer.guidance.due_on
    if day is None:
        return ""
    return f"{'was due' if day < summary.case.as_of else 'due'} {day_in_words(day)}"


def _opioids(summary: Summary, is_full: bool) -> Iterator[Line]:
    mme = summary.case.mme
    yield Line(f"Opioids: {mme}", is_heading=True)
    for counted in mme.by_medication:
        yield Line(counted.basis, ITEM, counted.name)
        yield from (Line(note, DETAIL) for note in counted.notes)
    yield from (Line(f"not calculated, {line.reason}", ITEM, line.name) for line in mme.not_calculated)
    excluded = grouped(mme.excluded)
    for line in excluded:
        if is_full or line.is_current:
            times = f" ({len(line.record_ids)} records)" if len(line.record_ids) > 1 else ""
            yield Line(f"not counted, {line.reason}", ITEM, f"{line.name}{times}")
    past = len({i for line in excluded if not line.is_current for i in line.record_ids})
    if past and not is_full:
        yield Line(f"{past} earlier or other opioid record{'' if past == 1 else 's'}, not counted", ITEM)
    yield from (Line(note, ITEM) for note in mme.notes)
    ltot, tier = summary.case.therapy.ltot, summary.case.tier
    yield Line(f"Long-term opioid therapy: {ltot.status}")
    yield from (Line(reason.text, ITEM) for reason in ltot.reasons)
    if tier.applies:
        chosen = "Chosen" if tier.chosen else "Suggested"
        yield Line(f"{chosen} level of support: {tier.label} ({tier.letter})")


def _part(part: Part, summary: Summary, is_full: bool) -> Iterator[Line]:
    heading, chosen = part
    if answers := list(chosen(summary)):
        yield Line(heading, is_heading=True)
        for answer in answers:
            yield from _answer(answer, summary, is_full)


def _answer(answer: Assessment, summary: Summary, is_full: bool) -> Iterator[Line]:
    when, reasons = due(answer, summary), list(dict.fromkeys(r.text for r in answer.guidance.reasons))
    title = f"{answer.rule.title} ({when})" if when else answer.rule.title
    if is_full:
        yield Line(answer.advice, ITEM, f"[{answer.rule.id}] {title}")
        yield from (Line(text, DETAIL) for text in reasons)
        return
    told = " · ".join(reasons)
    if answer.status in (Status.INDICATED, Status.UPCOMING):
        yield Line(f"{answer.advice} {answer.rule.owner.value.capitalize()}.", ITEM, title)
        yield Line(told, DETAIL)
    else:
        yield Line(told, ITEM, title)


def _not_read(chart: Chart) -> Iterator[Line]:
    """What was set aside on purpose is named too: nothing arrives and vanishes."""
    if not (chart.unavailable or chart.set_aside):
        return
    yield Line("What could not be read or was left out", is_heading=True)
    yield from (Line(reason, ITEM) for reason in dict.fromkeys(gap.reason for gap in chart.unavailable))
    for entry in chart.set_aside:
        yield Line(f"{entry.resource_type}, {entry.id}: {entry.reason}", ITEM)


def _made_from(summary: Summary) -> str:
    policy = summary.case.policy
    return f"MME/day by the CDC 2022 factors. Intervals: {policy.clinic_name}, version {policy.version}."
