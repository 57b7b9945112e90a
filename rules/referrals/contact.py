"""Contacts with a service already on record: orders, visits, bookings and coded encounters."""

import re
from collections.abc import Iterable, Iterator

from chart.records import ServiceRequest
from rules.case import Case
from rules.codes import ValueSet, find
from rules.rule import Reason

_SENT = frozenset({"active", "completed", "on-hold", "unknown"})
_BOOKED = frozenset({"booked", "pending", "arrived", "checked-in", "waitlist"})
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


def referrals(case: Case, names: str, *sets: ValueSet) -> Iterator[ServiceRequest]:
    """Orders for this kind of service that were sent: by code, or by name where the code is another one."""
    coded = {r.id for r in find(case.chart.service_requests, *sets)}
    pattern = re.compile(names, re.IGNORECASE)
    for request in case.chart.service_requests:
        if request.status in _SENT and (request.id in coded or pattern.search(_words(request))):
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
        if request.when is not None and request.when.is_within(within, case.as_of):
            yield Reason.of(f"{request.display}, {request.when}", (request,))


def _visits(case: Case, within: int, names: str, sets: tuple[ValueSet, ...]) -> Iterator[Reason]:
    pattern = re.compile(names, re.IGNORECASE)
    for visit in case.chart.encounters:
        is_this = any(pattern.search(c.display) or any(s.has(c) for s in sets) for c in visit.types)
        happened = visit.status not in _NOT_A_VISIT and visit.when is not None
        if is_this and happened and visit.when and visit.when.is_within(within, case.as_of):
            yield Reason.of(f"Visit: {visit.display}, {visit.when}", (visit,))


def _bookings(case: Case, names: str) -> Iterator[Reason]:
    pattern = re.compile(names, re.IGNORECASE)
    for booking in case.chart.appointments:
        words = " ".join((booking.description, *(t.display for t in booking.types)))
        is_ahead = booking.when is not None and booking.when.last >= case.as_of
        if booking.status in _BOOKED and is_ahead and pattern.search(words):
            yield Reason.of(f"Booked: {booking.display}, {booking.when}", (booking,))
