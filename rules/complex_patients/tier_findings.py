"""The findings behind each level of support (specification 5.10)."""

import re
from collections.abc import Iterator
from datetime import timedelta

from chart.medications import DrugClass
from chart.records import Condition, Encounter
from chart.terms import Record
from rules.case import Case
from rules.codes import ValueSet, find
from rules.complex_patients import self_harm_question, suicide_risk
from rules.complex_patients.alcohol import alcohol_screens
from rules.complex_patients.anxiety import anxiety_screen
from rules.complex_patients.confirmed_tests import confirmed_unexpected
from rules.complex_patients.depression import PHQ9_SEVERE, full_screen
from rules.complex_patients.disorder import disorder
from rules.complex_patients.scores import State
from rules.complex_patients.substances import dast_screen
from rules.complex_patients.trauma import trauma_screen
from rules.in_use import in_use
from rules.kidney_liver import reduced_kidney, reduced_liver
from rules.overdose_risk import overdoses
from rules.pregnancy import pregnancy
from rules.rule import Priority, Reason, Status
from rules.trend import change, is_tapering
from rules.valuesets import (
    ALCOHOL_USE_DISORDER,
    CHRONIC_PAIN,
    COPD,
    OTHER_SUBSTANCE_USE_DISORDER,
    SLEEP_DISORDERED_BREATHING,
    TAPER,
)

_DEPRESSANTS = (
    DrugClass.BENZODIAZEPINE, DrugClass.Z_DRUG, DrugClass.GABAPENTINOID, DrugClass.MUSCLE_RELAXANT,
    DrugClass.BARBITURATE, DrugClass.OTHER_SEDATIVE,
)  # fmt: skip
_MONTH = 30
_PAIN = re.compile(r"\bpain\b|\bache\b|\w+algia\b", re.IGNORECASE)
_UNCONFIRMED = frozenset({"unconfirmed", "provisional", "differential"})
POLICY = (
    "overdose_recent_days", "overdose_days", "dose_decrease", "mme_extra_care", "mme_measure_flag",
    "pregnancy_days", "older_age", "egfr_caution", "egfr_days", "ed_pain_visits", "ed_pain_days",
    "screen_positive_days", "screen_days", "pc_ptsd5_positive", "oud_signal_days",
)  # fmt: skip


def today(case: Case) -> tuple[Reason, ...]:
    found: list[Reason] = []
    for rule in (self_harm_question.RULE, suicide_risk.RULE):
        guidance = rule.evaluate(case)
        if guidance.status is Status.INDICATED and (guidance.priority or rule.priority) is Priority.SAFETY:
            found += guidance.reasons[:1]
    found += _overdose(case, case.policy.overdose_recent_days)
    return (*found, *_sudden_decrease(case))


def team_plan(case: Case) -> tuple[Reason, ...]:
    policy = case.policy
    return (
        *(Reason.of(f"Active opioid use disorder: {c.display}", (c,)) for c in disorder(case).active[:1]),
        *_confirmed_disorder(case, ALCOHOL_USE_DISORDER, OTHER_SUBSTANCE_USE_DISORDER),
        *_overdose(case, policy.overdose_days),
        *_dose(case, least=policy.mme_measure_flag),
        *_benzodiazepine_with_more(case),
        *_depression(case, severe=True),
        *pregnancy(case.chart, policy),
        *_taper(case),
        *_tests(case),
    )


def extra_support(case: Case) -> tuple[Reason, ...]:
    policy = case.policy
    findings = (
        *_dose(case, least=policy.mme_extra_care, under=policy.mme_measure_flag),
        *_overlap(case, *_DEPRESSANTS),
        *_depression(case, severe=False),
        *_positive_screens(case),
        *_active(case, SLEEP_DISORDERED_BREATHING, COPD),
        *reduced_kidney(case.chart, policy),
        *reduced_liver(case.chart),
        *_emergency_pain_visits(case),
    )
    return (*findings, *_older(case)) if findings else ()


def _overdose(case: Case, within: int) -> Iterator[Reason]:
    for event in overdoses(case.chart):
        when = event.when if isinstance(event, (Condition, Encounter)) else None
        if when is None or when.may_be_within(within, case.as_of):
            yield Reason.of(f"Overdose on record, {when or 'without a date'}", (event,))


def _sudden_decrease(case: Case) -> Iterator[Reason]:
    """By more than the policy's share in a month, and not because treatment for OUD took its place."""
    moved = change(case, _MONTH)
    has_moud = any(entry.is_current for entry in case.mme.excluded)
    if moved is None or moved.before.mme == 0 or moved.now.at_least or has_moud:
        return
    if (moved.before.mme - moved.now.mme_uncertain) / moved.before.mme > case.policy.dose_decrease:
        yield Reason(f"Large or sudden decrease: {moved.told}")


