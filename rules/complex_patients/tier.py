"""The level of support that the findings suggest: A routine, B extra, C team plan, D today."""

from collections.abc import Callable
from datetime import date, timedelta

from chart.frozen import dataclass
from rules.case import Case
from rules.complex_patients.disorder import disorder
from rules.complex_patients.screening import is_concerned
from rules.complex_patients.tier_findings import extra_support, team_plan, today
from rules.newer import has_newer
from rules.outcome_kinds import TIERS
from rules.outcomes import chosen_tier
from rules.rule import Reason

# What the findings come from; where it is missing the tier is less certain, and never lower.
READS = (
    "Observation", "QuestionnaireResponse", "Condition", "Encounter", "Procedure",
    "MedicationRequest", "MedicationDispense", "MedicationStatement",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TierChoice:
    """A clinician's own choice, with the reason and the last day it holds."""

    letter: str
    reason: str
    until: date


@dataclass(frozen=True, slots=True)
class Tier:
    letter: str
    reasons: tuple[Reason, ...]  # of the highest tier found; other findings follow in `also`
    applies: bool = True  # False: no opioid in use and no OUD, or outside the guideline
    also: tuple[Reason, ...] = ()
    gaps: tuple[str, ...] = ()  # what could not be read: it might raise the tier
    chosen: TierChoice | None = None  # in force; `letter` is then the clinician's
    suggested: str = ""  # the letter the findings suggest

    @property
    def label(self) -> str:
        return TIERS[self.letter]


def support_tier(case: Case) -> Tier:
    """Never a score, and never from family history, neighbourhood, payer, race or pharmacy count."""
    steps: tuple[tuple[str, Callable[[Case], tuple[Reason, ...]]], ...] = (
        ("D", today),
        ("C", team_plan),
        ("B", extra_support),
    )
    found = {letter: tuple(dict.fromkeys(reasons)) for letter, f in steps if (reasons := f(case))}
    letter = next(iter(found), "A")
    every = dict.fromkeys(r for reasons in found.values() for r in reasons)
    also = tuple(r for r in every if r not in found[letter])
    choice = _in_force(case, letter, found.get(letter, ()))
    return Tier(
        letter=choice.letter if choice else letter,
        reasons=found.get(letter, ()),
        applies=_applies(case),
        also=also,
        gaps=(*case.chart.gaps(READS), *_uncertain_dose(case)),
        chosen=choice,
        suggested=letter,
    )


def _applies(case: Case) -> bool:
    """Opioid use disorder is cared for whatever else there is; planned visits pause outside the guideline."""
    return bool(disorder(case).active) or (is_concerned(case) and case.exclusion is None)


def _in_force(case: Case, suggested: str, reasons: tuple[Reason, ...]) -> TierChoice | None:
    choice = case.tier_choice or _recorded(case, suggested, reasons)
    return choice if choice and choice.letter in TIERS and case.as_of <= choice.until else None


def _recorded(case: Case, suggested: str, reasons: tuple[Reason, ...]) -> TierChoice | None:
    """A lower level than the findings suggest gives way to newer findings, and after its own day to any D."""
    made = chosen_tier(case)
    if made is None or made.until is None:
        return None
    is_lower = made.value < suggested
    is_overtaken = suggested == "D" and made.on < case.as_of
    if is_lower and (is_overtaken or has_newer(case, made.rule_id, reasons, made.on)):
        return None
    return TierChoice(made.value, made.note, made.until - timedelta(days=1))


def _uncertain_dose(case: Case) -> tuple[str, ...]:
    mme = case.mme
    return ("the daily dose is known only in part",) if mme.at_least and mme.has_opioid_in_use else ()
