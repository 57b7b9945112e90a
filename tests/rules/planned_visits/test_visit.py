"""PV-01: visit about opioid therapy."""

from dataclasses import replace

import pytest

from rules.planned_visits.visit import RULE
from tests.builders import appointment, concept, condition, encounter, order
from tests.rules.planned_visits.cases import (
    answer,
    case,
    hidden,
    hospice,
    long_term,
    short_term,
    status,
    texts,
)

PAIN = (concept(text="Chronic pain follow-up"),)


def seen(ago, **changes):
    return encounter(**{"on": ago, "reasons": PAIN, **changes})


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (5, "addressed"),
        (75, "addressed"),
        (76, "upcoming"),
        (89, "upcoming"),
        (90, "upcoming"),
        (91, "indicated"),
    ],
)
def test_interval(ago, expected):
    assert status(RULE, long_term(seen(ago))) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (seen(5, kind="VR"), "addressed"),
        (seen(5, kind=""), "addressed"),  # class not recorded, reason is
        (seen(5, kind="EMER"), "indicated"),
        (seen(5, kind="IMP"), "indicated"),
        (seen(5, status="planned"), "indicated"),
        (seen(5, status="cancelled"), "indicated"),
        (seen(5, reasons=()), "indicated"),  # may have been about anything
        (seen(5, reasons=(), types=(concept(text="Medication management"),)), "addressed"),
        (seen(5, reasons=(concept(("http://hl7.org/fhir/sid/icd-10-cm", "G89.4")),)), "addressed"),
    ],
)
def test_visits(record, expected):
    assert status(RULE, long_term(record)) == expected


def test_a_visit_linked_to_a_pain_diagnosis_counts():
    pain = condition("G89.29", id="Condition/pain")
    assert (
        status(RULE, long_term(pain, seen(5, reasons=(), diagnoses=frozenset({"Condition/pain"}))))
        == "addressed"
    )


def test_a_visit_with_the_opioid_prescriber_counts_with_a_note():
    mine = order("oxycodone", 5, 4, authored=100, days=120, requester="Practitioner/1")
    with_them = seen(5, reasons=(), participants=frozenset({"Practitioner/1"}))
    assert status(RULE, case(mine, with_them)) == "addressed"
    assert "the reason is not recorded" in texts(RULE, case(mine, with_them))


def test_a_visit_of_unknown_purpose_is_named():
    assert "may be it" in texts(RULE, long_term(seen(5, reasons=())))


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        (appointment("Opioid visit", on=0), "upcoming"),
        (appointment("Opioid visit", on=-14), "upcoming"),
        (appointment("Opioid visit", on=-15), "indicated"),
        (appointment("Opioid visit", on=-3, status="cancelled"), "indicated"),
        (appointment("Opioid visit", on=3), "indicated"),  # past
    ],
)
def test_a_booked_visit(booked, expected):
    assert status(RULE, long_term(booked)) == expected


def test_a_later_booking_is_named():
    assert "Booked: Opioid visit" in texts(RULE, long_term(appointment("Opioid visit", on=-30)))


def test_every_month_during_a_taper():
    before = order("oxycodone", 10, 4, authored=130, days=110, status="completed")
    now = order("oxycodone", 10, 3, authored=20, days=60)
    of = case(before, now, seen(31))
    assert status(RULE, of) == "indicated"
    assert "The dose is being lowered" in texts(RULE, of)
    assert answer(RULE, case(replace(before, status="completed"), now, seen(5))).status.value == "addressed"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("Encounter")), "undetermined"),
        (long_term(), "indicated"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
