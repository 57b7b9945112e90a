"""Which prescriptions are in use on as_of, and which records speak of the same one."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chart.medications import Dosage, Supply
from rules.mme import daily_mme, daily_mme_with_drafts
from rules.policy import Policy
from tests.builders import chart, condition, dosage, fill, order, statement, when

POLICY = Policy()
OXY = ("oxycodone", 5)


def mme(*records, policy=POLICY, **changes):
    return daily_mme(chart(*records, **changes), policy)


def counted(found):
    return [e.record_ids for e in found.by_medication]


def reasons(found):
    return [e.reason for e in (*found.not_calculated, *found.excluded)]


def notes(found):
    return " | ".join(n for e in found.by_medication for n in e.notes)


class TestOneOrder:
    @pytest.mark.parametrize("status", [None, "unknown"])
    def test_an_order_without_a_status_is_taken_as_active(self, status):
        found = mme(order(*OXY, 4, status=status))
        assert found.total == 30
        assert "its status is not recorded" in notes(found)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"starts": when(-1)}, "starts on 3 Mar 2026"),
            ({"supply": Supply(days=Decimal(30), valid_from=when(-20))}, "starts on 22 Mar 2026"),
            ({"ends": when(1)}, "ended on 1 Mar 2026"),
        ],
    )
    def test_not_begun_or_ended(self, changes, reason):
        assert reasons(mme(order(*OXY, 4, **changes))) == [reason]

    def test_the_day_it_starts_and_the_day_it_ends_count(self):
        assert mme(order(*OXY, 4, starts=when(0), ends=when(0))).total == 30

    def test_an_active_order_past_its_supply_still_counts(self):
        found = mme(order(*OXY, 4, authored=60, days=30))
        assert found.total == 30
        assert "supply on record ended 30 Jan 2026" in notes(found)

    @pytest.mark.parametrize(("age", "total", "at_least"), [(730, 30, False), (731, 0, True)])
    def test_an_order_too_long_on_the_list_is_asked_about(self, age, total, at_least):
        found = mme(order(*OXY, 4, authored=age))
        assert (found.total, found.at_least) == (total, at_least)

    def test_an_old_order_names_its_date(self):
        found = mme(order(*OXY, 4, authored="1948-09-11"))
        assert reasons(found) == [
            "on the active list since 11 Sep 1948 with no later fill; ask whether it is still taken"
        ]

    def test_an_old_order_with_a_recent_fill_counts(self):
        old = order(*OXY, 4, authored=800, id="MedicationRequest/old")
        assert mme(old, fill(*OXY, 4, on=20, request="MedicationRequest/old")).total == 30

    @pytest.mark.parametrize(
        ("authored", "days", "total"), [(29, 30, 30), (30, 30, 0), (10, 30, 30), (89, 90, 30), (90, 90, 0)]
    )
    def test_a_completed_order_counts_while_its_supply_lasts(self, authored, days, total):
        found = mme(order(*OXY, 4, status="completed", authored=authored, days=days))
        assert (found.total, found.at_least) == (total, False)

    @pytest.mark.parametrize(("authored", "at_least"), [(90, True), (91, False)])
    def test_a_completed_order_without_supply_may_be_in_use(self, authored, at_least):
        assert mme(order(*OXY, 4, status="completed", authored=authored, days=None)).at_least is at_least

    def test_an_undated_active_order_counts(self):
        assert mme(order(*OXY, 4, authored=None)).total == 30


class TestLookingBack:
    @pytest.mark.parametrize("status", ["stopped", "completed"])
    def test_without_supply_nobody_can_tell(self, status):
        found = mme(order(*OXY, 4, status=status, days=None), is_retrospective=True)
        assert found.at_least
        assert reasons(found) == [
            f"recorded as {status}, but not when; it may have been in use on 2 Mar 2026"
        ]

    def test_supply_that_covers_the_day_counts(self):
        found = mme(order(*OXY, 4, status="stopped", days=30), is_retrospective=True)
        assert found.total == 30
        assert "recorded as stopped" in notes(found)

    def test_supply_that_ended_or_an_old_order_does_not(self):
        ended = order(*OXY, 4, status="stopped", authored=40, days=30)
        old = order("morphine", 15, 2, status="completed", authored=91, days=None)
        found = mme(ended, old, is_retrospective=True)
        assert (found.total, found.at_least) == (0, False)

    def test_a_known_end_settles_it(self):
        past = order(*OXY, 4, status="stopped", days=None, ends=when(1))
        later = order("morphine", 15, 2, status="stopped", days=None, ends=when(-1))
        found = mme(past, later, is_retrospective=True)
        assert (found.total, found.at_least) == (30, False)


class TestRenewals:
    def test_monthly_orders_all_left_active_count_once(self):
        found = mme(*(order(*OXY, 4, authored=10 + 30 * n) for n in range(12)))
        assert found.total == 30
        assert set(reasons(found)) == {"replaced by the order of 20 Feb 2026"}

    def test_a_later_order_that_is_used_up_replaced_it_too(self):
        found = mme(order(*OXY, 4, authored=100), order(*OXY, 4, authored=50, status="completed"))
        assert found.total == 0
        assert "replaced by the order of 11 Jan 2026" in reasons(found)

    @pytest.mark.parametrize("status", ["stopped", "cancelled", "draft", "on-hold"])
    def test_a_later_order_that_was_not_used_replaced_nothing(self, status):
        assert mme(order(*OXY, 4, authored=100), order(*OXY, 4, authored=50, status=status)).total == 30

    def test_monthly_orders_without_any_supply_count_once(self):
        found = mme(*(order(*OXY, 4, authored=10 + 30 * n, days=None) for n in range(12)))
        assert (found.total, found.at_least) == (30, False)

    @pytest.mark.parametrize(("days", "total"), [(7, 45), (8, 75)])
    def test_up_to_seven_days_before_the_supply_ends_is_a_renewal(self, days, total):
        """The later order is from today; the earlier one lasts `days` days more, today included."""
        earlier = order(*OXY, 4, authored=30 - days, days=30)
        assert mme(earlier, order(*OXY, 6, authored=0)).total == total

    def test_the_higher_of_a_renewal_counts_also_when_it_is_the_earlier(self):
        found = mme(order(*OXY, 6, authored=28, id="a"), order(*OXY, 4, authored=0, id="b"))
        assert (found.total, counted(found)) == (45, [("a",)])

    def test_together_with_the_same_directions_count_once(self):
        found = mme(order(*OXY, 4, authored=12), order(*OXY, 4, authored=5))
        assert found.total == 30
        assert "counted once" in reasons(found)[0]

    def test_together_from_two_prescribers_both_count(self):
        one = order(*OXY, 4, authored=12, requester="Practitioner/1")
        other = order(*OXY, 4, authored=5, requester="Practitioner/2")
        found = mme(one, other)
        assert found.total == 60
        assert "two active orders for the same medicine" in notes(found)

    def test_other_directions_without_supply_are_asked_about(self):
        found = mme(order(*OXY, 4, authored=200, days=None), order(*OXY, 6, authored=10, days=None))
        assert (found.total, found.at_least) == (45, True)
        assert "ask whether it is still taken" in reasons(found)[0]

    def test_another_strength_is_another_medicine(self):
        assert mme(order(*OXY, 4, authored=40), order("oxycodone", 10, 4)).total == 90

    def test_a_combination_is_another_medicine(self):
        combined = order(*OXY, 4)
        partner = replace(combined.product.ingredients[0], name="acetaminophen", rxcui="161", is_opioid=False)
        together = replace(combined.product, ingredients=(*combined.product.ingredients, partner))
        assert mme(combined, order(together, None, 4)).total == 60

    def test_prior_prescription_replaces(self):
        found = mme(order(*OXY, 4, id="old", authored=12), order("oxycodone", 10, 4, replaces="old"))
        assert found.total == 60
        assert reasons(found) == ["replaced by the order of 20 Feb 2026"]

    def test_orders_that_replace_each_other_are_not_both_lost(self):
        found = mme(order(*OXY, 4, id="a", replaces="b"), order("morphine", 15, 2, id="b", replaces="a"))
        assert found.total == 60

    def test_a_cancelled_order_replaces_nothing(self):
        found = mme(order(*OXY, 4, id="old"), order("oxycodone", 10, 4, replaces="old", status="cancelled"))
        assert found.total == 30


class TestFills:
    def test_an_order_and_its_fills_are_one_entry(self):
        found = mme(
            order(*OXY, 4, id="rx", authored=70),
            fill(*OXY, 4, id="f1", on=70, request="rx"),
            fill(*OXY, 4, id="f2", on=10),  # no reference: the same medicine, after the order
        )
        assert counted(found) == [("rx", "f1", "f2")]
        assert found.total == 30

    @pytest.mark.parametrize(("on", "total"), [(29, 30), (30, 0)])
    def test_a_fill_without_its_order(self, on, total):
        found = mme(fill(*OXY, 4, on=on))
        assert (found.total, found.at_least) == (total, False)

    def test_a_fill_from_another_prescriber_is_no_fill_of_this_order(self):
        mine = order(*OXY, 4, requester="Practitioner/1")
        assert mme(mine, fill(*OXY, 4, on=5, prescriber="Practitioner/2")).total == 60

    def test_a_fill_of_a_stopped_order_is_its_own(self):
        assert mme(order(*OXY, 4, status="stopped"), fill(*OXY, 4, on=5)).total == 30

    def test_a_fill_that_was_not_handed_over(self):
        assert reasons(mme(fill(*OXY, 4, status="preparation"))) == ["not handed over"]

    def test_a_fill_in_hospital_is_no_fill_of_a_home_order(self):
        hospital = fill(*OXY, 8, on=2, days=1, categories=frozenset({"inpatient"}))
        found = mme(order(*OXY, 4, id="rx"), hospital)
        assert (found.total, counted(found)) == (30, [("rx",)])
        assert reasons(found) == ["ordered for a hospital stay"]

    def test_a_fill_of_unknown_length(self):
        found = mme(fill(*OXY, 4, days=None))
        assert (found.total, found.at_least) == (0, True)

    def test_hand_overs_decide_how_long_a_completed_order_lasts(self):
        written = order(*OXY, 4, id="rx", authored=80, days=90, status="completed")
        assert mme(written).total == 30
        assert mme(written, fill(*OXY, 4, on=80, days=30, request="rx")).total == 0


class TestDirectionsAndSupply:
    def test_supply_stands_in_for_missing_directions(self):
        found = mme(
            order(*OXY, None, dosage_by_supply=replace(dosage(4), read_from="quantity and days of supply"))
        )
        assert (found.total, found.at_least) == (30, False)
        assert "quantity and days of supply" in notes(found)

    @pytest.mark.parametrize(
        ("by_supply", "total", "is_noted"),
        [(5, 30, False), ("5.01", Decimal("37.575"), True), ("3.2", 30, False), ("3.19", 30, True)],
    )
    def test_the_higher_counts_when_they_differ_by_more_than_a_quarter(self, by_supply, total, is_noted):
        found = mme(order(*OXY, 4, dosage_by_supply=dosage(by_supply)))
        assert found.total == total
        assert ("the higher counts" in notes(found)) is is_noted

    def test_the_pharmacys_directions_are_held_against_the_orders(self):
        found = mme(order(*OXY, 4, id="rx"), fill(*OXY, 6, request="rx"))
        assert found.total == 45
        assert "the pharmacy's directions to 45 MME/day" in notes(found)

    def test_directions_of_the_fill_stand_in(self):
        assert mme(order(*OXY, None, id="rx"), fill(*OXY, 6, request="rx")).total == 45


class TestReports:
    def test_a_report_of_an_ordered_medicine_joins_it(self):
        found = mme(order(*OXY, 4, id="rx"), statement(*OXY, 4, id="st"))
        assert counted(found) == [("rx", "st")]
        assert found.total == 30

    def test_a_higher_reported_use_is_said(self):
        assert "reported use is higher: 60 MME/day" in notes(mme(order(*OXY, 4), statement(*OXY, 8)))

    def test_a_report_of_another_medicine_counts(self):
        found = mme(order(*OXY, 4), statement("morphine", 15, 2))
        assert found.total == 60
        assert "reported by the patient or an outside source" in notes(found)

    def test_a_report_counts_when_the_order_does_not(self):
        assert mme(order(*OXY, 4, status="stopped"), statement(*OXY, 4)).total == 30

    def test_a_report_without_a_strength_is_not_swallowed(self):
        assert mme(order(*OXY, 4), statement("oxycodone", None, None)).at_least

    def test_reported_requests_count_like_statements(self):
        reported = order(*OXY, 4, intent="plan", is_reported=True, id="plan")
        assert counted(mme(reported)) == [("plan",)]
        assert counted(mme(order(*OXY, 4, id="rx"), reported)) == [("rx", "plan")]

    def test_the_same_report_at_every_visit_counts_once(self):
        assert mme(*(statement(*OXY, 4, asserted=n * 90 + 10) for n in range(4))).total == 30


class TestDrafts:
    def test_drafts_add(self):
        found = daily_mme_with_drafts(
            chart(order(*OXY, 4), drafts=(order("morphine", 15, 2, status="draft"),)), POLICY
        )
        assert found.total == 60

    @pytest.mark.parametrize("how", [{"id": "rx"}, {"replaces": "rx"}, {"based_on": ("rx",)}])
    def test_what_a_draft_replaces_is_taken_out(self, how):
        draft = order("oxycodone", 10, 4, status="draft", **how)
        found = daily_mme_with_drafts(chart(order(*OXY, 4, id="rx"), drafts=(draft,)), POLICY)
        assert found.total == 60

    def test_a_draft_counts_from_today_whatever_its_dates(self):
        draft = order(*OXY, 4, status="draft", intent="proposal", authored=None, starts=when(-30))
        assert daily_mme_with_drafts(chart(drafts=(draft,)), POLICY).total == 30

    def test_the_record_alone_never_counts_drafts(self):
        assert daily_mme(chart(drafts=(order(*OXY, 4),)), POLICY).total == 0


drugs = st.sampled_from(["oxycodone", "morphine", "hydrocodone", "tramadol", "methadone", "fentanyl patch",
                         "buprenorphine film", "levorphanol", "morphine injection", "codeine"])  # fmt: skip
statuses = st.sampled_from(
    ["active", None, "unknown", "completed", "stopped", "on-hold", "cancelled", "draft"]
)
amounts = st.one_of(st.none(), st.integers(1, 6))
strengths = st.sampled_from([5, 10, None])


@st.composite
def orders(draw):
    return order(
        draw(drugs), draw(strengths), draw(amounts),
        status=draw(statuses), authored=draw(st.one_of(st.none(), st.integers(0, 800))),
        days=draw(st.sampled_from([None, 7, 30, 90])), as_needed=draw(st.booleans()), worn=1,
        intent=draw(st.sampled_from(["order", "plan", "proposal"])),
        requester=draw(st.sampled_from(["", "Practitioner/1", "Practitioner/2"])),
        replaces=draw(st.sampled_from(["", "MedicationRequest/0", "MedicationRequest/1"])),
    )  # fmt: skip


@st.composite
def records(draw):
    kind = draw(st.sampled_from(["order", "order", "fill", "statement"]))
    if kind == "order":
        return draw(orders())
    if kind == "fill":
        return fill(
            draw(drugs), draw(strengths), draw(amounts), on=draw(st.integers(0, 200)),
            days=draw(st.sampled_from([None, 30])), request=draw(st.sampled_from(["", "MedicationRequest/0"])),
            status=draw(st.sampled_from(["completed", "preparation", "in-progress"])),
        )  # fmt: skip
    return statement(
        draw(drugs), draw(strengths), draw(amounts), status=draw(st.sampled_from(["active", "completed"]))
    )


def numbered(found):
    return [replace(r, id=f"{type(r).__name__}/{n}") for n, r in enumerate(found)]


histories = st.lists(records(), max_size=12).map(numbered)


@given(histories, st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_opioid_record_is_in_exactly_one_entry(found, retrospective):
    sheet = mme(*found, is_retrospective=retrospective)
    listed = [i for e in (*sheet.by_medication, *sheet.not_calculated, *sheet.excluded) for i in e.record_ids]
    assert sorted(listed) == sorted(r.id for r in found)
    assert sheet.total == sum(e.mme for e in sheet.by_medication)


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_of_records_never_matters(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert mme(*found) == mme(*shuffled)


@given(histories, st.integers(1, 6))
@settings(max_examples=200, deadline=None)
def test_adding_an_opioid_never_lowers_the_total(found, a_day):
    added = order("oxymorphone", 5, a_day, id="MedicationRequest/added")
    assert mme(*found, added).total == mme(*found).total + 15 * a_day


@given(histories.filter(bool), st.data())
@settings(max_examples=300, deadline=None)
def test_losing_a_dosage_never_lowers_the_total_without_saying_at_least(found, data):
    place = data.draw(st.integers(0, len(found) - 1))
    lost = list(found)
    lost[place] = replace(
        lost[place], dosage=Dosage(cannot_tell="no dose is recorded"), dosage_by_supply=None
    )
    before, after = mme(*found), mme(*lost)
    assert after.total >= before.total or after.at_least


@given(st.integers(1, 400), st.integers(1, 6))
def test_milligrams_and_micrograms_agree(mg, a_day):
    amount = mg * a_day
    assert (
        mme(order("oxycodone", 5, amount, unit="mg")).total
        == mme(order("oxycodone", 5, amount * 1000, unit="mcg")).total
    )


def test_oud_on_the_problem_list_never_takes_methadone_out():
    assert mme(order("methadone", 10, 3), condition("F11.20")).total == 141
