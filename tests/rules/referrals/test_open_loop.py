"""RF-04: each state of a referral, at and under its timer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.records import Gap, Unavailable
from rules.referrals.loop import State
from rules.referrals.loops import loops
from rules.referrals.open_loop import RULE, evaluate
from rules.rule import Status
from tests.builders import document, referral, task
from tests.rules.situations import no_opioid

INDICATED, ADDRESSED, UPCOMING = Status.INDICATED, Status.ADDRESSED, Status.UPCOMING
NOT_INDICATED, UNDETERMINED = Status.NOT_INDICATED, Status.UNDETERMINED
BH, SUD = "306227000", "1254709001"


def sent(code=BH, on=10, **changes):
    return referral(code, on=on, id="ServiceRequest/r", **changes)


def news(status):
    return task("ServiceRequest/r", status)


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([], NOT_INDICATED),
        ([sent(on=15)], ADDRESSED),
        ([sent(on=16)], UPCOMING),
        ([sent(on=29)], UPCOMING),
        ([sent(on=30)], INDICATED),
        ([sent(on=6, priority="urgent")], UPCOMING),
        ([sent(on=7, priority="urgent")], INDICATED),
        ([sent(on=7, priority="stat")], INDICATED),
        ([sent(SUD, on=6)], UPCOMING),
        ([sent(SUD, on=7)], INDICATED),  # OUD treatment does not wait a month
        ([sent(on=None)], INDICATED),
        ([sent(on="2026-01")], INDICATED),  # may be from its first day
        ([sent(on=30), news("requested")], INDICATED),
        ([sent(on=30), news("accepted")], ADDRESSED),
        ([sent(on=45), news("received")], ADDRESSED),
        ([sent(on=59), news("in-progress")], UPCOMING),
        ([sent(on=60), news("in-progress")], INDICATED),
        ([sent(on=60), news("completed")], INDICATED),  # seen, and no report
        ([sent(on=10), news("rejected")], INDICATED),
        ([sent(on=10), news("failed")], INDICATED),
        ([sent(on=60), news("completed"), document("11488-4", on=20)], ADDRESSED),
        ([sent(on=60), document("11488-4", on=20)], ADDRESSED),
        ([sent(on=60), document("11488-4", on=80)], INDICATED),  # of an earlier visit
        ([sent(on=60), document("11488-4", on=20, status="entered-in-error")], INDICATED),
        ([sent(on=200, status="completed")], ADDRESSED),
        ([sent(on=200, status="revoked")], NOT_INDICATED),
        ([sent(on=200, intent="proposal")], NOT_INDICATED),
        ([referral(text="Referral to ophthalmology", on=200)], NOT_INDICATED),
        ([referral("461481000124109", on=30)], INDICATED),
    ],
)
def test_timers(records, status):
    assert evaluate(no_opioid(*records)).status is status


def test_the_latest_news_of_a_referral_counts():
    case = no_opioid(
        sent(on=40), task("ServiceRequest/r", "requested", on=40), task("ServiceRequest/r", "accepted", on=30)
    )
    assert loops(case)[0].state is State.ACKNOWLEDGED


def test_the_reason_names_who_when_and_how_long():
    found = evaluate(no_opioid(sent(on=30, text="Counselling", performers=("Harbor Clinic",))))
    assert found.reasons[0].text == "Counselling to Harbor Clinic, 31 Jan 2026: sent, 30 days ago"
    assert found.reasons[0].record_ids == ("ServiceRequest/r",)


@pytest.mark.parametrize("kind", ["Task", "DocumentReference"])
def test_an_answer_that_could_not_be_seen_leaves_it_open(kind):
    refused = Unavailable(kind, Gap.REFUSED, f"{kind} was not shared")
    assert RULE.assess(no_opioid(sent(on=90), unavailable=(refused,))).status is UNDETERMINED
    assert RULE.assess(no_opioid(sent(), news("rejected"), unavailable=(refused,))).status is INDICATED


@given(st.integers(0, 200), st.integers(0, 200))
def test_waiting_longer_never_makes_it_less_due(days, more):
    order = [ADDRESSED, UPCOMING, INDICATED]
    now, later = (evaluate(no_opioid(sent(on=n))).status for n in (days, days + more))
    assert order.index(later) >= order.index(now)
