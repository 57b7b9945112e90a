"""The chart as it stood on its day."""

from datetime import date

import pytest

from chart.reader import read_bundle
from chart.when import When
from tests.chart.fhir_json import PATIENT, bundle, condition, request

AS_OF = date(2026, 3, 2)


def read(*resources):
    return read_bundle(bundle(PATIENT, *resources), AS_OF)


@pytest.mark.parametrize(
    ("authored", "is_kept"),
    [
        ("2026-03-01", True),
        ("2026-03-02", True),
        ("2026-03-03", False),
        ("2026-03", True),  # may be the 1st
        ("2026", True),
        ("2026-04", False),
        (None, True),
        # an evening in Honolulu is already tomorrow in UTC
        ("2026-03-03T05:00:00Z", True),
        ("2026-03-04T00:00:00Z", False),
    ],
)
def test_only_what_is_certainly_later_is_taken_out(authored, is_kept):
    assert bool(read(request(authoredOn=authored)).medication_requests) is is_kept


def test_what_was_taken_out_is_counted_and_hides_nothing():
    chart = read(request(authoredOn="2027-01-01"), request(id="r2", authoredOn="2027-01-02"))
    (aside,) = chart.set_aside
    assert aside.reason == "dated after 2 Mar 2026"
    assert aside.id == "2 records"
    assert not chart.gaps({"MedicationRequest"})


@pytest.mark.parametrize(("later", "is_look_back"), [(0, False), (1, False), (2, True)])
def test_one_mistyped_year_does_not_make_a_look_back(later, is_look_back):
    chart = read(*(request(id=f"r{n}", authoredOn="2027-01-01") for n in range(later)))
    assert chart.is_retrospective is is_look_back


def test_a_problem_that_ended_later_had_not_ended_yet():
    resolved = {"coding": [{"code": "resolved"}]}
    (problem,) = read(condition(clinicalStatus=resolved, abatementDateTime="2026-05-01")).conditions
    assert problem.is_active
    (ended,) = read(condition(clinicalStatus=resolved, abatementDateTime="2026-01-01")).conditions
    assert not ended.is_active


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2024-02-29", date(2024, 2, 29), date(2024, 2, 29)),
        ("2024-02-29T23:59:59-05:00", date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_date_means_the_days_it_can_mean(text, first, last):
    """Conformance C3.6."""
    when = When.parse(text)
    assert (when.first, when.last) == (first, last)


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13", "2024-02-30", "05/06/2023"])
def test_what_is_no_date(text):
    with pytest.raises(ValueError):
        When.parse(text)


@pytest.mark.parametrize(("days", "within"), [(89, False), (90, True), (91, True)])
def test_evidence_counts_by_its_earliest_possible_day(days, within):
    assert When.parse("2025-12-02").is_within(days, AS_OF) is within


def test_a_vague_date_is_never_certainly_recent_and_may_still_be():
    vague = When.parse("2026-02")
    assert not vague.is_within(20, AS_OF)
    assert vague.may_be_within(20, AS_OF)
