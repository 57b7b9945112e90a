"""CX-08: opioid use disorder without medication treatment on record (CDC 2022, recommendation 12)."""

from collections.abc import Iterable

from chart.records import Condition
from rules.case import Case
from rules.complex_patients import sources
from rules.complex_patients.disorder import Disorder, disorder
from rules.complex_patients.moud import Treatment, treatment
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status, days

ADVICE = (
    "Offer buprenorphine here, or connect the patient today with a program. "
    "Withdrawal management without medication afterwards is not recommended."
)


def evaluate(case: Case) -> Guidance:
    """Never paused: treatment for OUD is offered whatever the reason for the opioid."""
    found = disorder(case)
    if not found.active:
        return _not_active(found)
    told = (*_listed(found.active, "OUD on the problem list"), *_to_confirm(case, found))
    given = treatment(case)
    if given.shown or found.on_agonist:
        on_agonist = tuple(_listed(found.on_agonist, "Recorded as on treatment"))
        return Guidance(Status.ADDRESSED, (*told, *on_agonist, *_given(given)))
    if given.maybe:
        ask = Reason("Ask whether treatment continues")
        return Guidance(Status.UNDETERMINED, (*told, *given.maybe, ask))
    return Guidance(Status.INDICATED, (*told, *_nothing(case, given)), case.as_of, rests_on_absence=True)


def _not_active(found: Disorder) -> Guidance:
    if found.unconfirmed:
        told = _listed(
            found.unconfirmed, "OUD is recorded but not confirmed; go through the criteria together"
        )
        return Guidance(Status.UNDETERMINED, tuple(told))
    if found.remission:
        return Guidance(Status.NOT_INDICATED, tuple(_listed(found.remission, "OUD in remission")))
    return Guidance(Status.NOT_INDICATED, (Reason("No active opioid use disorder on record"),))


def _listed(conditions: Iterable[Condition], what: str) -> Iterable[Reason]:
    for condition in conditions:
        since = f", since {condition.when}" if condition.when else ""
        yield Reason.of(f"{what}: {condition.display}{since}", (condition,))


def _to_confirm(case: Case, found: Disorder) -> tuple[Reason, ...]:
    doubts = list(_listed(found.remission, "Remission is on the list as well, confirm which holds"))
    if found.is_ambiguous and case.mme.has_opioid_in_use:
        told = "This code is sometimes used for physical dependence in pain care: confirm that OUD is meant"
        doubts.insert(0, Reason.of(told, found.active))
    return tuple(doubts)


def _given(given: Treatment) -> tuple[Reason, ...]:
    return tuple(Reason(f"Treatment: {r.text}", r.record_ids, r.labels) for r in given.shown)


def _nothing(case: Case, given: Treatment) -> tuple[Reason, ...]:
    none = Reason(
        f"No buprenorphine, methadone from a program or naltrexone on record in {days(case.policy.moud_days)}"
    )
    before = tuple(Reason(f"Earlier: {r.text}", r.record_ids, r.labels) for r in given.ended)
    return (none, *before)


RULE = Rule(
    id="CX-08",
    block=Block.COMPLEX_NEEDS,
    title="Opioid use disorder without medication treatment",
    advice=ADVICE,
    source=sources.OUD_TREATMENT,
    further_sources=(sources.NO_WAIVER, sources.OUD_CRITERIA),
    needs=frozenset({"Condition", "MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "Procedure"}),
    evaluate=evaluate,
    priority=Priority.HIGH,
    say=(
        "Opioid use disorder is a medical condition, and it is treatable. Treatment can begin here.",
        "There is medicine that steadies things and makes overdose much less likely. Would you like to hear about it?",
    ),
    policy=("moud_days", "carry_over_days"),
)
