"""PV-18: when the supply on record ends, so that a renewal is prepared in time."""

from datetime import timedelta

from chart.when import day_in_words
from rules.case import Case
from rules.planned_visits.applies import unless_long_term
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Status
from rules.sources import six_building_blocks


def evaluate(case: Case) -> Guidance:
    """Indicated inside the refill window and once the supply has ended."""
    if not_for := unless_long_term(case):
        return not_for
    ends = case.therapy.supply_ends
    if ends is None:
        return Guidance(Status.UNDETERMINED, (Reason("How long the supply lasts is not on record"),))
    left = (ends - case.as_of).days
    ids = tuple(r for c in case.therapy.courses if c.last == ends for r in c.record_ids)
    told = Reason(f"Supply on record {'ended' if left < 0 else 'ends'} {day_in_words(ends)}", ids)
    if left <= case.policy.refill_window_days:
        return Guidance(Status.INDICATED, (told,), due_on=ends)
    is_soon = timedelta(days=left) <= timedelta(days=case.policy.lead_days)
    return Guidance(Status.UPCOMING if is_soon else Status.ADDRESSED, (told,), due_on=ends)


RULE = Rule(
    id="PV-18",
    block=Block.PLANNED_VISITS,
    title="Renewal",
    advice="Prepare the renewal together with the PDMP review, the agreement and the PEG.",
    source=six_building_blocks(
        "Planned visits: 28-day cycles", doubt="The 7-day window is our own decision."
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START, Hook.APPOINTMENT_BOOK}),
    owner=Role.FRONT_DESK,
    evaluate=evaluate,
    policy=("refill_window_days", "lead_days"),
    say=("Let us make sure that you do not run out between visits.",),
)
