"""What the summary page shows, and in which order: an arrangement of the summary, without a word of its own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from markupsafe import Markup

from cds.dose_chart import dose_chart
from cds.dose_words import dose_today, trend
from cds.evidence import Evidence
from cds.headline import has_gaps, headline, is_about_the_patient
from cds.medicine_list import medicine_list
from cds.notice import labels_of, notice_of
from cds.record_words import many
from cds.score_list import score_list
from cds.summary import Summary
from cds.untold import Untold, by_cause
from chart.records import Chart
from rules.labels import may_be_printed
from rules.link import Link, links_beside
from rules.mme_lines import in_words
from rules.peg_words import peg_words
from rules.plan_words import plan_words
from rules.policy import SECTIONS
from rules.rule import Assessment, Block, Hook, Priority, Role, Rule, Status

# Signs that turn the direction of the text after them: a name must not reverse the number that follows it.
_TURNS_TEXT = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Room:
    """One section's answers, in the order of work."""

    first: list[Assessment]  # to do, before the rest
    then: list[Assessment]  # to do
    soon: list[Assessment]
    done: list[Assessment]
    untold: tuple[Untold, ...]

    @property
    def to_do(self) -> list[Assessment]:
        return self.first + self.then


_WRITTEN: dict[tuple[str, Rule], Markup] = {}

# With more to do than this, the column of work is longer than the medicines, and there is room beside it: for the
# dose and the scores, and at last for the conversation.
_LONG, _VERY_LONG = 6, 12

# As the prescriber sees it, who may do everything.
_SEEN_BY_ALL: dict[str, Any] = {
    "role": Role.PRESCRIBER, "roles": (), "may_record": True, "may_send": True, "may_take_along": True,
}  # fmt: skip


def page_of(
    summary: Summary, source_name: str, sections: frozenset[str] = frozenset(SECTIONS)
) -> dict[str, Any]:
    """The template's context for one summary; rules that speak only while an order is written are left to it.

    `sections` are the parts that this reader sees (cds.roles); what is due and what could not be read always is.
    """
    summary = replace(summary, assessments=tuple(a for a in summary.assessments if Hook.PAGE in a.rule.hooks))
    case, chart = summary.case, summary.case.chart
    evidence = Evidence(chart)
    prepare, complex_needs, referrals = _rooms(summary, sections)
    work = sum(len(room.to_do) for room in (prepare, complex_needs, referrals))
    return _SEEN_BY_ALL | {
        "sections": sections,
        "not_shown": [name for name in SECTIONS if name not in sections],
        "parts": _parts(sections),
        "desk": _for_the_desk(summary),
        "may_be_printed": may_be_printed(labels_of(chart)),
        "summary": summary,
        "notice": notice_of(summary.case.chart),
        "headline": headline(summary),
        "evidence": evidence,
        "records_listed": evidence.listed(
            a for a in summary.assessments if a.status is not Status.NOT_INDICATED
        ),
        "has_gaps": has_gaps(summary),
        "gaps_set_aside": [entry for entry in chart.set_aside if entry.hides_a_record],
        "safety": summary.safety,
        "safety_untold": _safety_untold(summary),
        "dose": dose_today(case.mme),
        "trend": trend(case),
        "mme_words": partial(in_words, thresholds=case.mme.thresholds),
        "thresholds": [number_for_reading(t) for t in case.mme.thresholds],
        "first": prepare.first + complex_needs.first + referrals.first,
        "also_due": prepare.then + complex_needs.then,
        "prepare": prepare,
        "complex_needs": complex_needs,
        "referrals": referrals,
        "of_the_clinic": [
            a
            for a in summary.guidance
            if not is_about_the_patient(a) and a.status is not Status.NOT_INDICATED
        ],
        "medicines": medicine_list(case),
        "dose_chart": dose_chart(case),
        "scores": score_list(case),
        "peg_words": peg_words(chart),
        "plans": plan_words(chart),
        "words": _words(summary),
        "links": _links(summary),
        "is_long": work > _LONG,
        "is_very_long": work > _VERY_LONG,
        "not_indicated": [a for a in summary.assessments if a.status is Status.NOT_INDICATED],
        "many": many,
        "source_name": source_name,
    }


