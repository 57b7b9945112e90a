"""One referral from the offer to its end: the states it passes through, and what to do next in each."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from chart.terms import Record
from rules.rule import Reason, days


class State(Enum):
    """In the order in which a referral goes on; the values are shown and stand in the JSON."""

    OFFERED = "offered"
    DRAFTED = "drafted, to be signed"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    BOOKED = "visit booked"
    ATTENDED = "visit attended, report not received"
    REPORTED = "report received"
    CLOSED = "closed"
    DECLINED = "declined by the patient"
    LOST = "lost"


_RANK = {state: rank for rank, state in enumerate(State)}
ENDED = frozenset({State.CLOSED, State.DECLINED})
_BREAKS = ENDED | {State.LOST}
NEXT: dict[State, str] = {
    State.OFFERED: "Ask what the patient would like; then send it, or record that they declined.",
    State.DRAFTED: "Sign it in the EHR, so that it goes out.",
    State.SENT: "Ask the service whether it arrived.",
    State.ACKNOWLEDGED: "Ask whether a visit is booked.",
    State.BOOKED: "Remind the patient of the visit, and ask afterwards how it went.",
    State.ATTENDED: "Ask the service for its report, and the patient how it went.",
    State.REPORTED: "Read the report, tell the patient, then close the referral.",
    State.LOST: "Call the service or the patient. If the patient chose not to go, ask what would suit better.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One sign of how a referral went. `day` is None where the record has none."""

    state: State
    day: date | None
    told: str
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Loop:
    """`due_on`: when the next sign of it is expected; None when nothing more is."""

    key: str  # "ServiceRequest/1", or the id of the prompt where only this app knows of it
    rule_id: str  # the prompt that this kind of referral belongs to
    title: str
    to: str  # whom it goes to, as a person reads it
    since: str  # the day as recorded
    since_day: date | None
    state: State
    due_on: date | None
    steps: tuple[Step, ...] = field(default=())

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def next_step(self) -> str:
        return NEXT.get(self.state, "")

    @property
    def records(self) -> tuple[Record, ...]:
        return tuple(dict.fromkeys(record for step in self.steps for record in step.records))

    @property
    def history(self) -> tuple[Step, ...]:
        """The steps in their order; those without a day at the end."""
        return tuple(sorted(self.steps, key=lambda step: (step.day is None, step.day or date.max)))

    def is_overdue(self, as_of: date) -> bool:
        return self.state is State.LOST or (self.due_on is not None and as_of >= self.due_on)

    def reason(self, as_of: date) -> Reason:
        to = f" to {self.to}" if self.to else ""
        told = f"{self.title}{to}, {self.since or 'without a date'}: {self.state.value}"
        if self.since_day is not None:
            told += f", {days((as_of - self.since_day).days)} ago"
        return Reason.of(told, self.records)


def state_of(steps: Iterable[Step]) -> State:
    """The furthest state reached; one that ended or was lost holds until a later day brings news."""
    found = list(steps)
    breaks = [s for s in found if s.state in _BREAKS]
    if breaks:
        last = max(breaks, key=lambda s: (s.day or date.max, _RANK[s.state]))
        found = [s for s in found if s.day and last.day and s.day > last.day] or [last]
    return max((s.state for s in found), key=_RANK.__getitem__)
