"""POP-01: who is on long-term opioid therapy, so that the team can plan their care."""

from rules.case import Case
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Source, Status

_STATUSES = {"long-term": Status.INDICATED, "not long-term": Status.NOT_INDICATED}


def evaluate(case: Case) -> Guidance:
    """Indicated asks a person to confirm what prescriptions suggest; confirmed is addressed."""
    ltot = case.therapy.ltot
    reasons = ltot.reasons or (Reason(f"Long-term opioid therapy: {ltot.status}"),)
    if ltot.status == "long-term" and ltot.confirmed:
        return Guidance(Status.ADDRESSED, reasons)
    return Guidance(_STATUSES.get(ltot.status, Status.UNDETERMINED), reasons)


RULE = Rule(
    id="POP-01",
    block=Block.TRACKING,
    title="Long-term opioid therapy",
    advice="Prescriptions on record suggest long-term opioid therapy. Confirm it with the patient, or note why not.",
    source=Source(
        title="eCQM CMS460 version 2, Use of Opioids at High Dosage",
        locator="Initial population: 90 days or more with gaps of 7 days or less; specification 3.1",
        url="https://ecqi.healthit.gov",
        doubt="Definitions differ between measures; the 60-of-90-days signal is from the CDC 2018 package.",
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START, Hook.APPOINTMENT_BOOK}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("ltot_days", "ltot_allowed_gap_days", "ltot_density_days", "ltot_recent_days"),
    say=(
        "I see you have been taking this medicine for a while. Is that right, and how has it been for you?",
    ),
)
