"""Marks on what carries no label: which records, told as inferred, kept to the end, and never taken for part 2."""

from dataclasses import replace

import pytest

from cds.evidence import Evidence
from cds.referrals.as_fhir import service_request
from chart.terms import ACT_CODE
from rules.confidentiality import neutral, part2_record
from rules.confidentiality.inferred import with_marks
from rules.confidentiality.withhold import withhold
from rules.labels import (
    INFERRED,
    INFERRED_TOLD,
    high_water,
    is_inferred,
    is_part2,
    is_sensitive,
    needs_notice,
)
from rules.policy import Policy
from rules.referrals import oud_treatment
from rules.rule import Role, Status
from tests.builders import chart, condition, encounter, order
from tests.cds.referrals.made import KNOWN_AS, changed, referral
from tests.rules.situations import no_opioid

OPIOIDUD = (ACT_CODE, "OPIOIDUD")
PROGRAM = Policy(substance_use_programs=("Harbor Light Recovery", "Organization/9"))


def marks(record, policy=PROGRAM):
    seen = with_marks(chart(record), policy)
    (found,) = (*seen.conditions, *seen.medication_requests, *seen.encounters)
    return found.labels


@pytest.mark.parametrize(
    ("record", "is_marked"),
    [
        (condition("F10.20"), True),
        (condition("F11.20"), True),
        (condition("F11.90"), True),
        (condition("F14.10"), True),
        (condition("F19.21"), True),
        (condition("5602001"), True),
        (condition("F09"), False),
        (condition("F20.9"), False),
        (condition("F32.1"), False),
        (condition("", text="F11"), False),
        (order("buprenorphine film", 8, 2), True),
        (order("naltrexone", 50, 1), True),
        (order("methadone", 10, 3), False),  # a pain medicine too
        (order("methadone", 10, 3, reasons=(condition("F11.20").concept,)), True),
        (order("buprenorphine patch", 10), False),
        (order("oxycodone", 5, 4), False),
        (encounter(provider=("Organization/9",)), True),
        (encounter(provider=("Organization/1", "Harbor Light  Recovery")), True),
        (encounter(provider=("Organization/1", "Alder Creek")), False),
        (encounter(), False),
    ],
)
def test_what_is_marked(record, is_marked):
    assert is_inferred(marks(record)) is is_marked


@pytest.mark.parametrize("record", [condition("F11.20"), order("buprenorphine film", 8, 2)])
def test_a_clinic_can_switch_it_off(record):
    assert marks(record, Policy(infer_sensitive=False)) == frozenset()


def test_a_label_of_the_ehr_needs_no_mark():
    assert marks(replace(condition("F11.20"), labels=frozenset({OPIOIDUD}))) == {OPIOIDUD}


def test_a_mark_is_sensitive_and_not_part_2():
    assert is_sensitive(INFERRED)
    assert not is_part2(INFERRED)
    assert not needs_notice(INFERRED)
    case = no_opioid(replace(condition("F11.20"), labels=INFERRED))
    assert part2_record.evaluate(case).status is Status.NOT_INDICATED


def test_it_stays_on_what_is_made_from_it():
    seen = withhold(chart(condition("F11.20")), Policy())
    found = oud_treatment.evaluate(no_opioid(*seen.conditions))
    assert is_inferred(high_water(*(r.labels for r in found.reasons)))


@pytest.mark.parametrize(("role", "count"), [(Role.PRESCRIBER, 2), (Role.NURSE, 2), (Role.FRONT_DESK, 0)])
def test_treating_staff_see_it_and_the_front_desk_does_not(role, count):
    """Buprenorphine still counts in what is looked at together."""
    seen = withhold(chart(condition("F11.20"), order("buprenorphine film", 8, 2)), Policy(), role)
    assert len(seen.conditions) + len(seen.medication_requests) == count


def test_it_is_told_as_inferred():
    seen = withhold(chart(condition("F11.20", id="Condition/oud")), Policy())
    (item,) = Evidence(seen).items(("Condition/oud",))
    assert INFERRED_TOLD in item.doubts
    told = neutral.evaluate(no_opioid(*seen.conditions)).reasons
    assert told[1].text == "Marked as sensitive by this app, not by the EHR"


def test_it_is_never_written_to_the_ehr():
    made = service_request(changed(referral(), labels=INFERRED | {OPIOIDUD}), KNOWN_AS)
    assert made["meta"]["security"] == [{"system": ACT_CODE, "code": "OPIOIDUD"}]
    assert "meta" not in service_request(changed(referral(), labels=INFERRED), KNOWN_AS)


def test_naltrexone_for_weight_is_no_treatment():
    plain = order("naltrexone", 8).product
    other = replace(plain.ingredients[0], name="bupropion", rxcui="42347")
    both = replace(plain, ingredients=(*plain.ingredients, other))
    assert not is_inferred(marks(order(both)))
