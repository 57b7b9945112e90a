"""The words every rule speaks: a source, a status, and the reasons for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from chart.frozen import dataclass
from chart.outcomes import Outcome
from chart.terms import Record

if TYPE_CHECKING:
    from rules.case import Case


class Status(Enum):
    INDICATED = "indicated"  # it applies and is not met: do it now, or overdue
    UPCOMING = "upcoming"  # it will be due within the policy's lead time
    ADDRESSED = "addressed"  # it applies and the chart shows it is met
    NOT_INDICATED = "not indicated"  # it does not apply to this patient
    UNDETERMINED = "undetermined"  # the chart lacks what the rule needs to tell


class Priority(Enum):
    """How soon it matters; sorts the page and sets a card's indicator."""

    SAFETY = "safety"  # today, before anything else
    HIGH = "high"
    ROUTINE = "routine"


class Block(Enum):
    """The Six Building Blocks, and two rooms of our own beside them."""

    LEADERSHIP = "Leadership & consensus"
    POLICIES = "Policies, agreements & workflows"
    TRACKING = "Tracking & monitoring"
    PLANNED_VISITS = "Planned, patient-centred visits"
    COMPLEX_NEEDS = "Caring for patients with complex needs"
    MEASURING = "Measuring success"
    REFERRAL = "Referral"
    CONFIDENTIALITY = "Confidentiality"
    ORDERS = "When an order is written"


class Hook(Enum):
    PAGE = "summary page"
    PATIENT_VIEW = "patient-view"
    ENCOUNTER_START = "encounter-start"
    APPOINTMENT_BOOK = "appointment-book"
    ORDER_SELECT = "order-select"
    ORDER_SIGN = "order-sign"


class Role(Enum):
    PRESCRIBER = "prescriber"
    NURSE = "nurse or medical assistant"
    PHARMACIST = "pharmacist"
    BEHAVIOURAL_HEALTH = "behavioural health"
    FRONT_DESK = "front desk"


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    locator: str  # where in the document: recommendation, table, page
    url: str  # https
    grade: str = ""
    reviewed: date = date(2026, 11, 22)  # when the rule was last held against its source
    doubt: str = ""  # what the source leaves uncertain; shown, never hidden


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact, worded for the clinician, with the records that show it."""

    text: str
    record_ids: tuple[str, ...] = ()
    labels: frozenset[tuple[str, str]] = frozenset()  # of those records, highest water mark

    @classmethod
    def of(cls, text: str, records: Iterable[Record] = ()) -> Reason:
        found = tuple(records)
        labels = frozenset[tuple[str, str]]().union(*(r.labels for r in found))
        return cls(text, tuple(r.id for r in found), labels)


@dataclass(frozen=True, slots=True)
class Option:
    """One way to act on a referral prompt, from the clinic's own directory."""

    kind: str  # "in this clinic", "community", "telehealth"
    name: str
    contact: str = ""
    detail: str = ""
    is_listed: bool = True  # False: a way to go that the clinic's directory has no service for yet
    languages: tuple[str, ...] = ()
    reference: str = ""  # the EHR's own record of the service: "HealthcareService/12"


@dataclass(frozen=True, slots=True)
class Guidance:
    status: Status
    reasons: tuple[Reason, ...]
    due_on: date | None = None  # when it is, was or will be due
    priority: Priority | None = None  # None: the rule's own
    advice: str = ""  # empty: the rule's own
    options: tuple[Option, ...] = ()
    # True when the status was reached because something was looked for and not found. Where records of those
    # types may be hidden, the rule then answers "undetermined" instead.
    rests_on_absence: bool = False
    card: str = ""  # what a card may say of it, without a diagnosis; empty: the rule's own
    finding: str = (
        ""  # the number or name that a card's first line adds to the rule's title; never a diagnosis
    )
    # What a clinician recorded in this app and is in force. Set beside ADDRESSED it says why this is not asked;
    # ADDRESSED without it is done as the chart shows.
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """One rule's answer for one chart, complete with everything a page, card, note or row shows."""

    rule: Rule
    guidance: Guidance

    @property
    def status(self) -> Status:
        return self.guidance.status

    @property
    def priority(self) -> Priority:
        return self.guidance.priority or self.rule.priority

    @property
    def advice(self) -> str:
        return self.guidance.advice or self.rule.advice

    @property
    def card(self) -> str:
        return self.guidance.card or self.rule.card


@dataclass(frozen=True, slots=True)
class Rule:
    """One recommendation.

    `needs` names the FHIR types it cannot do without; `also_reads` those that add evidence where an EHR offers
    them. Scopes, searches, prefetch templates and the "not shared" answer come from these two lists.
    """

    id: str  # stable: stored, sent in cards, reported in feedback
    block: Block
    title: str
    advice: str  # what to do, one or two plain sentences
    source: Source
    needs: frozenset[str]
    evaluate: Callable[[Case], Guidance]
    also_reads: frozenset[str] = frozenset()
    priority: Priority = Priority.ROUTINE
    hooks: frozenset[Hook] = frozenset({Hook.PAGE, Hook.PATIENT_VIEW})
    owner: Role = Role.PRESCRIBER
    # What a card outside the app may say, in one line without a diagnosis. Without it, rules about complex needs,
    # referral and confidentiality are only counted in a card; others speak with their title and advice.
    card: str = ""
    say: tuple[str, ...] = ()  # words for the conversation with the patient
    policy: tuple[str, ...] = ()  # names of the policy settings it reads
    is_referral: bool = False
    further_sources: tuple[Source, ...] = field(default=())

    @property
    def reads(self) -> frozenset[str]:
        return self.needs | self.also_reads

    def assess(self, case: Case) -> Assessment:
        """Evaluate, but never report an absence where we were not allowed, or not able, to look."""
        from rules.outcomes import heard

        guidance = self.evaluate(case)
        rests_on_absence = guidance.rests_on_absence or guidance.status is Status.NOT_INDICATED
        if rests_on_absence and (gaps := case.chart.gaps(self.reads) + self._never_offered(case)):
            reasons = tuple(Reason(gap) for gap in gaps) + guidance.reasons
            guidance = replace(guidance, status=Status.UNDETERMINED, reasons=reasons, due_on=None)
        return Assessment(self, heard(self, case, guidance))

    def _never_offered(self, case: Case) -> tuple[str, ...]:
        """An EHR that does not offer a needed type leaves the question open; an extra type does not."""
        return tuple(
            u.reason for u in case.chart.unavailable if u.resource_type in self.needs and not u.hides_records
        )


def days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"
