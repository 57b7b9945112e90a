"""What the EHR's records tell of one referral: its order, tasks, bookings, visits and reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from chart.records import Appointment, DocumentReference, Encounter, ServiceRequest, Task
from chart.when import When
from rules.case import Case
from rules.codes import ValueSet, find
from rules.referrals import contact
from rules.referrals.loop import State, Step
from rules.valuesets import REFERRAL_BH, REFERRAL_PAIN, REFERRAL_PEER, REFERRAL_REPORT, REFERRAL_SUD

_ORDERED = contact.SENT | {"draft"}
_NOT_AN_ORDER = frozenset({"proposal", "plan", "option"})
_BY_TASK = {
    "received": State.ACKNOWLEDGED, "accepted": State.ACKNOWLEDGED, "in-progress": State.ACKNOWLEDGED,
    "on-hold": State.ACKNOWLEDGED, "completed": State.ATTENDED,
    **dict.fromkeys(contact.TURNED_DOWN, State.LOST),
}  # fmt: skip
_OVER = contact.TURNED_DOWN | {"completed"}
_CAME = frozenset({"arrived", "checked-in", "fulfilled"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of referral that a team follows up, and how to know it. `rule_id`: the prompt it belongs to."""

    rule_id: str
    names: str
    sets: tuple[ValueSet, ...]


KINDS = (
    Kind("RF-02", contact.OUD_TREATMENT_NAMES, (REFERRAL_SUD,)),
    Kind("RF-01", contact.BEHAVIOURAL_HEALTH_NAMES, (REFERRAL_BH,)),
    Kind("RF-03", contact.PAIN_NAMES, (REFERRAL_PAIN,)),
    Kind("RF-04", "peer support", (REFERRAL_PEER,)),
)


def followed_up(case: Case) -> dict[ServiceRequest, Kind]:
    """The orders for such a service, each with its kind."""
    found: dict[ServiceRequest, Kind] = {}
    for kind in KINDS:
        for request in contact.referrals(case, kind.names, *kind.sets, statuses=_ORDERED):
            if request.intent not in _NOT_AN_ORDER:
                found.setdefault(request, kind)
    return found


def steps_of(
    case: Case, request: ServiceRequest, all_requests: dict[ServiceRequest, Kind]
) -> tuple[Step, ...]:
    tasks = [t for t in case.chart.tasks if t.focus == request.id]
    return (
        *_order(request, tasks),
        *_task(contact.latest_task(case, request)),
        *_bookings(case, request, all_requests),
        *_visits(case, request, tasks, all_requests),
        *_reports(case, request, tasks, all_requests),
    )


def _order(request: ServiceRequest, tasks: list[Task]) -> Iterator[Step]:
    on = request.when.first if request.when else None
    if request.status == "draft":
        yield Step(State.DRAFTED, on, "Drafted in the EHR", (request,))
        return
    yield Step(State.SENT, on, "On hold in the EHR" if request.status == "on-hold" else "Ordered", (request,))
    # A task that is still open says more than an order marked as done when it was signed.
    if request.status == "completed" and all(t.status in _OVER for t in tasks):
        yield Step(State.CLOSED, None, "Completed, by the EHR", (request,))


def _task(latest: Task | None) -> Iterator[Step]:
    """The latest news counts."""
    if latest and (state := _BY_TASK.get(latest.status)):
        when = latest.updated_on or latest.when
        yield Step(state, when.last if when else None, f"Task {latest.status}", (latest,))


def _bookings(
    case: Case, request: ServiceRequest, all_requests: dict[ServiceRequest, Kind]
) -> Iterator[Step]:
    named = {b.id for b in contact.bookings(case, all_requests[request].names)}
    for booking in case.chart.appointments:
        is_named = booking.id in named and not booking.based_on
        if request.id in booking.based_on or (is_named and _is_nearest(request, booking.when, all_requests)):
            yield from _booking(booking)


def _booking(booking: Appointment) -> Iterator[Step]:
    day = booking.when.last if booking.when else None
    told = f"{booking.display}, {booking.when or 'no day given'}"
    if booking.status in _CAME:
        yield Step(State.ATTENDED, day, f"Visit took place: {told}", (booking,))
    elif booking.status in contact.BOOKED:
        yield Step(State.BOOKED, day, f"Visit booked: {told}", (booking,))
    elif booking.status == "noshow":
        yield Step(State.LOST, day, f"Visit did not take place: {told}", (booking,))


def _visits(
    case: Case, request: ServiceRequest, tasks: list[Task], all_requests: dict[ServiceRequest, Kind]
) -> Iterator[Step]:
    kind, linked = all_requests[request], {o for t in tasks for o in t.outputs}
    for visit in case.chart.encounters:
        if visit.status in ("finished", "completed") and (request.id in visit.based_on or visit.id in linked):
            yield _visit(visit)
    for visit in contact.visits(case, kind.names, kind.sets):
        is_linked = bool(visit.based_on) or visit.id in linked
        if not is_linked and _is_nearest(request, visit.when, all_requests):
            yield _visit(visit)


def _visit(visit: Encounter) -> Step:
    day = visit.when.last if visit.when else None
    return Step(State.ATTENDED, day, f"Visit: {visit.display}, {visit.when or 'without a date'}", (visit,))


def _is_nearest(request: ServiceRequest, on: When | None, all_requests: dict[ServiceRequest, Kind]) -> bool:
    """What does not say which referral it is of belongs to the last one of its kind before it."""
    kind = all_requests[request]
    before = [r for r, k in all_requests.items() if k is kind and r.when and on and r.when.first <= on.last]
    return bool(before) and max(before, key=lambda r: r.when.last if r.when else date.min) == request


def _reports(
    case: Case, request: ServiceRequest, tasks: list[Task], all_requests: dict[ServiceRequest, Kind]
) -> Iterator[Step]:
    linked = {o for t in tasks for o in t.outputs}
    for note in case.chart.documents:
        if note.status == "current" and (request.id in note.related or note.id in linked):
            yield _report(note, "Report")
    for note in find(case.chart.documents, REFERRAL_REPORT):
        is_linked = note.id in linked or any(r.startswith("ServiceRequest/") for r in note.related)
        if note.status == "current" and not is_linked and _may_answer(note, all_requests) == {request}:
            yield _report(note, "A note that may be its report; check that it is")


def _may_answer(note: DocumentReference, all_requests: dict[ServiceRequest, Kind]) -> set[ServiceRequest]:
    """A note that names no referral answers none where it could be the answer to several."""
    return {r for r in all_requests if note.when and r.when and note.when.first > r.when.last}


def _report(note: DocumentReference, what: str) -> Step:
    day = note.when.last if note.when else None
    return Step(State.REPORTED, day, f"{what}: {note.display}, {note.when or 'without a date'}", (note,))