def _dose(case: Case, *, least: object, under: object = None) -> Iterator[Reason]:
    mme = case.mme
    if mme.total >= least and (under is None or mme.total < under):  # type: ignore[operator]
        ids = tuple(i for c in mme.by_medication for i in c.record_ids)
        labels = frozenset[tuple[str, str]]().union(*(c.labels for c in mme.by_medication))
        yield Reason(f"Dosage: {mme}", ids, labels)


def _confirmed_disorder(case: Case, *sets: ValueSet) -> Iterator[Reason]:
    found = [
        c for c in find(case.chart.conditions, *sets) if c.is_active and c.verification not in _UNCONFIRMED
    ]
    if found := [c for c in found if "remission" not in c.display.lower()]:
        yield Reason.of(f"Substance use disorder: {found[0].display}", found)


def _benzodiazepine_with_more(case: Case) -> tuple[Reason, ...]:
    """One more finding beside the pair: its own overlap does not count twice."""
    pair = tuple(_overlap(case, DrugClass.BENZODIAZEPINE))
    if not pair:
        return ()
    more = (
        *_dose(case, least=case.policy.mme_extra_care),
        *_overlap(case, *(c for c in _DEPRESSANTS if c is not DrugClass.BENZODIAZEPINE)),
        *_depression(case, severe=False),
        *_positive_screens(case),
        *_active(case, SLEEP_DISORDERED_BREATHING, COPD),
        *reduced_kidney(case.chart, case.policy),
        *reduced_liver(case.chart),
        *_older(case),
    )
    return (*pair, *more) if more else ()


def _overlap(case: Case, *classes: DrugClass) -> Iterator[Reason]:
    """Only beside an opioid; what may be in use counts, and says so."""
    has_opioid = case.mme.has_opioid_in_use or any(entry.is_current for entry in case.mme.excluded)
    if has_opioid:
        for found in in_use(case, *classes):
            reason = found.reason()
            yield Reason(f"With an opioid: {reason.text}", reason.record_ids, reason.labels)


def _depression(case: Case, *, severe: bool) -> Iterator[Reason]:
    found = full_screen(case)
    if found.state is State.POSITIVE and found.score and (found.score.points >= PHQ9_SEVERE) is severe:
        yield found.score.reason()


def _positive_screens(case: Case) -> Iterator[Reason]:
    screens = (anxiety_screen(case), trauma_screen(case), *alcohol_screens(case), dast_screen(case))
    yield from (s.score.reason() for s in screens if s.state is State.POSITIVE and s.score)


def _active(case: Case, *sets: ValueSet) -> Iterator[Reason]:
    for members in sets:
        if found := [c for c in find(case.chart.conditions, members) if c.is_active]:
            yield Reason.of(f"{members.name[:1].upper()}{members.name[1:]}: {found[0].display}", found)


def _older(case: Case) -> Iterator[Reason]:
    if case.chart.age is not None and case.chart.age >= case.policy.older_age:
        yield Reason.of(f"Age {case.chart.age}", (case.chart.patient,))


def _taper(case: Case) -> Iterator[Reason]:
    since = case.as_of - timedelta(days=case.policy.visit_days)
    done = [
        p for p in find(case.chart.procedures, TAPER)
        if p.status == "in-progress" or (p.status == "completed" and p.when and p.when.last >= since)
    ]  # fmt: skip
    if done:
        yield Reason.of(f"A taper is under way, {done[0].when or 'without a date'}", done)
    elif is_tapering(case):
        yield Reason("The dose is being lowered")


def _tests(case: Case) -> Iterator[Reason]:
    """Two days with a confirmed result that no prescription explains."""
    found: tuple[Record, ...] = confirmed_unexpected(case)
    if len(found) >= 2:
        yield Reason.of(f"{len(found)} confirmed unexpected test results in 12 months", found)


def _emergency_pain_visits(case: Case) -> Iterator[Reason]:
    policy = case.policy
    visits = [v for v in case.chart.encounters if _is_for_pain(v, case)]
    visits = [v for v in visits if v.when is None or v.when.may_be_within(policy.ed_pain_days, case.as_of)]
    if len(visits) >= policy.ed_pain_visits:
        yield Reason.of(f"{len(visits)} emergency visits for pain in 6 months", visits)


def _is_for_pain(visit: Encounter, case: Case) -> bool:
    told = (
        *visit.types,
        *visit.reasons,
        *(c.concept for c in case.chart.conditions if c.id in visit.diagnoses),
    )
    is_emergency = visit.kind == "EMER" or any("emergency" in t.display.lower() for t in visit.types)
    is_over = visit.status not in ("cancelled", "planned")
    return is_emergency and is_over and any(_PAIN.search(c.display) or CHRONIC_PAIN.has(c) for c in told)
