"""What the result of one tool says, in words for the person who asked; never a diagnosis."""

from chart.frozen import dataclass
from rules.case import Case
from rules.complex_patients.criteria import CRITERIA_FOR_OUD, criteria_on_file
from rules.complex_patients.scores import Screen, State
from rules.complex_patients.suicide_screen import Level, suicide_screens
from rules.peg import Peg, peg_scores


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a result, and what it means."""

    told: str
    meaning: str
    is_positive: bool = False
    is_complete: bool = True


POSITIVE = (
    "This is where the tool suggests a closer look. It is a first question and not a diagnosis: "
    "thank the person for answering, and talk about it together."
)
NEGATIVE = "This is below where the tool suggests a closer look. It rules nothing out: ask how things are."
UNFINISHED = (
    "Not every question was answered, so the result can only be higher. Skipping is all right; "
    "ask whether to finish together."
)
ENTERED = "The result is entered as it stands on the form; read it beside the answers."
CRITERIA = (
    "The count supports a conversation and a diagnosis made by a clinician; nothing is added to the problem list. "
    "Opioid use disorder is treatable, and treatment can begin here."
)
PEG_MEANING = (
    "0 is no pain and no interference, 10 the most there can be. What counts is the change over time, "
    "and what the person wants to be able to do."
)


def of_screen(found: Screen) -> Result:
    if found.score is None:
        return Result(f"{found.instrument.name}: no result yet", UNFINISHED, is_complete=False)
    is_complete = found.state is not State.INCOMPLETE and not found.score.missing
    if found.was_positive:
        return Result(found.score.told(), POSITIVE, is_positive=True, is_complete=is_complete)
    return Result(found.score.told(), NEGATIVE if is_complete else UNFINISHED, is_complete=is_complete)


def of_peg(case: Case) -> tuple[Result, ...]:
    return tuple(_peg(peg) for peg in peg_scores(case.chart)[-1:])


def _peg(peg: Peg) -> Result:
    if peg.mean is None:
        return Result(f"PEG: {peg.note}, {peg.on}", UNFINISHED, is_complete=False)
    return Result(f"PEG: {peg} of 10, {peg.on}", PEG_MEANING)


def of_suicide_screen(case: Case) -> tuple[Result, ...]:
    return tuple(
        Result(s.told(), POSITIVE if s.level > Level.NONE else NEGATIVE, s.level > Level.NONE, s.is_complete)
        for s in suicide_screens(case)[:1]
    )


def of_criteria(case: Case) -> tuple[Result, ...]:
    found = criteria_on_file(case)
    if found is None:
        return ()
    is_positive = found.count >= CRITERIA_FOR_OUD
    meaning = CRITERIA if is_positive else NEGATIVE if found.is_complete else UNFINISHED
    return (Result(found.reason().text, meaning, is_positive, found.is_complete),)


def of_numbers(case: Case) -> tuple[Result, ...]:
    """Totals that no cut-off is held against here."""
    return tuple(
        Result(f"{o.display}: {o.value.number.normalize():f}, {o.when}", ENTERED)
        for o in case.chart.observations
        if o.value.number is not None
    )
