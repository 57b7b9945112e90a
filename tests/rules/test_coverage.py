"""Which days a supply covers (specification 3.2)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chart.medications import Dosage, DoseStep, DrugClass, Supply
from rules.policy import Policy
from rules.supply import days_of, refills_of
from rules.therapy import covered_days, opioid_therapy, overlap_days
from tests.builders import AS_OF, chart, days_ago, dosage, fill, order, product, statement, when

POLICY = Policy()
OXY = ("oxycodone", 5)


def courses(*records, **changes):
    """(days ago of the first day, days ago of the last, MME, assumed) of each course."""
    found = opioid_therapy(chart(*records, **changes), POLICY).courses
    return [((AS_OF - c.first).days, (AS_OF - c.last).days, c.mme, c.is_assumed) for c in found]


@pytest.mark.parametrize(
    ("supply", "a_day", "days"),
    [
        (Supply(days=Decimal(30)), 4, 30),
        (Supply(days=Decimal(30), quantity=Decimal(10)), 4, 30),  # days of supply come first
        (Supply(quantity=Decimal(120)), 4, 30),
        (Supply(quantity=Decimal(120)), None, None),
        (Supply(quantity=Decimal(10)), 4, 3),  # a part of a day is a day
        (Supply(quantity=Decimal(2)), 4, 1),
        (Supply(days=Decimal(0)), 4, None),
        (Supply(), 4, None),
        # when it may be filled is not how long it lasts
        (Supply(valid_from=when(10), valid_until=when(-80)), 4, None),
    ],
)
def test_days_of_one_fill(supply, a_day, days):
    assert days_of(supply, dosage(a_day), product(*OXY))[0] == days


@pytest.mark.parametrize(
    ("amount", "unit", "days"), [(20, "mg", 30), (20000, "mcg", 30), (30, "mL", 4), (7, "unit", 18)]
)
def test_quantity_over_dosage_in_other_units(amount, unit, days):
    supply = Supply(quantity=Decimal(120))
    assert days_of(supply, dosage(amount, unit), product(*OXY))[0] == days


def test_thirds_of_a_patch_a_day_give_whole_days():
    third = Decimal(1) / Decimal(3)
    found = days_of(Supply(quantity=Decimal(10)), dosage(third, worn=1), product("fentanyl patch", 25))
    assert found == (30, ())


def test_as_needed_and_unusual_supplies_are_noted():
    as_needed = days_of(Supply(quantity=Decimal(60)), dosage(6, as_needed=True), product(*OXY))
    assert as_needed == (10, ("as needed: the shortest time the supply could last",))
    assert days_of(Supply(days=Decimal(121)), dosage(1), product(*OXY))[1]
    assert not days_of(Supply(days=Decimal(120)), dosage(1), product(*OXY))[1]
    assert days_of(Supply(quantity=Decimal(210)), dosage(21), product(*OXY))[1]
    assert not days_of(Supply(quantity=Decimal(200)), dosage(20), product(*OXY))[1]


def test_the_steps_of_a_taper_say_how_long_it_lasts():
    steps = tuple(DoseStep(Decimal(n), Decimal(n), "unit", days=7) for n in (4, 2))
    assert days_of(Supply(), Dosage(steps), product(*OXY))[0] == 14


@pytest.mark.parametrize(
    ("schedule", "recorded", "counted", "is_noted"),
    [("II", 0, 0, False), ("II", 3, 0, True), ("III", 5, 5, False), ("IV", 6, 5, True), ("", 11, 11, False)],
)
def test_refills(schedule, recorded, counted, is_noted):
    found = refills_of(order(product("tramadol", 50, schedule=schedule), None, 4, refills=recorded))
    assert (found[0], bool(found[1])) == (counted, is_noted)


def test_refills_stop_after_six_months_and_with_the_prescription():
    tramadol = product("tramadol", 50, schedule="IV")
    many = order(tramadol, None, 4, authored=300, days=45, refills=5)
    assert courses(many)[-1][:2] == (120, 76)  # the fifth begins within 183 days, a sixth would not
    short = replace(many, supply=replace(many.supply, valid_until=when(200)))
    assert courses(short)[-1][:2] == (210, 166)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (0, (0, -29)),  # the day after the first supply ends
        (1, (0, -29)),  # handed over on its last day, which is not counted twice
        (7, (0, -29)),  # 7 days early: waits
        (8, (1, -28)),  # 8 days early: moved by 7
        (-1, (-1, -30)),
    ],
)
def test_early_fills_wait_for_at_most_seven_days(second, expected):
    """The first supply lasts until yesterday; the second is handed over `second` days early."""
    found = covered_days(
        replace(chart(fill(*OXY, 4, on=30), fill(*OXY, 4, on=second)), as_of=date(2026, 3, 10)),
        POLICY,
        DrugClass.OPIOID,
    )
    last = found[-1]
    assert ((AS_OF - last.first).days, (AS_OF - last.last).days) == expected


def test_hand_overs_come_before_the_order():
    written = order(*OXY, 4, id="rx", authored=60, days=90)
    assert courses(written, fill(*OXY, 4, on=55, days=30, request="rx")) == [(55, 26, 30, False)]


def test_a_fill_without_days_uses_its_quantity_or_the_orders_days():
    written = order(*OXY, 4, id="rx", authored=60, days=30)
    by_quantity = fill(*OXY, 4, on=55, days=None, quantity=40, request="rx")
    assert courses(written, by_quantity)[0][:2] == (55, 46)
    by_order = fill(*OXY, 4, on=55, days=None, request="rx")
    assert courses(written, by_order)[0][:2] == (55, 26)


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        ({"status": "stopped", "ends": when(20)}, 20),
        ({"status": "stopped", "updated": when(15)}, 15),
        ({"status": "stopped"}, 1),  # stopped, and not today
        ({"status": "on-hold", "updated": when(15)}, 15),
        ({"status": "completed"}, -4),
    ],
)
def test_stopped_and_held_orders_end_at_their_date(changes, last):
    assert courses(order(*OXY, 4, authored=25, **changes)) == [(25, last, 30, False)]


def test_a_stopped_order_ends_at_its_date_though_an_earlier_fill_made_it_wait():
    fills = fill(*OXY, 4, on=40, days=30)
    stopped = order(*OXY, 4, authored=15, days=30, status="stopped", updated=when(14))
    assert courses(fills, stopped)[-1][1] == 14


def test_prior_prescription_ends_the_earlier_order():
    found = courses(
        order(*OXY, 4, id="old", authored=25), order("oxycodone", 10, 4, authored=10, replaces="old")
    )
    assert found == [(25, 11, 30, False), (10, -19, 60, False)]


def test_a_completed_order_gives_way_to_new_directions():
    found = courses(order(*OXY, 4, authored=25, status="completed"), order(*OXY, 6, authored=10))
    assert found == [(25, 11, 30, False), (10, -19, 45, False)]


def test_active_orders_without_supply_are_assumed_until_the_next():
    found = courses(*(order(*OXY, 4, authored=n, days=None) for n in (70, 40, 10)))
    assert found == [(70, 41, 30, True), (40, 11, 30, True), (10, 0, 30, True)]


def test_a_taper_is_one_course_for_each_step():
    steps = (DoseStep(Decimal(4), Decimal(4), "unit", days=10), DoseStep(Decimal(2), Decimal(2), "unit"))
    found = courses(order(*OXY, 4, authored=20, dosage=Dosage(steps)))
    assert found == [(20, 11, 30, False), (10, -9, 15, False)]


def test_post_dated_orders_start_when_they_may_be_filled():
    series = [
        order(*OXY, 4, authored=40, supply=Supply(days=Decimal(30), valid_from=when(40 - 30 * n)))
        for n in range(3)
    ]
    assert courses(*series) == [(40, 11, 30, False), (10, -19, 30, False)]


@pytest.mark.parametrize(
    "left_out",
    [
        order("buprenorphine film", 8, 2),
        order("morphine injection", 4, 2, unit="mL"),
        order(*OXY, 4, categories=frozenset({"inpatient"})),
        order(product("codeine", 10, is_cough_cold=True), None, 4),
        order("methadone", 10, 3, pharmacy="OTP"),
        order(*OXY, 4, status="draft"),
        order(*OXY, 4, status="cancelled"),
        order(*OXY, 4, intent="proposal"),
        order(*OXY, 4, authored=-1),
        fill(*OXY, 4, status="cancelled"),
    ],
    ids=lambda record: record.display + record.status,
)
def test_what_is_no_opioid_therapy_at_home(left_out):
    found = opioid_therapy(chart(left_out), POLICY)
    assert found.courses == ()
    assert found.ltot.status == "not long-term"


class TestOtherClasses:
    def test_courses_of_any_class_have_no_mme(self):
        found = covered_days(
            chart(order("lorazepam", 1, 2), order(*OXY, 4)), POLICY, DrugClass.BENZODIAZEPINE
        )
        assert [(c.ingredient, c.mme) for c in found] == [("lorazepam", None)]

    def test_buprenorphine_overlaps_too(self):
        assert covered_days(chart(order("buprenorphine film", 8, 2)), POLICY, DrugClass.OPIOID)

    def test_reports_are_assumed(self):
        found = covered_days(chart(statement("lorazepam", 1, 2)), POLICY, DrugClass.BENZODIAZEPINE)
        assert [(c.first, c.last, c.is_assumed) for c in found] == [(days_ago(10), AS_OF, True)]

    @pytest.mark.parametrize(
        ("sedative", "window", "expected"),
        [(10, 90, 11), (40, 90, 11), (41, 90, 10), (50, 90, 1), (51, 90, 0), (10, 3, 4)],
    )
    def test_overlap_days(self, sedative, window, expected):
        """Oxycodone covers the days 21 to 0 days ago and on; lorazepam 30 days from `sedative` days ago."""
        both = chart(order(*OXY, 4, authored=21), order("lorazepam", 1, 2, authored=sedative))
        opioids = covered_days(both, POLICY, DrugClass.OPIOID)
        others = covered_days(both, POLICY, DrugClass.BENZODIAZEPINE)
        assert overlap_days(opioids, others, days_ago(window), AS_OF) == expected
        assert overlap_days(others, opioids, days_ago(window), AS_OF) == expected
