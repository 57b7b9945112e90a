"""Where each referral stands: sent, acknowledged, booked, reported, closed or lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from chart.records import DocumentReference, ServiceRequest, Task
from chart.terms import Record
from rules.case import Case
from rules.codes import find
from rules.referrals.contact import BEHAVIOURAL_HEALTH_NAMES, OUD_TREATMENT_NAMES, PAIN_NAMES, referrals
from rules.rule import Reason, days
from rules.valuesets import (
    REFERRAL_BH,
    REFERRAL_PAIN,
    REFERRAL_PEER,
    REFERRAL_REPORT,
    REFERRAL_SUD,
)

_URGENT = frozenset({"urgent", "asap", "stat"})
_ACKNOWLEDGED = frozenset({"received", "accepted", "in-progress"})
_LOST = frozenset({"rejected", "failed", "cancelled"})


class State(Enum):
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REPORT_MISSING = "seen, report not received"
    REPORTED = "report received"
    CLOSED = "closed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Loop:
    """One referral. `due_on`: when the next sign of it is expected; None when nothing more is."""

    request: ServiceRequest
    state: State
    due_on: date | None
    records: tuple[Record, ...] = ()

    def is_overdue(self, as_of: date) -> bool:
        return self.state is State.LOST or (self.due_on is not None and as_of >= self.due_on)

    def reason(self, as_of: date) -> Reason:
        request = self.request
        to = f" to {', '.join(request.performers)}" if request.performers else ""
        told = f"{request.display}{to}, {request.when or 'without a date'}: {self.state.value}"
        if request.when is not None:
            told += f", {days((as_of - request.when.first).days)} ago"
        return Reason.of(told, (request, *self.records))


def loops(case: Case) -> tuple[Loop, ...]:
    """Referrals that a team follows up: behavioural health, OUD treatment, pain care and peer support."""
    names = f"{BEHAVIOURAL_HEALTH_NAMES}|{OUD_TREATMENT_NAMES}|{PAIN_NAMES}|peer support"
    sets = (REFERRAL_BH, REFERRAL_SUD, REFERRAL_PAIN, REFERRAL_PEER)
    found = [r for r in referrals(case, names, *sets) if r.intent not in ("proposal", "plan", "option")]
    return tuple(_loop(case, request, _is_urgent(case, request)) for request in found)


def _is_urgent(case: Case, request: ServiceRequest) -> bool:
    """Treatment for OUD does not wait a month for an answer."""
    is_for_oud = any(r.id == request.id for r in referrals(case, OUD_TREATMENT_NAMES, REFERRAL_SUD))
    return request.priority in _URGENT or is_for_oud


def _loop(case: Case, request: ServiceRequest, is_urgent: bool) -> Loop:
    tasks = [t for t in case.chart.tasks if t.focus == request.id]
    task = max(tasks, key=_last_news, default=None)
    reports = _reports(case, request)
    if any(t.status == "completed" for t in tasks) and reports:
        return Loop(request, State.CLOSED, None, (*tasks, *reports))
    if task is not None and task.status in _LOST:
        return Loop(request, State.LOST, case.as_of, tuple(tasks))
    if request.status == "completed" and not tasks:
        return Loop(request, State.REPORTED if reports else State.CLOSED, None, reports)
    if reports:
        return Loop(request, State.REPORTED, None, (*tasks, *reports))
    return _waiting(case, request, task, is_urgent)


def _waiting(case: Case, request: ServiceRequest, task: Task | None, is_urgent: bool) -> Loop:
    policy = case.policy
    records = (task,) if task else ()
    result_on = _after(request, policy.referral_result_days, case)
    if task is not None and task.status == "completed":
        return Loop(request, State.REPORT_MISSING, result_on, records)
    if task is not None and task.status in _ACKNOWLEDGED:
        return Loop(request, State.ACKNOWLEDGED, result_on, records)
    wait = policy.referral_urgent_days if is_urgent else policy.referral_routine_days
    return Loop(request, State.SENT, _after(request, wait, case), records)


def _after(request: ServiceRequest, wait: int, case: Case) -> date:
    """From the earliest day its date can mean; without a date it is asked about at once."""
    return request.when.first + timedelta(days=wait) if request.when else case.as_of


def _last_news(task: Task) -> date:
    when = task.updated_on or task.when
    return when.last if when else date.min


def _reports(case: Case, request: ServiceRequest) -> tuple[DocumentReference, ...]:
    """A consultation or referral note of a later day; whether it is this one's, a person has to see."""
    found: Iterable[DocumentReference] = find(case.chart.documents, REFERRAL_REPORT)
    return tuple(
        d for d in found
        if d.status == "current" and d.when and request.when and d.when.first > request.when.last
    )  # fmt: skip
