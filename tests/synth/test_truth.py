"""The truth itself: doses day by day, long-term therapy and what should be due, against cases worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from synth.expected import expected
from synth.life import Fill, Life
from synth.medicines import opioids

AS_OF = date(2026, 3, 2)
OXYCODONE = next(o for o in opioids() if o.name == "oxycodone 10")  # 15 MME a tablet
MORPHINE = next(o for o in opioids() if o.name == "morphine ER 15")  # 15 MME a tablet


def ago(days):
    return AS_OF - timedelta(days=days)


def fill(days_ago, days=30, a_day=2, opioid=OXYCODONE):
    return Fill(ago(days_ago), days, opioid, a_day)


def life(*streams, **changes):
    return Life("synth-000001", AS_OF, "steady", "female", date(1970, 1, 1), streams, **changes)


LONG_TERM = (fill(99, days=100),)


@pytest.mark.parametrize(
    ("streams", "mme"),
    [
        ([], "0"),
        ([(fill(29),)], "30"),  # its last day
        ([(fill(30),)], "0"),  # ended yesterday
        ([(fill(0),)], "30"),
        ([(fill(10),), (fill(10, opioid=MORPHINE, a_day=3),)], "75"),  # two medicines add
        ([(fill(31), fill(2))], "30"),  # the second came a day early: one after the other, not added
    ],
)
def test_the_dose_of_a_day(streams, mme):
    assert life(*streams).mme_on(AS_OF) == Decimal(mme)


def test_a_supply_that_came_early_lasts_longer():
    two = life((fill(58), fill(30)))  # two days early
    assert two.mme_on(ago(29)) == 30
    assert two.mme_on(AS_OF) == 30  # 60 days from the first day
    assert two.mme_on(AS_OF + timedelta(days=2)) == 0


def test_the_series_is_whole_and_in_order():
    stretches = life((fill(200), fill(100, a_day=4)), (fill(90, opioid=MORPHINE),)).series()
    assert stretches[0][0] == ago(730)
    assert stretches[-1][1] == AS_OF
    assert all(b[0] - a[1] == timedelta(days=1) for a, b in pairwise(stretches))
    assert [mme for first, last, mme in stretches if first <= ago(80) <= last] == [Decimal(90)]


@pytest.mark.parametrize(
    ("stream", "since"),
    [
        ([fill(88, days=89)], ago(88)),  # 89 days are no episode of 90, and 60 of the last 90 are covered
        ([fill(58, days=59)], None),
        ([fill(59, days=60)], ago(59)),
        ([fill(119, days=90)], ago(119)),  # ended 30 days ago
        ([fill(120, days=90)], None),  # 59 of 90 days, ended 31 days ago
        ([fill(200, days=93), fill(99, days=40), fill(59, days=10)], None),
        ([fill(185, days=90), fill(88, days=59)], ago(185)),  # a gap of 7 days
        ([fill(186, days=90), fill(88, days=59)], None),  # of 8 days: an episode of 59
        ([], None),
    ],
)
def test_long_term_therapy(stream, since):
    assert life(tuple(stream)).long_term_since() == since


@pytest.mark.parametrize(
    ("rule", "what", "every"),
    [
        ("PV-02", "peg", 90),
        ("PV-05", "pdmp", 90),
        ("PV-04", "agreement", 365),
        ("PV-09", "risk review", 365),
        ("PV-08", "naloxone", 365),
        ("PV-12", "bowel", 29),
    ],
)
def test_what_is_due(rule, what, every):
    for days, is_due in ((every, False), (every + 1, True)):
        assert expected(life(LONG_TERM, done={what: ago(days)}))[rule] is is_due
    assert expected(life(LONG_TERM))[rule] is True
    assert expected(life())[rule] is False


@pytest.mark.parametrize(
    ("rule", "changes", "is_due"),
    [
        ("PV-10", {"benzodiazepine": True}, True),
        ("PV-11", {"gabapentin": True}, True),
        ("PV-20", {"pregnant": True}, True),
        ("PV-24", {"emergency": ago(30)}, True),
        ("PV-24", {"emergency": ago(31)}, False),
        ("PV-24", {"overdose": ago(600)}, True),
        ("CX-08", {"oud": True}, True),
        ("CX-08", {"oud": True, "moud": True}, False),
        ("CX-01", {"done": {"phq9": ago(5)}, "phq9": (2, 2, 2, 2, 2, 0, 0, 0, 0)}, True),
        ("CX-01", {"done": {"phq9": ago(5)}, "phq9": (2, 2, 2, 2, 1, 0, 0, 0, 0)}, False),
        ("CX-02", {"done": {"phq9": ago(5)}, "phq9": (0, 0, 0, 0, 0, 0, 0, 0, 1)}, True),
        ("POP-02", {"cancer": True}, True),
    ],
)
def test_what_else_is_asked_for(rule, changes, is_due):
    assert expected(life(LONG_TERM, **changes))[rule] is is_due


@pytest.mark.parametrize(
    ("before", "now", "is_rise"),
    [(10, 12, True), (11, 13, False), (3, 4, True), (0, 4, True), (0, 3, False), (4, 4, False)],
)
def test_a_rise_is_a_fifth_more_or_fifty_reached(before, now, is_rise):
    """15 MME a tablet: 3 are 45 MME/day, 4 are 60."""
    stream = (*((fill(130, days=60, a_day=before),) if before else ()), fill(70, days=75, a_day=now))
    assert expected(life(stream))["PV-16"] is is_rise
    assert expected(life(stream, visits=(ago(60),)))["PV-16"] is False


@pytest.mark.parametrize(("before", "now", "is_fall"), [(4, 3, False), (4, 2, True), (7, 5, True)])
def test_a_fall_is_more_than_a_quarter(before, now, is_fall):
    assert expected(life((fill(200, days=180, a_day=before), fill(20, a_day=now))))["PV-17"] is is_fall
    after_a_year = (fill(400, days=380, a_day=11), fill(20, a_day=10))
    assert expected(life(after_a_year))["PV-17"] is False
    assert expected(life((fill(400, days=380, a_day=9), fill(20, a_day=8))))["PV-17"] is True
