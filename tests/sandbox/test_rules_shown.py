"""Together the practice patients show every answer that every rule can give, or it is written here why not."""

import json
from collections import defaultdict
from functools import cache

import pytest

from cds.summary import case_of
from cds.types_read import as_nothing_known
from chart.reader import read_chart
from rules.catalogue import RULES
from rules.orders.catalogue import ORDERS
from rules.policy import Policy
from rules.rule import Status
from sandbox.hook_drafts import choices, resources_of, starting_text
from sandbox.store import Store
from tests.sandbox.patient_parts import PATIENTS, TODAY, named, resources

FOR_THE_PAGE = tuple(rule for rule in RULES if rule not in ORDERS)
WANTED = (Status.INDICATED, Status.ADDRESSED, Status.UPCOMING, Status.UNDETERMINED)

NO_DATE = "it speaks of a finding or a number, and nothing in it falls due on a day"
IS_A_FINDING = "it tells a finding that stands as long as it is on record; there is nothing that answers it"
ASKED_ONCE = "by the default policy it is asked again only after a positive result, so no day is set"
OF_THE_CLINIC = (
    "it speaks of the clinic's policy and not of a patient; tests/rules/test_policy_remarks.py shows it"
)
AT_ORDER = "an order is judged when it is written: nothing is due later"
NO_ANSWER_AT_ORDER = "it tells the prescriber a fact of this order; there is nothing that answers it"

# (why, status): the rules that cannot answer so. A rule that can is no longer named here.
CANNOT = {
    (NO_DATE, Status.UPCOMING): """
        POP-01 POP-02 POP-03 PV-03 PV-07 PV-10 PV-11 PV-12 PV-13 PV-14 PV-15 PV-16 PV-17 PV-19 PV-20 PV-21 PV-22
        PV-23 PV-24 PV-25 PV-26 PV-27 PV-29 CX-02 CX-07 CX-08 CX-09 CX-10 RF-01 RF-02 RF-03 RF-05 PR-01 PR-02 PR-03""",
    (ASKED_ONCE, Status.UPCOMING): "CX-03 CX-04",
    (AT_ORDER, Status.UPCOMING): "OR-01 OR-02 OR-03 OR-04 OR-05 OR-06 OR-07 OR-10 OR-11 OR-12 OR-13",
    (IS_A_FINDING, Status.ADDRESSED): """
        POP-02 PV-10 PV-11 PV-14 PV-15 PV-17 PV-19 PV-20 PV-21 PV-22 PV-23 PV-24 PV-25 PV-26 PV-27 CX-10 PR-01
        PR-02""",
    (NO_ANSWER_AT_ORDER, Status.ADDRESSED): "OR-01 OR-03 OR-04 OR-05 OR-06 OR-11 OR-12",
    ("no practice patient has been reviewed in the first months of an opioid", Status.ADDRESSED): "PV-29",
    ("a record of it holds for everybody, so nobody has to do it", Status.INDICATED): "PR-03",
    ("what cannot be told is what it is there to say: it is indicated then", Status.UNDETERMINED): "POP-03",
    **{(OF_THE_CLINIC, status): "PA-01" for status in WANTED},
}


@cache
def shown():
    """(rule id, status) -> the patients who show it."""
    found = defaultdict(set)
    for patient in PATIENTS:
        for rule in FOR_THE_PAGE:
            found[rule.id, rule.assess(case(patient)).status].add(patient.id)
        for draft in drafts(patient):
            signing = case(patient, draft)
            for rule in ORDERS:
                found[rule.id, rule.assess(signing).status].add(patient.id)
    return found


def case(patient, *written):
    chart = read_chart(resources(patient), TODAY, patient_id=patient.id, drafts=written)
    return case_of(as_nothing_known(chart), Policy())


def drafts(patient):
    """What the console offers to write for this patient."""
    store = Store()
    store.add_bundle(patient.bundle)
    for choice, _ in choices(store, patient.id):
        text = starting_text(store, patient.id, "order-sign", choice, TODAY)
        yield from resources_of(json.loads(text))


def cannot():
    return {(rule, status) for (_, status), rules in CANNOT.items() for rule in rules.split()}


@pytest.mark.parametrize("status", WANTED, ids=lambda s: s.value)
def test_every_rule_is_shown_in_every_answer_it_can_give(status):
    missing = {rule.id for rule in RULES if not shown()[rule.id, status]}
    assert missing == {rule for rule, other in cannot() if other is status}


def test_every_rule_is_shown_where_it_does_not_apply():
    """Silence has to be seen too: but for a rule that holds for everybody, someone is not spoken to."""
    assert [rule.id for rule in RULES if not shown()[rule.id, Status.NOT_INDICATED]] == []


def test_a_patient_whose_record_has_not_arrived_is_never_told_that_all_is_well():
    """A visit is booked; that is no record of care. Decision 13: an empty chart is a gap in every type."""
    perpetua = case(named("perpetua-achebe-lindholm"))
    answers = {rule.id: rule.assess(perpetua).status for rule in FOR_THE_PAGE}
    assert {name for name, status in answers.items() if status is not Status.UNDETERMINED} == {
        "POP-03",
        "PA-01",
    }
    assert perpetua.mme.at_least


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: p.id)
def test_each_rule_a_patient_was_made_for_exists(patient):
    assert set(patient.shows) <= {rule.id for rule in RULES}
