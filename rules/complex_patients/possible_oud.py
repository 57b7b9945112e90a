"""CX-07: findings that suggest an assessment for opioid use disorder (CDC 2022, recommendation 12).

The Opioid Risk Tool is no finding here: it tells who may develop the disorder, not who has it.
"""

import re
from collections.abc import Iterator

from chart.records import Observation
from chart.terms import Record
from rules.case import Case
from rules.complex_patients import sources
from rules.complex_patients.confirmed_tests import confirmed_unexpected
from rules.complex_patients.criteria import CRITERIA_FOR_OUD, criteria_on_file
from rules.complex_patients.disorder import disorder
from rules.overdose_risk import overdoses
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status

SIGNALS_FOR_ASSESSMENT = 2
EARLY_FILLS = 2
COMM_HIGHEST = 68
_COMM = re.compile(r"\bCOMM\b|current opioid misuse measure", re.IGNORECASE)
_CONCERN = re.compile(r"concern(?:s|ed)?\b.*\bopioid|\bopioid.*\bconcern", re.IGNORECASE)
_NONE_SAID = re.compile(r"^\s*(no|none|denie[sd]|not)\b", re.IGNORECASE)

ADVICE = (
    "Go through the DSM-5 criteria together. Opioid use disorder is treatable, and treatment can happen here. "
    "Do not count tolerance and withdrawal when opioids are taken as prescribed under supervision."
)


def evaluate(case: Case) -> Guidance:
    found = disorder(case)
    if found.active:
        return Guidance(Status.ADDRESSED, (Reason.of("OUD is on the problem list already", found.active),))
    criteria = criteria_on_file(case)
    if criteria and criteria.count >= CRITERIA_FOR_OUD:
        return Guidance(Status.INDICATED, (criteria.reason(),))
    signals = dict(_signals(case))
    told = tuple(signals.values())
    begun = (criteria.reason(),) if criteria and not criteria.is_complete else ()
    if len(signals) >= SIGNALS_FOR_ASSESSMENT and (begun or not criteria):
        return Guidance(Status.INDICATED, (*begun, *told))
    if begun:
        return Guidance(
            Status.UNDETERMINED, (*begun, Reason("The criteria were not all gone through"), *told)
        )
    if criteria:
        return Guidance(Status.ADDRESSED, (criteria.reason(), *told))
    if told:
        return Guidance(Status.NOT_INDICATED, (*told, Reason("One finding alone does not suggest it")))
    return Guidance(Status.NOT_INDICATED, (Reason("No finding suggests opioid use disorder"),))


def criteria_met(case: Case) -> tuple[Reason, ...]:
    criteria = criteria_on_file(case)
    return (criteria.reason(),) if criteria and criteria.count >= CRITERIA_FOR_OUD else ()


def _signals(case: Case) -> Iterator[tuple[str, Reason]]:
    """Each kind once, of the last 12 months; a test from the pharmacy or the laboratory is only a finding."""
    if comm := _comm(case):
        yield "COMM", comm
    if tests := confirmed_unexpected(case):
        yield "test", Reason.of(f"Unexpected result, confirmed: {tests[0].display}, {tests[0].when}", tests)
    if overdose := [r for r in overdoses(case.chart) if _is_recent(r, case)]:
        yield "overdose", Reason.of(f"Opioid overdose, {getattr(overdose[0], 'when', None)}", overdose)
    early = [f for f in case.therapy.early_fills if (case.as_of - f.on).days <= case.policy.oud_signal_days]
    if len(early) >= EARLY_FILLS:
        ids = tuple(i for f in early for i in f.record_ids)
        yield "early fills", Reason(f"{len(early)} early fills", ids)
    if concerns := [o for o in case.chart.observations if _is_concern(o) and _is_recent(o, case)]:
        yield "concern", Reason.of(f"A concern is recorded, {concerns[0].when}", concerns)


def _comm(case: Case) -> Reason | None:
    positive, highest = case.policy.comm_positive, COMM_HIGHEST
    for o in case.chart.observations:
        number = o.value.number
        if number is None or not o.is_final or not _COMM.search(o.display) or not _is_recent(o, case):
            continue
        if positive <= number <= highest:
            return Reason.of(f"COMM: {number.normalize():f}, {o.when}", (o,))
    return None


def _is_concern(observation: Observation) -> bool:
    value = observation.value
    told = value.text or (value.concept.display if value.concept else "")
    is_denied = value.boolean is False or bool(_NONE_SAID.match(told)) or value.number == 0
    return observation.is_final and bool(_CONCERN.search(observation.display)) and not is_denied


def _is_recent(record: Record, case: Case) -> bool:
    when = getattr(record, "when", None)
    return when is None or bool(when.may_be_within(case.policy.oud_signal_days, case.as_of))


RULE = Rule(
    id="CX-07",
    block=Block.COMPLEX_NEEDS,
    title="Possible opioid use disorder",
    advice=ADVICE,
    source=sources.OUD_CRITERIA,
    further_sources=(sources.OUD_TREATMENT,),
    needs=frozenset({"Condition", "Observation", "MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "Encounter", "DiagnosticReport"}),
    evaluate=evaluate,
    priority=Priority.HIGH,
    say=(
        "Some things I see make me want to check in about how the medicine is working for you. Is that all right?",
        "Whatever we find, we will work on it together, and your pain still matters.",
    ),
    policy=("oud_signal_days", "comm_positive"),
)