def _parts(sections: frozenset[str]) -> list[tuple[str, str]]:
    """(id, name) of the parts to go to, in the order of work."""
    every = (
        ("prepare", "Prepare", ""), ("complex", "Complex needs", "complex needs"),
        ("referrals", "Referrals", "referrals"), ("medicines", "Medicines", "medicines"),
        ("dose", "Dose over time", "dose over time"), ("scores", "Scores", "scores"),
        ("words", "Conversation", "conversation"), ("sources", "Sources", ""),
    )  # fmt: skip
    return [(id, name) for id, name, section in every if not section or section in sections]


def _for_the_desk(summary: Summary) -> list[Assessment]:
    """What the front desk arranges, by the words that may leave the app."""
    return [a for a in summary.of(Status.INDICATED, Status.UPCOMING) if a.rule.owner is Role.FRONT_DESK]


def number_for_reading(value: Decimal) -> str:
    """At most two decimals, without trailing zeros; thresholds are compared before this."""
    return f"{round(value, 2).normalize():f}"


def for_reading(value: Any) -> Any:
    """What any expression of a template prints: text from a chart keeps its letters and loses its power."""
    if not isinstance(value, str) or value.isascii() or isinstance(value, Markup):
        return value  # these signs are none of ASCII's, and most of what is printed is ASCII
    return _TURNS_TEXT.sub("", value)


def same_for(rule: Rule, macro: Any) -> Markup:
    """What a template's macro says of a rule alone is the same on every page: it is written once."""
    key = (macro.name, rule)
    if key not in _WRITTEN:
        _WRITTEN[key] = macro(rule)
    return _WRITTEN[key]


def _rooms(summary: Summary, sections: frozenset[str]) -> tuple[Room, Room, Room]:
    """Prepare, complex needs, referrals. Of a part that is not shown, what is not routine joins the first."""
    # What needs attention today stands on the first screen and is not repeated.
    below = [a for a in summary.guidance if a not in summary.safety and is_about_the_patient(a)]
    homes: dict[str, list[Assessment]] = {"prepare": [], "complex needs": [], "referrals": []}
    for answer in (*below, *summary.referrals):
        home = "referrals" if answer.rule.is_referral else "prepare"
        if answer.rule.block is Block.COMPLEX_NEEDS and not answer.rule.is_referral:
            home = "complex needs"
        if home == "prepare" or home in sections:
            homes[home].append(answer)
        elif answer.priority is not Priority.ROUTINE:
            homes["prepare"].append(answer)
    prepare, complex_needs, referrals = (_room(h, summary.case.chart) for h in homes.values())
    return prepare, complex_needs, referrals


def _room(answers: Iterable[Assessment], chart: Chart) -> Room:
    found: dict[Status, list[Assessment]] = {status: [] for status in Status}
    for answer in answers:
        found[answer.status].append(answer)
    to_do = found[Status.INDICATED]
    return Room(
        first=[a for a in to_do if a.priority is not Priority.ROUTINE],
        then=sorted((a for a in to_do if a.priority is Priority.ROUTINE), key=_due_on),
        soon=sorted(found[Status.UPCOMING], key=_due_on),
        done=found[Status.ADDRESSED],
        untold=by_cause(found[Status.UNDETERMINED], chart),
    )


def _due_on(answer: Assessment) -> date:
    """What has a day comes by its day; the rest after it, in the catalogue's order."""
    return answer.guidance.due_on or date.max


def _safety_untold(summary: Summary) -> list[Assessment]:
    """Named on the first screen: silence about them would read as safety."""
    return [a for a in summary.of(Status.UNDETERMINED) if a.priority is Priority.SAFETY]


def _to_do(answers: Iterable[Assessment]) -> list[Assessment]:
    return [a for a in answers if a.status is Status.INDICATED]


def _links(summary: Summary) -> list[Link]:
    """The clinic's leaflets and forms beside what is to be done, each once."""
    found = (
        link
        for a in _to_do(summary.assessments)
        for link in links_beside(summary.case.policy.links, a.rule.id)
    )
    return list(dict.fromkeys(found))


def _words(summary: Summary) -> list[Assessment]:
    return [a for a in _to_do(summary.assessments) if a.rule.say]
