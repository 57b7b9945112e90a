"""Long-term therapy, the daily series, early fills, who prescribes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chart.records import Gap, Unavailable
from rules.coverage import Course, Unknown
from rules.mme import daily_mme
from rules.policy import Policy
from rules.series import series
from rules.therapy import change_since, opioid_therapy
from tests.builders import AS_OF, chart, days_ago, fill, order, statement

POLICY = Policy()
OXY = ("oxycodone", 5)


def therapy(*records, **changes):
    return opioid_therapy(chart(*records, **changes), POLICY)


def ltot(*records, **changes):
    return therapy(*records, **changes).ltot


class TestLongTerm:
    @pytest.mark.parametrize(
        ("days", "status"), [(89, "not long-term"), (90, "long-term"), (91, "long-term")]
    )
    def test_ninety_days(self, days, status):
        """One supply until today. With 60 of 90 days as the other definition, switched off here."""
        policy = replace(POLICY, ltot_density_days=91)
        found = opioid_therapy(chart(fill(*OXY, 4, on=days - 1, days=days)), policy).ltot
        assert found.status == status
        assert (found.since, found.last_covered) == (days_ago(days - 1), AS_OF)

    @pytest.mark.parametrize(
        ("gap", "status", "longest"), [(7, "long-term", 7), (8, "not long-term", 0), (0, "long-term", 0)]
    )
    def test_a_gap_of_seven_days_is_allowed(self, gap, status, longest):
        policy = replace(POLICY, ltot_density_days=91)
        found = opioid_therapy(
            chart(fill(*OXY, 4, on=44, days=45), fill(*OXY, 4, on=44 + gap + 45, days=45)), policy
        ).ltot
        assert (found.status, found.longest_gap) == (status, longest)

    @pytest.mark.parametrize(("ended", "status"), [(30, "long-term"), (31, "not long-term")])
    def test_an_episode_that_ended_a_while_ago(self, ended, status):
        policy = replace(POLICY, ltot_density_days=91)
        found = opioid_therapy(chart(fill(*OXY, 4, on=ended + 99, days=100)), policy).ltot
        assert (found.status, found.last_covered) == (status, days_ago(ended))

    @pytest.mark.parametrize(("covered", "status"), [(59, "not long-term"), (60, "long-term")])
    def test_density(self, covered, status):
        """Supplies of 20 days with gaps of 9 and 10 days."""
        found = ltot(
            fill(*OXY, 4, on=19, days=20), fill(*OXY, 4, on=49, days=20),
            fill(*OXY, 4, on=79, days=covered - 40),
        )  # fmt: skip
        assert (found.status, found.covered_days_90) == (status, covered)

    def test_covered_days_end_today(self):
        assert ltot(fill(*OXY, 4, on=89, days=500)).covered_days_90 == 90
        assert ltot(fill(*OXY, 4, on=10, days=30)).covered_days_90 == 11

    def test_monthly_orders_left_active(self):
        found = ltot(*(order(*OXY, 4, authored=10 + 30 * n) for n in range(6)))
        assert (found.status, found.longest_gap, found.since) == ("long-term", 0, days_ago(160))
        assert "161 days since 23 Sep 2025" in found.reasons[0].text
        assert len(found.reasons[0].record_ids) == 6

    def test_an_active_order_without_supply_is_long_term_and_says_it_is_assumed(self):
        found = ltot(order(*OXY, 4, authored=89, days=None))
        assert found.status == "long-term"
        assert "assumed" in found.reasons[0].text
        assert ltot(order(*OXY, 4, authored=58, days=None)).status == "not long-term"

    def test_a_long_reported_use_counts_beside_a_recent_order(self):
        found = ltot(order(*OXY, 4), statement(*OXY, 4, asserted=400))
        assert found.status == "long-term"
        assert "assumed" in found.reasons[0].text

    def test_security_labels_reach_the_reasons(self):
        label = ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "42CFRPart2")
        marked = fill(*OXY, 4, on=100, days=120, labels=frozenset({label}))
        assert ltot(marked).reasons[0].labels == {label}


class TestUndetermined:
    def test_completed_orders_without_supply(self):
        found = ltot(*(order(*OXY, 4, status="completed", authored=n, days=None) for n in (70, 40, 10)))
        assert (found.status, found.covered_days_90) == ("undetermined", None)
        assert "since 22 Dec 2025, is not known" in found.reasons[0].text
        assert len(found.reasons[0].record_ids) == 3

    def test_one_short_unknown_that_cannot_matter(self):
        found = ltot(order(*OXY, 4, status="completed", authored=40, days=None, updated=None))
        assert found.status == "not long-term"
        assert found.reasons[0].text == "No length of supply on record; the latest opioid is of 21 Jan 2026"

    def test_an_active_order_past_its_supply(self):
        found = ltot(order(*OXY, 4, authored=100, days=5))
        assert found.status == "undetermined"
        assert "still on the active list though its supply ended 26 Nov 2025" in found.reasons[0].text

    def test_an_old_order_on_the_list(self):
        """Nobody knows whether it is still taken, so nobody knows that it is not."""
        assert ltot(order(*OXY, 4, authored=900, days=None)).status == "undetermined"
        assert ltot(order(*OXY, 4, authored=None, days=None)).status == "undetermined"

    @pytest.mark.parametrize("kind", list(Gap))
    def test_orders_that_may_be_hidden(self, kind):
        gap = Unavailable("MedicationRequest", kind, "Prescriptions were not shared")
        found = ltot(unavailable=(gap,))
        assert (found.status, found.covered_days_90) == ("undetermined", None)
        assert found.reasons[0].text == "Prescriptions were not shared"

    def test_hidden_orders_do_not_undo_what_is_known(self):
        gap = Unavailable("MedicationRequest", Gap.CUT_OFF, "Only some prescriptions were read")
        assert ltot(fill(*OXY, 4, on=100, days=120), unavailable=(gap,)).status == "long-term"

    def test_nothing_at_all(self):
        found = ltot()
        assert (found.status, found.since, found.covered_days_90, found.longest_gap) == (
            "not long-term", None, 0, None,
        )  # fmt: skip
        assert found.reasons[0].text == "No opioid supply on record"


class TestSeries:
    def test_twenty_four_months_until_today(self):
        found = therapy(fill(*OXY, 4, on=10, days=30))
        assert (len(found.series), found.series[0].day, found.series[-1].day) == (731, days_ago(730), AS_OF)
        assert [found.mme_on(days_ago(n)).mme for n in (11, 10, 0)] == [0, 30, 30]
        assert found.mme_on(days_ago(731)) is None
        assert found.mme_on(AS_OF + timedelta(days=1)) is None

    def test_an_order_and_its_fill_count_once(self):
        found = therapy(order(*OXY, 4, id="rx"), fill(*OXY, 4, request="rx"))
        assert found.series[-1].mme == 30

    def test_fills_of_one_order_with_other_directions_are_not_added(self):
        found = therapy(
            order(*OXY, 4, id="rx", authored=40), fill(*OXY, 4, on=25, request="rx"),
            fill(*OXY, 8, on=10, request="rx"),
        )  # fmt: skip
        assert [found.mme_on(days_ago(n)).mme for n in (11, 5, 0)] == [30, 60, 60]

    def test_different_medicines_add_and_early_fills_do_not(self):
        found = therapy(fill(*OXY, 4, on=20), fill(*OXY, 4, on=5), fill("morphine", 15, 2, on=10))
        assert found.series[-1].mme == 60

    def test_what_is_assumed_is_uncertain(self):
        found = therapy(order(*OXY, 4, authored=50, days=None), fill("morphine", 15, 2, on=10)).series[-1]
        assert (found.mme, found.mme_uncertain) == (30, 60)

    def test_a_dose_that_cannot_be_told_makes_its_days_at_least(self):
        found = therapy(fill(*OXY, None, on=10), fill("morphine", 15, 2, on=40))
        assert [found.mme_on(days_ago(n)).at_least for n in (11, 10, 0)] == [False, True, True]

    def test_change_since(self):
        rising = therapy(fill(*OXY, 4, on=40), fill(*OXY, 8, on=10))
        change = change_since(rising, 30)
        assert (change.since, change.old, change.new, change.is_certain) == (days_ago(30), 30, 60, True)
        assert change_since(rising, 731) is None
        assert not change_since(therapy(order(*OXY, 4, authored=50, days=None)), 30).is_certain


class TestEarlyFills:
    @pytest.mark.parametrize(("early", "found"), [(2, []), (3, [3]), (10, [10])])
    def test_more_than_two_days_early(self, early, found):
        fills = therapy(fill(*OXY, 4, on=40), fill(*OXY, 4, on=10 + early)).early_fills
        assert [e.days_early for e in fills] == found

    def test_another_strength_or_last_year_is_no_early_fill(self):
        assert not therapy(fill(*OXY, 4, on=20), fill("oxycodone", 10, 4, on=10)).early_fills
        assert not therapy(fill(*OXY, 4, on=400), fill(*OXY, 4, on=380)).early_fills

    def test_an_order_beside_its_own_fill_is_no_early_fill(self):
        assert not therapy(order(*OXY, 4, id="rx"), fill(*OXY, 4, on=9, request="rx")).early_fills

    def test_the_same_order_twice(self):
        assert not therapy(order(*OXY, 4, authored=10), order(*OXY, 4, authored=10)).early_fills
        two = [order(*OXY, 4, authored=10, requester=f"Practitioner/{n}") for n in (1, 2)]
        assert therapy(*two).early_fills[0].days_early == 30

    def test_refills_nobody_saw_fetched(self):
        first = order("tramadol", 50, 4, authored=60, refills=5)
        assert not therapy(first, order("tramadol", 50, 4, authored=10)).early_fills


class TestSupplyEnds:
    def test_the_first_medicine_to_run_out(self):
        found = therapy(fill(*OXY, 4, on=10), fill("morphine", 15, 2, on=20))
        assert found.supply_ends == AS_OF + timedelta(days=9)

    def test_early_fills_reach_further(self):
        assert therapy(fill(*OXY, 4, on=33), fill(*OXY, 4, on=6)).supply_ends == AS_OF + timedelta(days=26)

    def test_overdue(self):
        assert therapy(order(*OXY, 4, authored=33)).supply_ends == days_ago(4)

    def test_a_medicine_that_was_stopped_does_not_run_out(self):
        found = therapy(order(*OXY, 4, authored=20, status="stopped"), order("morphine", 15, 2))
        assert found.supply_ends == AS_OF + timedelta(days=19)

    def test_unknown(self):
        assert therapy(order(*OXY, 4, days=None)).supply_ends is None
        assert therapy().supply_ends is None


def test_prescribers_and_pharmacies_of_180_days():
    found = therapy(
        order(
            *OXY,
            4,
            id="rx",
            requester="Practitioner/1",
            requester_name="Dr Ada Marsh",
            pharmacy="Hill Pharmacy",
        ),
        order(*OXY, 4, authored=50, requester="PractitionerRole/9", requester_name="Dr Ada Marsh"),
        order(*OXY, 4, authored=181, requester="Practitioner/7"),
        order("morphine", 15, 2, authored=180, requester="Practitioner/2"),
        fill(*OXY, 4, on=5, request="rx", prescriber="Practitioner/1", pharmacy="Lake Pharmacy"),
        fill("hydrocodone", 5, 4, on=5, prescriber="Practitioner/3", pharmacy="lake pharmacy"),
        order("buprenorphine film", 8, 2, requester="Practitioner/4"),
    )
    assert found.prescribers_180 == ("Dr Ada Marsh", "Practitioner/2", "Practitioner/3")
    assert len(found.pharmacies_180) == 1


# A second, slow and obvious way to the same series.
def slow_series(courses, first, last, unknown):
    days = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        today = [c for c in courses if c.first <= day <= c.last]
        told = [c for c in today if c.mme is not None]
        written = {c.stream[0] for c in told if not c.is_reported}
        taken = [c for c in told if not c.is_reported or c.stream[0] not in written]
        highest = {s: max(c.mme for c in taken if c.stream == s) for s in {c.stream for c in taken}}
        sure = [c for c in told if not c.is_assumed]
        certain = {s: max(c.mme for c in sure if c.stream == s) for s in {c.stream for c in sure}}
        at_least = len(told) < len(today) or any(u.first <= day <= u.last for u in unknown)
        days.append((day, sum(certain.values()), sum(highest.values()), at_least))
    return days


spans = st.tuples(st.integers(-20, 80), st.integers(0, 40)).map(
    lambda t: (days_ago(t[0] + t[1]), days_ago(t[0]))
)
random_courses = st.builds(
    lambda span, mme, assumed, stream, reported: Course(
        ("r",), "n", "i", *span, mme, assumed or reported,
        stream=f"{stream[0]}.reported" if reported else stream, is_reported=reported,
    ),
    spans, st.one_of(st.none(), st.integers(0, 90).map(Decimal)), st.booleans(),
    st.sampled_from(["a.0", "a.1", "b.0", "c.0"]), st.booleans(),
)  # fmt: skip
unknowns = spans.map(lambda span: Unknown(("u",), "n", *span))


@given(st.lists(random_courses, max_size=12), st.lists(unknowns, max_size=3))
@settings(max_examples=300, deadline=None)
def test_the_series_equals_the_slow_way(courses, unknown):
    fast = series(courses, days_ago(60), AS_OF, unknown)
    assert [(d.day, d.mme, d.mme_uncertain, d.at_least) for d in fast] == slow_series(
        courses, days_ago(60), AS_OF, unknown
    )


histories = st.lists(
    st.builds(
        lambda drug, strength, a_day, days, authored, status: order(
            drug, strength, a_day, days=days, authored=authored, status=status
        ),
        st.sampled_from(["oxycodone", "morphine"]), st.sampled_from([5, 10]), st.sampled_from([4, 6, None]),
        st.sampled_from([7, 30, 90, None]), st.integers(0, 400), st.sampled_from(["active", "completed", "stopped"]),
    ),
    max_size=8,
).map(lambda found: [replace(o, id=f"MedicationRequest/{n}") for n, o in enumerate(found)])  # fmt: skip


@given(histories, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_records_never_matters(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert therapy(*found) == therapy(*shuffled)


@given(histories)
@settings(max_examples=150, deadline=None)
def test_today_in_the_series_is_the_total(found):
    total, today = daily_mme(chart(*found), POLICY), therapy(*found).series[-1]
    assert (today.mme_uncertain, today.at_least) == (total.total, total.at_least)
    assert today.mme <= today.mme_uncertain


def test_an_ordinary_history_has_no_step_on_its_last_day():
    months = therapy(
        *(fill(*OXY, 4, on=n * 27) for n in range(8)), order("morphine", 15, 2, authored=80)
    ).series
    assert {(d.mme, d.mme_uncertain) for d in months[-40:]} == {(30, 60)}


@given(histories.filter(bool), st.data())
@settings(max_examples=150, deadline=None)
def test_losing_a_length_of_supply_never_ends_long_term_therapy(found, data):
    place = data.draw(st.integers(0, len(found) - 1))
    lost = list(found)
    lost[place] = replace(lost[place], supply=replace(lost[place].supply, days=None))
    if ltot(*found).status == "long-term":
        assert ltot(*lost).status != "not long-term"
