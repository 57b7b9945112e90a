"""PV-16: after a rise in dose, look at benefit and harm within one to four weeks."""

from datetime import date, timedelta

from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.planned_visits.due import latest
from rules.planned_visits.visit import opioid_visits
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Status
from rules.sources import cdc_2022
from rules.trend import Change, change, stretch


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    found = change(case, case.policy.dose_history_days)
    if found is None:
        return Guidance(Status.UNDETERMINED, (Reason("The dose of 90 days ago cannot be told"),))
    told = Reason(found.told)
    if _has_risen(case, found):
        return _checked(case, found, told)
    if not found.is_certain:
        return Guidance(Status.UNDETERMINED, (told, Reason("One of the two doses is not fully known")))
    return Guidance(Status.NOT_INDICATED, (told,))


def _has_risen(case: Case, found: Change) -> bool:
    """Certainly: what counts now against the most it may have been. A start from nothing is one only where it
    reaches the line of extra care: then a check within weeks is due as well (CDC 2022, recommendation 7)."""
    if found.before.at_least:
        return False
    old, new, line = found.before.mme_uncertain, found.now.mme, case.policy.mme_extra_care
    return (old < line <= new) or (old > 0 and new - old >= case.policy.dose_increase * old)


def _checked(case: Case, found: Change, told: Reason) -> Guidance:
    risen_on = _risen_on(case, found)
    due_on = risen_on + timedelta(days=case.policy.dose_check_days)
    seen = latest(v for v in opioid_visits(case.chart)[0] if v.day > risen_on)
    if seen is None:
        return Guidance(Status.INDICATED, (told,), due_on, rests_on_absence=True)
    visit = Reason.of(f"Seen since then: {seen.name}, {seen.on}", (seen.record,))
    return Guidance(Status.ADDRESSED, (told, visit))


def _risen_on(case: Case, found: Change) -> date:
    """The first day on which the dose was more than before."""
    days = stretch(case, found.before.day, case.as_of)
    return next((d.day for d in days if d.mme > found.before.mme_uncertain), case.as_of)


RULE = Rule(
    id="PV-16",
    block=Block.PLANNED_VISITS,
    title="Dose increased",
    advice="The daily dose has gone up. Plan a check of benefit and harm within one to four weeks.",
    source=cdc_2022(
        7, "within 1 to 4 weeks of an increase", doubt="That 20 % is an increase is our own decision."
    ),
    further_sources=(cdc_2022(4, "weigh increases carefully"),),
    needs=frozenset({"MedicationRequest", "Encounter"}),
    also_reads=frozenset({"MedicationDispense"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START, Hook.APPOINTMENT_BOOK}),
    owner=Role.FRONT_DESK,
    evaluate=evaluate,
    policy=("dose_increase", "dose_history_days", "dose_check_days", "mme_extra_care"),
    say=("Since the dose went up, what can you do that you could not do before? Any new drowsiness?",),
)
