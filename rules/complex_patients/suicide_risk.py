"""CX-09: a suicide risk screen of moderate or high level, or suicidal thoughts on the problem list."""

from chart.records import Condition
from rules.case import Case
from rules.codes import find
from rules.complex_patients import sources
from rules.complex_patients.sets import SUICIDALITY_NOW
from rules.complex_patients.suicide_screen import Level, Suicidality, suicide_screens
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status

ADVICE = (
    "Follow the clinic's safety protocol now. At high level, do not leave the person alone; 988 or emergency "
    "services are there day and night. Talk about medicines and firearms at home."
)
AGAIN = "Ask about safety again today with a suicide risk screen: an earlier screen says nothing of today."


def evaluate(case: Case) -> Guidance:
    """A screen speaks for its own day only, so an earlier level of risk is asked about again."""
    screens = suicide_screens(case)
    today = [s for s in screens if s.on is None or s.on.may_be_within(0, case.as_of)]
    at_risk = [s for s in today if s.level >= Level.MODERATE]
    if at_risk:
        return Guidance(Status.INDICATED, tuple(Reason.of(s.told(), s.records) for s in at_risk), case.as_of)
    return _earlier(case, screens, today)


def _earlier(case: Case, screens: tuple[Suicidality, ...], today: list[Suicidality]) -> Guidance:
    concerns = (*_listed(case), *_earlier_screen(case, screens))
    answered = [s for s in today if s.is_complete and s.on]
    if answered:
        done = Reason.of(answered[0].told(), answered[0].records)
        return Guidance(Status.ADDRESSED, (done, *(r for r, _ in concerns)))
    if not concerns:
        told = tuple(Reason.of(s.told(), s.records) for s in screens[:1])
        nothing = Reason("No suicide risk screen with moderate or high level on file")
        return Guidance(Status.NOT_INDICATED, told or (nothing,))
    priority = Priority.SAFETY if any(recent for _, recent in concerns) else Priority.HIGH
    return Guidance(Status.INDICATED, tuple(r for r, _ in concerns), case.as_of, priority, AGAIN)


def _listed(case: Case) -> list[tuple[Reason, bool]]:
    """Active on the list; recorded within the days a positive screen stays current, it is today's matter."""
    found = [c for c in find(case.chart.conditions, SUICIDALITY_NOW) if c.is_active]
    kept = [(c, _is_recent(c, case)) for c in found if not _is_old_visit_diagnosis(c, case)]
    return [(Reason.of(f"On the problem list: {_told(c)}", (c,)), recent) for c, recent in kept]


def _told(condition: Condition) -> str:
    return f"{condition.display}, {condition.when}" if condition.when else condition.display


def _is_recent(condition: Condition, case: Case) -> bool:
    when = condition.recorded or condition.onset
    return when is None or when.may_be_within(case.policy.screen_positive_days, case.as_of)


def _is_old_visit_diagnosis(condition: Condition, case: Case) -> bool:
    """EHRs leave a visit's diagnosis "active" for ever."""
    of_a_visit = "encounter-diagnosis" in condition.categories
    return of_a_visit and "problem-list-item" not in condition.categories and not _is_recent(condition, case)


def _earlier_screen(case: Case, screens: tuple[Suicidality, ...]) -> list[tuple[Reason, bool]]:
    """The latest one, where it told of moderate or high risk and is not long past."""
    latest = next(iter(screens), None)
    if latest is None or latest.level < Level.MODERATE or latest.on is None:
        return []
    if not latest.on.may_be_within(case.policy.screen_positive_days, case.as_of):
        return []
    return [(Reason.of(latest.told(), latest.records), False)]


RULE = Rule(
    id="CX-09",
    block=Block.COMPLEX_NEEDS,
    title="Suicide risk",
    advice=ADVICE,
    source=sources.tool(
        "C-SSRS screener",
        "moderate: question 3, or question 6 ever; high: questions 4 or 5, or question 6 in the past 3 months",
    ),
    needs=frozenset({"Observation", "Condition"}),
    also_reads=frozenset({"QuestionnaireResponse"}),
    evaluate=evaluate,
    priority=Priority.SAFETY,
    card="A finding needs attention today; please open the visit checklist.",
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    say=(
        "I am going to stay with you while we work out what would help you be safe today.",
        "You matter to us. Who would you like to have with you right now?",
    ),
    policy=("screen_positive_days",),
)
