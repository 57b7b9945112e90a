"""OR-12: a new full-agonist opioid where opioid use disorder is on the problem list."""

import pytest

from rules.orders.second_look import RULE
from tests.builders import condition, order
from tests.rules.orders.cases import OXY, ask, cancer_pain, draft, hospice, ordering, running, status

OUD = "F11.20"
NEW = draft(*OXY, 4, days=5)


def disorder(code=OUD, **changes):
    return condition(code, text="Opioid dependence", **changes)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "not indicated"),
        ([disorder()], "indicated"),
        ([disorder(onset=3000)], "indicated"),  # the fault of CDC's: only diagnoses of the last 90 days
        ([disorder(), order("buprenorphine film", 8, 2)], "indicated"),
        ([disorder("F11.21")], "not indicated"),
        ([disorder(clinical="resolved")], "not indicated"),
        ([disorder(verification="provisional")], "undetermined"),
        (
            [condition("T40.2X1A", text="Poisoning by other opioids")],
            "not indicated",
        ),  # another fault of CDC's
        ([disorder(), cancer_pain()], "indicated"),
        ([disorder(), hospice()], "indicated"),
    ],
)
def test_by_what_is_on_the_problem_list(records, expected):
    assert status(RULE, ordering(*records, drafts=NEW)) == expected


def test_a_renewal_is_not_new():
    assert status(RULE, ordering(disorder(), running(), drafts=NEW)) == "not indicated"
    assert status(RULE, ordering(disorder(), running(), drafts=draft("morphine", 15, 2))) == "indicated"


@pytest.mark.parametrize("treatment", ["buprenorphine film", "ibuprofen"])
def test_an_order_for_treatment_asks_for_nothing(treatment):
    assert status(RULE, ordering(disorder(), drafts=draft(treatment, 8, 2))) == "not indicated"


def test_no_card_names_the_diagnosis():
    found = ask(RULE, ordering(disorder(), drafts=NEW))
    told = " ".join([RULE.title, found.advice, found.card, *(r.text for r in found.guidance.reasons)]).lower()
    for word in ("disorder", "dependence", "oud", "buprenorphine", "addict"):
        assert word not in told
    assert [i for r in found.guidance.reasons for i in r.record_ids][-1].startswith("Condition/")
