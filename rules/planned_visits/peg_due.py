"""PV-02: ask about pain and function (PEG) at every opioid visit, at least every three months."""

from rules.case import Case
from rules.peg import Peg, incomplete, peg_scores
from rules.planned_visits.applies import unless_long_term
from rules.planned_visits.due import Evidence, due
from rules.planned_visits.evidence import named
from rules.rule import Block, Guidance, Hook, Role, Rule
from rules.sources import cdc_2022, six_building_blocks

WHAT = "PEG score"
_NAMES = r"\bPEG\b(?! ?(tube|feed|3350))|pain,? enjoyment"


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case):
        return not_for
    scores = [_evidence(p) for p in peg_scores(case.chart) if p.mean is not None]
    return due(case, scores, case.policy.peg_days, WHAT, _maybe(case, scores))


def _evidence(peg: Peg) -> Evidence:
    return Evidence(
        peg.records[0], peg.on, f"PEG {peg}", "; ".join(n for n in (f"{peg} of 10", peg.note) if n)
    )


def _maybe(case: Case, scores: list[Evidence]) -> list[Evidence]:
    """Asked, but incomplete or not readable as a score."""
    unread = [
        Evidence(p.records[0], p.on, f"PEG: {p.note}") for p in peg_scores(case.chart) if p.mean is None
    ]
    partly = [Evidence(o, o.when, o.display) for o in incomplete(case.chart)]
    found = [*unread, *partly]
    return [*found, *named(case.chart, _NAMES, [*scores, *found])]


RULE = Rule(
    id="PV-02",
    block=Block.PLANNED_VISITS,
    title="Pain and function (PEG)",
    advice="Ask the three PEG questions and hold the answers against what the patient wants to be able to do.",
    source=six_building_blocks("Tracking and monitoring: PEG at every visit (program registry, 2016)"),
    further_sources=(cdc_2022(2, "goals for pain and function"), cdc_2022(7, "benefits reviewed regularly")),
    needs=frozenset({"MedicationRequest", "Observation"}),
    also_reads=frozenset({"QuestionnaireResponse", "DocumentReference"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START, Hook.APPOINTMENT_BOOK}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("peg_days", "lead_days"),
    say=("What would you like to be able to do that pain gets in the way of?",),
)
