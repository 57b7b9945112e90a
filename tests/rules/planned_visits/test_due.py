"""Evidence and intervals: due on the day itself, soon within the lead time, and never from a hopeful date."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.case import Case
from rules.planned_visits.due import Evidence, due
from rules.rule import Status
from tests.builders import AS_OF, chart, days_ago, procedure, when

CASE = Case(chart())


def evidence(on, **changes):
    return Evidence(procedure("461621000124108", on=on, **changes), when(on), "PDMP review")


@pytest.mark.parametrize(
    ("ago", "status"),
    [
        (0, Status.ADDRESSED),
        (75, Status.ADDRESSED),  # due in 15 days: outside the lead time of 14
        (76, Status.UPCOMING),
        (89, Status.UPCOMING),  # due tomorrow
        (90, Status.UPCOMING),  # due today, and still within the interval
        (91, Status.INDICATED),
    ],
)
def test_at_under_and_over_the_interval(ago, status):
    guidance = due(CASE, [evidence(ago)], 90, "review")
    assert guidance.status is status
    assert guidance.due_on == days_ago(ago) + timedelta(days=90)


@pytest.mark.parametrize(
    ("on", "status"),
    [
        ("2025-12", Status.INDICATED),  # may be 1 December, 91 days ago
        ("2026-01", Status.ADDRESSED),
        ("2025", Status.INDICATED),
        ("2026-02-27T22:10:00-08:00", Status.ADDRESSED),
        (None, Status.INDICATED),
    ],
)
def test_dates_as_charts_have_them(on, status):
    assert due(CASE, [evidence(on)], 90, "review").status is status


def test_the_latest_counts_and_the_reason_names_it():
    old, new = evidence(200, id="Procedure/old"), evidence(20, id="Procedure/new")
    guidance = due(CASE, [old, new], 90, "review")
    assert guidance.reasons[0].record_ids == ("Procedure/new",)
    assert "10 Feb 2026" in guidance.reasons[0].text


def test_nothing_found_rests_on_absence_and_so_does_overdue():
    assert due(CASE, [], 90, "review").rests_on_absence
    assert due(CASE, [evidence(100)], 90, "review").rests_on_absence
    assert not due(CASE, [evidence(1)], 90, "review").rests_on_absence


def test_what_may_be_it_is_named_and_never_counted():
    guidance = due(CASE, [], 90, "review", [Evidence(procedure("1", on=5), when(5), "Registry looked at")])
    assert guidance.status is Status.INDICATED
    assert "“Registry looked at”, 25 Feb 2026, may be it" in guidance.reasons[1].text


def test_what_may_be_it_is_left_out_when_too_old_to_matter():
    assert len(due(CASE, [], 90, "review", [Evidence(procedure("1", on=500), when(500), "x")]).reasons) == 1


@given(st.lists(st.integers(0, 800), min_size=1), st.integers(0, 800))
def test_more_evidence_never_brings_it_forward(agos, extra):
    before = due(CASE, [evidence(a) for a in agos], 90, "review")
    after = due(CASE, [evidence(a) for a in [*agos, extra]], 90, "review")
    assert before.due_on <= after.due_on


@given(st.integers(0, 800))
def test_indicated_exactly_from_the_day_after_it_is_due(ago):
    guidance = due(CASE, [evidence(ago)], 90, "review")
    assert (guidance.status is Status.INDICATED) == (guidance.due_on < AS_OF)
