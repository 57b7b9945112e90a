"""Contacts with a service already on record: orders, visits, bookings and coded encounters."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from chart.records import Appointment, Encounter, ServiceRequest, Task
from rules.case import Case
from rules.codes import ValueSet, find
from rules.rule import Guidance, Reason, Status

SENT = frozenset({"active", "completed", "on-hold", "unknown"})
BOOKED = frozenset({"booked", "pending", "arrived", "checked-in", "waitlist"})
TURNED_DOWN = frozenset({"rejected", "failed", "cancelled"})
_NOT_A_VISIT = frozenset({"cancelled", "entered-in-error", "planned"})

BEHAVIOURAL_HEALTH_NAMES = (
    r"behaviou?ral health|mental health|psychiatr|psycholog|psychotherap|counsel|social worker"
)
OUD_TREATMENT_NAMES = (
    r"opioid treatment|substance use|addiction|\bsud\b|\boud\b|\botp\b|\bmoud\b|buprenorphine"
)
PAIN_NAMES = (
    r"\bpain (?:management|clinic|medicine|specialist|psycholog)|physical therap|physiotherap|rehabilitation"
    r"|occupational therap|cognitive[- ]behaviou?ral"
)
_ABOUT_SENDING = re.compile(r"referral|consult|\bto\b", re.IGNORECASE)


def referrals(
    case: Case, names: str, *sets: ValueSet, statuses: frozenset[str] = SENT
) -> Iterator[ServiceRequest]:
    """Orders for this kind of service that were sent: by code, or by name where the code is another one."""
    coded = {r.id for r in find(case.chart.service_requests, *sets)}
    pattern = re.compile(names, re.IGNORECASE)
    for request in case.chart.service_requests:
        if request.status in statuses and (request.id in coded or pattern.search(_words(request))):
            yield request


def _words(request: ServiceRequest) -> str:
    return " ".join((request.display, *request.performers))


def recent_contact(case: Case, within: int, names: str, *sets: ValueSet) -> tuple[Reason, ...]:
    """What shows that the patient is, or soon will be, in touch with such a service."""
    found = [
        *_sent(case, within, referrals(case, names, *sets)),
        *_visits(case, within, names, sets),
        *_bookings(case, names),
    ]
    return tuple(found)


def _sent(case: Case, within: int, requests: Iterable[ServiceRequest]) -> Iterator[Reason]:
    for request in requests:
        is_recent = request.when is not None and request.when.is_within(within, case.as_of)
        if is_recent and not _is_turned_down(case, request):
            yield Reason.of(f"{request.display}, {request.when}", (request,))


def in_contact(case: Case, why: tuple[Reason, ...], contact: tuple[Reason, ...]) -> Guidance:
    """Done, unless it is an order alone and the tasks that would tell of a refusal are hidden."""
    is_order_alone = all(id.startswith("ServiceRequest/") for reason in contact for id in reason.record_ids)
    hidden = tuple(Reason(gap) for gap in case.chart.gaps({"Task"})) if is_order_alone else ()
    status = Status.UNDETERMINED if hidden else Status.ADDRESSED
    return Guidance(status, (*why, *contact, *hidden))


def no_contact(case: Case, within: int, told: str, names: str, *sets: ValueSet) -> tuple[Reason, ...]:
    """Why there is none: `told`, or the orders that the service turned down."""
    refused = tuple(
        Reason.of(f"{request.display}, {request.when}: the service did not take it", (request,))
        for request in referrals(case, names, *sets)
        if request.when and request.when.is_within(within, case.as_of) and _is_turned_down(case, request)
    )
    return refused or (Reason(told),)


def _is_turned_down(case: Case, request: ServiceRequest) -> bool:
    """That is no contact; the list of referrals calls it lost."""
    task = latest_task(case, request)
    return task is not None and task.status in TURNED_DOWN


def latest_task(case: Case, request: ServiceRequest) -> Task | None:
    """The task about it with the latest news."""
    return max((t for t in case.chart.tasks if t.focus == request.id), key=_last_news, default=None)


def _last_news(task: Task) -> date:
    when = task.updated_on or task.when
    return when.last if when else date.min


def _visits(case: Case, within: int, names: str, sets: tuple[ValueSet, ...]) -> Iterator[Reason]:
    for visit in visits(case, names, sets):
        if visit.when and visit.when.is_within(within, case.as_of):
            yield Reason.of(f"Visit: {visit.display}, {visit.when}", (visit,))


def visits(case: Case, names: str, sets: tuple[ValueSet, ...]) -> Iterator[Encounter]:
    """Visits of this kind that took place, by code or name."""
    pattern = re.compile(names, re.IGNORECASE)
    for visit in case.chart.encounters:
        is_this = any(pattern.search(c.display) or any(s.has(c) for s in sets) for c in visit.types)
        if is_this and visit.status not in _NOT_A_VISIT and visit.when is not None:
            yield visit


def _bookings(case: Case, names: str) -> Iterator[Reason]:
    for booking in bookings(case, names):
        is_ahead = booking.when is not None and booking.when.last >= case.as_of
        if booking.status in BOOKED and is_ahead:
            yield Reason.of(f"Booked: {booking.display}, {booking.when}", (booking,))


def bookings(case: Case, names: str) -> Iterator[Appointment]:
    """Appointments of this kind, whatever became of them; they carry words and seldom a code."""
    pattern = re.compile(names, re.IGNORECASE)
    for booking in case.chart.appointments:
        if pattern.search(" ".join((booking.description, *(t.display for t in booking.types)))):
            yield booking
