"""Whether a prescription is in use on a day: status, dates and supply weighed together."""

from datetime import date
from enum import Enum

from chart.frozen import dataclass
from chart.medications import MedicationDispense, MedicationRequest, MedicationStatement
from chart.records import Chart
from chart.when import day_in_words
from rules.not_counted import HOSPITAL
from rules.policy import Policy
from rules.prescriptions import Prescription, is_an_order, is_hospital_only
from rules.supply import Covered, days_before

# 21 CFR 1306.12(b): at most 90 days of a schedule II medicine are prescribed at one time.
LONGEST_SUPPLY_DAYS = 90
_LIVE = (None, "", "active", "unknown", "intended", "in-progress")


class Use(Enum):
    IN_USE = "in use"
    MAY_BE = "may be in use"
    NOT = "not in use"


@dataclass(frozen=True, slots=True)
class Standing:
    use: Use
    reason: str = ""  # why it is not, or only may be
    notes: tuple[str, ...] = ()
    is_listed: bool = False  # its status says it is in use; else only its supply does


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the three kinds of records have in common when it is asked whether they are in use."""

    status: str | None
    start: date | None
    latest_start: date | None  # the last day a partial date can mean
    ends: date | None
    notes: tuple[str, ...]


def _not(reason: str) -> Standing:
    return Standing(Use.NOT, reason)


def standing(prescription: Prescription, covered: Covered, chart: Chart, policy: Policy) -> Standing:
    lead = prescription.lead
    if is_hospital_only(lead):
        return _not(HOSPITAL)
    if isinstance(lead, MedicationRequest) and not (prescription.reported or is_an_order(lead)):
        return _not("not an order: a draft, proposal or option")
    if isinstance(lead, MedicationRequest) and lead.status == "draft":
        return _not("not an order: a draft, proposal or option")
    if prescription.order is None and prescription.reported is None:
        return _of_fills(prescription, covered, chart)
    return _of_listed(prescription, _facts(prescription), covered, chart, policy)


def _facts(prescription: Prescription) -> _Facts:
    lead = prescription.lead
    assert not isinstance(lead, MedicationDispense)
    assert isinstance(lead, (MedicationRequest, MedicationStatement))
    ends = lead.ends.last if lead.ends else None
    notes = []
    if lead.status in (None, "", "unknown"):
        notes.append("its status is not recorded: taken as active")
    if prescription.reported is not None:
        notes.append("reported by the patient or an outside source")
    starts = [w for w in (lead.starts, lead.when) if w is not None]
    return _Facts(
        lead.status, prescription.start, max((w.last for w in starts), default=None), ends, tuple(notes)
    )


def _of_listed(
    prescription: Prescription, facts: _Facts, covered: Covered, chart: Chart, policy: Policy
) -> Standing:
    as_of = chart.as_of
    if facts.start is not None and facts.start > as_of:
        return _not(f"starts on {day_in_words(facts.start)}")
    if facts.ends is not None and facts.ends < as_of:
        return _not(f"ended on {day_in_words(facts.ends)}")
    if facts.status in _LIVE:
        return _live(prescription, facts, covered, chart, policy)
    if facts.status == "on-hold":
        return _not("on hold")
    if facts.status in ("cancelled", "entered-in-error", "not-taken"):
        return _not("recorded as not taken" if facts.status == "not-taken" else "cancelled")
    return _finished(prescription, facts, covered, chart)


def _live(
    prescription: Prescription, facts: _Facts, covered: Covered, chart: Chart, policy: Policy
) -> Standing:
    as_of = chart.as_of
    oldest = days_before(as_of, policy.active_order_days)
    is_old = facts.latest_start is not None and facts.latest_start < oldest
    if is_old and not _filled_since(prescription, oldest) and not covered.covers(as_of):
        since = day_in_words(facts.start or oldest)
        reason = f"on the active list since {since} with no later fill; ask whether it is still taken"
        return Standing(Use.MAY_BE, reason, is_listed=True)
    notes = list(facts.notes)
    if facts.start is None:
        notes.append("not dated: taken as in use")
    if covered.last is not None and covered.last < as_of:
        notes.append(f"supply on record ended {day_in_words(covered.last)}")
    return Standing(Use.IN_USE, notes=tuple(notes), is_listed=True)


def _filled_since(prescription: Prescription, day: date) -> bool:
    return any(fill.when is not None and fill.when.last >= day for fill in prescription.handed_over)


def _finished(prescription: Prescription, facts: _Facts, covered: Covered, chart: Chart) -> Standing:
    """Completed or stopped. EHRs mark filled orders completed, so supply may still cover the day."""
    as_of, was_stopped = chart.as_of, facts.status == "stopped"
    word = "stopped" if was_stopped else "completed"
    if prescription.reported is not None and not chart.is_retrospective:
        return _not("recorded as no longer taken")
    if was_stopped and not chart.is_retrospective:
        return _not("stopped")
    if facts.ends is not None or covered.covers(as_of):
        until = facts.ends or covered.last or as_of
        note = f"recorded as {word}, and meant to last until {day_in_words(until)}"
        return Standing(Use.IN_USE, notes=(*facts.notes, note))
    if covered.last is not None:
        return _not(f"{word}; its supply ended {day_in_words(covered.last)}")
    if facts.latest_start is not None and facts.latest_start < days_before(as_of, LONGEST_SUPPLY_DAYS):
        return _not(word)
    return Standing(Use.MAY_BE, _finished_unknown(word, chart))


def _finished_unknown(word: str, chart: Chart) -> str:
    day = day_in_words(chart.as_of)
    if chart.is_retrospective:
        return f"recorded as {word}, but not when; it may have been in use on {day}"
    return f"recorded as {word}, and how long its supply lasts cannot be told"


def _of_fills(prescription: Prescription, covered: Covered, chart: Chart) -> Standing:
    as_of = chart.as_of
    if not prescription.handed_over:
        return _not("not handed over")
    if covered.covers(as_of):
        return Standing(Use.IN_USE, notes=("a fill without its order in this chart",))
    if covered.last is not None:
        return _not(f"its supply ended {day_in_words(covered.last)}")
    if prescription.start is not None and not _filled_since(
        prescription, days_before(as_of, LONGEST_SUPPLY_DAYS)
    ):
        return _not("filled long ago")
    return Standing(Use.MAY_BE, "a fill without its order, and how long it lasts cannot be told")
