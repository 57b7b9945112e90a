"""OR-10: a urine drug test when opioids are ordered for longer: due, or with a result to talk about.

The published logic (opioid-cds-r4 REC10) understands a result only where its text begins with "pos" or "neg", ignores
refills and supply when it looks for the medicine that explains it, and knows no metabolites. Here rules PV-06 and
PV-07 answer, which read values, codes and interpretations and compare them with the days of supply.
"""

from dataclasses import replace

from rules.case import Case
from rules.drug_tests import unexpected
from rules.orders.answers import AT_SIGN, is_longer_term, sort_out, told_lengths, unless_opioid_ordered
from rules.orders.sources import opioid_cds
from rules.planned_visits import drug_test_due
from rules.planned_visits.due import due, latest
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import cdc_2022

_TALK = (
    "A drug test result is not what the medicines on record explain: talk with the patient, and consider a "
    "confirmatory test, before changing anything."
)


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    meant, unsure = sort_out(case, is_longer_term(case))
    if not meant and not unsure:
        return Guidance(Status.NOT_INDICATED, told_lengths(case, case.ordering.opioids))
    guidance = _tested(case)
    if guidance.status is Status.INDICATED and not meant:
        told = told_lengths(case, unsure)
        return Guidance(Status.UNDETERMINED, (*told, *guidance.reasons))
    return guidance


def _tested(case: Case) -> Guidance:
    """What was unexpected comes before what is due."""
    if found := unexpected(case):
        told = tuple(Reason.of(u.text, (u.finding.record, *u.medicines)) for u in found)
        return Guidance(
            Status.INDICATED, told, advice=_TALK, rests_on_absence=any(not u.medicines for u in found)
        )
    tests = drug_test_due.tests(case.chart)
    guidance = due(case, tests, case.policy.drug_test_days, drug_test_due.WHAT)
    if guidance.status is not Status.INDICATED:
        return guidance
    last = latest(tests)
    when = f"the last one on record is of {last.on}" if last else "none is on record"
    advice = f"Consider a urine drug test, with the patient's agreement: {when}. A result is no reason to end care."
    return replace(guidance, advice=advice)


RULE = Rule(
    id="OR-10",
    block=Block.ORDERS,
    title="Urine drug test",
    advice="Consider a urine drug test, with the patient's agreement. A result is no reason to end care.",
    source=cdc_2022(10, "consider at least once a year", doubt="The exact words were not opened."),
    further_sources=(opioid_cds("10"),),
    needs=frozenset({"MedicationRequest", "Observation"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "DiagnosticReport"}),
    hooks=AT_SIGN,
    evaluate=evaluate,
    policy=("drug_test_days", "drug_test_window_days", "longer_supply_days", "lead_days"),
    say=drug_test_due.RULE.say,
)
