"""What a clinician told this app about one rule's prompt: an answer, never a record of the EHR."""

from datetime import date
from enum import Enum

from chart.frozen import dataclass
from chart.terms import Record
from chart.when import When


class OutcomeKind(Enum):
    """The values are stored and stand in the JSON: they are added to, never renamed."""

    DECLINED = "declined"  # by the patient
    DONE_ELSEWHERE = "done elsewhere"
    NOT_APPLICABLE = "not applicable"
    SNOOZED = "snoozed"
    HAS_AT_HOME = "has at home"  # naloxone
    CONFIRMED = "confirmed"  # long-term therapy
    NOT_CONFIRMED = "not confirmed"
    TIER_OVERRIDE = "tier override"  # `value` is the letter, `note` the reason
    REFERRAL_OFFERED = "referral offered"
    REFERRAL_ACCEPTED = "referral accepted"
    REFERRAL_DECLINED = "referral declined"
    REFERRAL_SENT = "referral sent"
    REFERRAL_ACKNOWLEDGED = "referral acknowledged"
    REFERRAL_BOOKED = "referral booked"
    REFERRAL_ATTENDED = "referral attended"
    REFERRAL_REPORT_RECEIVED = "referral report received"
    REFERRAL_CLOSED = "referral closed"
    REFERRAL_LOST = "referral lost"
    REFERRAL_IN_CARE = "in care already"
    WITHDRAWN = "withdrawn"  # corrects what was recorded before it, which stays on file


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Record):
    """`until` is the day on which the prompt asks again; None leaves that to the clinic's policy."""

    rule_id: str
    kind: OutcomeKind
    on: date
    until: date | None = None
    by: str = ""  # a reference or a role, never a name
    note: str = ""
    value: str = ""  # the tier's letter, or the referral option
    about: str = ""  # "ServiceRequest/1": the one referral it tells of

    @property
    def display(self) -> str:
        return self.kind.value

    @property
    def when(self) -> When:
        return When.of(self.on)
