"""PV-15: the dose that quality measures count, which is no limit."""

from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.planned_visits.dose_50 import at_or_above
from rules.rule import Block, Guidance, Rule, Source
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    return unless_in_use(case) or at_or_above(case, case.policy.mme_measure_flag)


RULE = Rule(
    id="PV-15",
    block=Block.PLANNED_VISITS,
    title="Dose that quality measures count",
    advice="Measures count this dose. It is not a limit and no reason to lower it quickly: look at what this "
    "patient needs.",
    source=Source(
        title="eCQM CMS460 version 2, Potential Opioid Overuse",
        locator="Numerator: 90 MME/day or more",
        url="https://ecqi.healthit.gov/ecqm/ep/pre-rulemaking/cms460v2",
        doubt="CDC 2022 no longer names 90 MME/day.",
    ),
    further_sources=(cdc_2022(5, "no rapid reduction"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    evaluate=evaluate,
    policy=("mme_measure_flag", "supplementary_factors"),
    say=("There is no fixed limit. I want to understand what works for you and what worries you.",),
)
