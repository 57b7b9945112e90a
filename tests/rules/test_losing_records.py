"""Whatever record is lost, a finding about complex needs or a referral is never lost without a trace."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from chart.reader import read_bundle
from rules.case import Case
from rules.catalogue import COMPLEX_NEEDS, CONFIDENTIALITY, REFERRALS
from rules.rule import Status
from sandbox.patients import practice_patients

TODAY = date(2026, 11, 22)
RULES = (*COMPLEX_NEEDS, *REFERRALS, *CONFIDENTIALITY)
OPEN = (Status.INDICATED, Status.UNDETERMINED)
FIELDS = (
    "conditions", "observations", "questionnaire_responses", "procedures", "service_requests", "consents", "tasks",
)  # fmt: skip
STORIES = ("Tamihana", "Redfern", "Asare", "Trần", "Kealoha", "Thibodeaux")


@cache
def charts():
    found = [p for p in practice_patients(TODAY) if any(name in p.name for name in STORIES)]
    assert len(found) == len(STORIES)
    return {p.name: read_bundle(p.bundle, TODAY) for p in found}


def answers(case):
    return {rule.id: rule.assess(case) for rule in RULES}


def without(chart, field, record):
    return replace(chart, **{field: tuple(r for r in getattr(chart, field) if r is not record)})


def evidence(answer):
    return {i for reason in answer.guidance.reasons for i in reason.record_ids}


@pytest.mark.parametrize("name", STORIES)
def test_losing_one_record(name):
    """Except its own evidence: the rule then says what it says of a patient without it."""
    chart = next(c for full, c in charts().items() if name in full)
    whole = Case(chart)
    before = answers(whole)
    for field in FIELDS:
        for record in getattr(chart, field):
            case = Case(without(chart, field, record))
            case.__dict__["mme"], case.__dict__["therapy"] = whole.mme, whole.therapy
            for rule_id, after in answers(case).items():
                was = before[rule_id]
                if was.status in OPEN and after.status not in OPEN:
                    lost = (rule_id, record.id, record.display)
                    assert record.id in evidence(was) or after.status is Status.UPCOMING, lost
