"""POP-01: who is on long-term opioid therapy, so that the team can plan their care."""

from chart.records import Condition
from rules.case import Case
from rules.codes import find
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Source, Status
from rules.valuesets import LONG_TERM_OPIOID_USE

_PROBLEM = "problem-list-item"
_CERTAIN = (None, "confirmed")
_STATUSES = {"long-term": Status.INDICATED, "not long-term": Status.NOT_INDICATED}


def evaluate(case: Case) -> Guidance:
    """Indicated asks a person to confirm what prescriptions suggest; confirmed is addressed."""
    ltot = case.therapy.ltot
    reasons = ltot.reasons or (Reason(f"Long-term opioid therapy: {ltot.status}"),)
    if ltot.status == "long-term" and ltot.confirmed:
        return Guidance(Status.ADDRESSED, reasons)
    if ltot.status == "long-term" and (said := _on_the_problem_list(case)):
        told = f"On the problem list: {said[0].display}, {said[0].when or 'without a date'}"
        return Guidance(Status.ADDRESSED, (Reason.of(told, said), *reasons))
    return Guidance(_STATUSES.get(ltot.status, Status.UNDETERMINED), reasons)


def _on_the_problem_list(case: Case) -> tuple[Condition, ...]:
    """A person has said so already; a diagnosis of one visit alone may be there for billing."""
    found = find(case.chart.conditions, LONG_TERM_OPIOID_USE)
    return tuple(c for c in found if c.is_active and _PROBLEM in c.categories and c.verification in _CERTAIN)


RULE = Rule(
    id="POP-01",
    block=Block.TRACKING,
    title="Long-term opioid therapy",
    advice="Prescriptions on record suggest long-term opioid therapy. Confirm it with the patient, or note why not.",
    source=Source(
        title="eCQM CMS460 version 2, Potential Opioid Overuse",
        locator="Initial population: 90 days or more with gaps of 7 days or less",
        url="https://ecqi.healthit.gov/ecqm/ep/pre-rulemaking/cms460v2",
        doubt="Definitions differ between measures; the 60-of-90-days signal is from the CDC 2018 package.",
    ),
    needs=frozenset({"MedicationRequest"}),
    # A problem list only answers the question: where it is hidden, the question is asked.
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START, Hook.APPOINTMENT_BOOK}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("ltot_days", "ltot_allowed_gap_days", "ltot_density_days", "ltot_recent_days"),
    say=(
        "I see you have been taking this medicine for a while. Is that right, and how has it been for you?",
    ),
)
