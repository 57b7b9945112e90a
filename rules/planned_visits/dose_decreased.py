"""PV-17: a large or sudden fall in dose, by plan or not, can bring withdrawal, distress and overdose."""

from datetime import timedelta

from rules.case import Case
from rules.planned_visits.applies import unless_long_term
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status
from rules.sources import cdc_2022
from rules.trend import Change, change

_MONTH = 30
_YEAR = 365


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case, is_safety_item=True):
        return not_for
    found = change(case, _MONTH)
    if found is None:
        return Guidance(Status.UNDETERMINED, (Reason("The dose of 30 days ago cannot be told"),))
    told = Reason(f"By prescriptions on record: {found.told}")
    if moud := [e for e in case.mme.excluded if e.is_current]:
        # A change to buprenorphine takes the dose to zero on paper: it has no factor, and is no decrease.
        other = Reason(
            f"{moud[0].name} is in use; the doses cannot be compared", moud[0].record_ids, moud[0].labels
        )
        status = Status.UNDETERMINED if found.now.mme < found.before.mme else Status.NOT_INDICATED
        return Guidance(status, (told, other))
    if _has_fallen(case, found):
        return Guidance(Status.INDICATED, (told, *_ended(case, found)))
    if not found.is_certain:
        return Guidance(Status.UNDETERMINED, (told, Reason("One of the two doses is not fully known")))
    return Guidance(Status.NOT_INDICATED, (told,))


def _has_fallen(case: Case, found: Change) -> bool:
    """Certainly: what was counted before against the most it may be now."""
    old, new = found.before.mme, found.now.mme_uncertain
    if found.now.at_least or old == 0:
        return False
    share = (old - new) / old
    since = case.therapy.ltot.since
    is_long = since is not None and since <= case.as_of - timedelta(days=_YEAR)
    return share > case.policy.dose_decrease or (is_long and share > case.policy.dose_decrease_month)


def _ended(case: Case, found: Change) -> tuple[Reason, ...]:
    """Ended with no smaller dose in its last days."""
    last = case.therapy.ltot.last_covered
    if found.now.mme_uncertain > 0 or last is None:
        return ()
    before = case.therapy.mme_on(last - timedelta(days=case.policy.abrupt_days))
    at_end = case.therapy.mme_on(last)
    if before and at_end and at_end.mme >= before.mme > 0:
        return (Reason("It ended without smaller doses before"),)
    return (Reason("It has ended"),)


RULE = Rule(
    id="PV-17",
    block=Block.PLANNED_VISITS,
    title="Large or sudden decrease",
    advice="The dose fell fast. Check in with the patient now, ask about withdrawal, pain and safety, consider "
    "slowing or pausing the change, and offer naloxone.",
    source=cdc_2022(
        5,
        "gradual changes; no abrupt stop unless life is at risk",
        doubt="25 % in 30 days follows the HHS 2019 guide on dosage reduction.",
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense"}),
    priority=Priority.SAFETY,
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    policy=("dose_decrease", "dose_decrease_month", "abrupt_days"),
    say=(
        "A change this fast can be hard on the body. How have you been feeling since?",
        "We can slow down or pause. I am not going to leave you alone with this.",
    ),
)
