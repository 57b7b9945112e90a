"""PV-13: what else has been tried for pain: other medicines, movement, talking therapies."""

import re

from chart.medications import DrugClass
from chart.records import Procedure, ServiceRequest
from rules.case import Case
from rules.in_use import in_use
from rules.planned_visits.applies import unless_long_term
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import cdc_2022, six_building_blocks
from rules.valuesets import NON_DRUG_THERAPY

_NAMES = re.compile(
    r"physical therap|physiotherap|exercise|cognitive behavio|acupunctur|massage|yoga|tai chi|chiroprac|spinal manip"
    r"|mindfulness|biofeedback|self-management|occupational therap",
    re.IGNORECASE,
)
_LIVE = ("active", "completed", "in-progress", "on-hold")


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case):
        return not_for
    medicines = tuple(i.reason() for i in in_use(case, DrugClass.NON_OPIOID_ANALGESIC))
    recent, older = _therapies(case)
    if medicines or recent:
        return Guidance(Status.ADDRESSED, (*medicines, *recent))
    told = Reason("No non-opioid medicine or non-drug treatment for pain in the last year on record")
    return Guidance(Status.INDICATED, (told, *older), rests_on_absence=True)


def _therapies(case: Case) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Of the last year, and before; ordered counts as considered."""
    found: list[Procedure | ServiceRequest] = [p for p in case.chart.procedures if p.status in _LIVE]
    found += [s for s in case.chart.service_requests if s.status in _LIVE]
    therapies = [r for r in found if NON_DRUG_THERAPY.has(r.concept) or _NAMES.search(r.display)]
    recent: list[Reason] = []
    older: list[Reason] = []
    for r in therapies:
        is_recent = r.when is not None and r.when.is_within(case.policy.options_days, case.as_of)
        told = Reason.of(f"{r.display}, {r.when}" if r.when else f"{r.display}, not dated", (r,))
        (recent if is_recent else older).append(told)
    return tuple(recent), tuple(older[-3:])


RULE = Rule(
    id="PV-13",
    block=Block.PLANNED_VISITS,
    title="Other ways to treat pain",
    advice="Ask which other treatments have helped, and which the patient would like to try or take up again.",
    source=cdc_2022(2, "non-opioid therapies are preferred and go alongside"),
    further_sources=(
        cdc_2022(1, "non-opioid therapies first"),
        six_building_blocks("Alternatives to opioids are regularly considered and discussed"),
    ),
    needs=frozenset({"MedicationRequest", "Procedure", "ServiceRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    evaluate=evaluate,
    policy=("options_days",),
    say=("Apart from this medicine, what has eased your pain, even a little?",),
)
