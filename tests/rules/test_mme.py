"""MME/day: factors, arithmetic, and what is not counted (specification 2.5, CDC 2022)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chart.medications import Certainty, Dosage, DoseStep, Form, Ingredient
from chart.records import Gap, SetAside, Unavailable
from chart.terms import Code, Concept
from rules.explain import explain
from rules.mme import DailyMme, daily_mme, in_words
from rules.policy import Policy
from tests.builders import chart, condition, dosage, order, product, statement

POLICY = Policy()


def mme(*records, policy=POLICY, **changes):
    return daily_mme(chart(*records, **changes), policy)


def why(found):
    return [e.reason for e in (*found.not_calculated, *found.excluded)]


@pytest.mark.parametrize(
    ("drug", "strength", "a_day", "total"),
    [
        ("hydrocodone", 5, 4, 20),
        ("oxycodone", 10, 2, 30),
        ("methadone", 10, 3, 141),
        ("tramadol", 50, 4, 40),
        ("hydromorphone", 4, 4, 80),
        ("codeine", 30, 4, 18),
        ("tapentadol", 50, 4, 80),
        ("oxymorphone", 5, 2, 30),
        ("morphine", 15, 2, 30),
    ],
)
def test_vectors_of_the_specification(drug, strength, a_day, total):
    found = mme(order(drug, strength, a_day))
    assert found.total == total
    assert not found.at_least
    assert found.by_medication[0].mme == found.by_medication[0].mme_low == total


@pytest.mark.parametrize(
    ("strength", "used", "worn", "total"),
    [
        (25, "0.333", 1, 60),
        (25, "0.5", 1, 60),  # every 48 hours does not raise it
        (75, "0.333", 1, 180),
        (25, "0.667", 2, 120),  # two at once add
        (25, "0.333333333333333333", None, 60),  # 10 patches in 30 days
        (25, "0.5", None, 60),  # 15 in 30 days
        (25, "0.666666666666666667", None, 120),  # 20 in 30 days
    ],
)
def test_patches_count_by_what_is_worn(strength, used, worn, total):
    found = mme(order("fentanyl patch", strength, used, worn=worn))
    assert found.total == total
    assert found.by_medication[0].unit == "mcg/h"
    assert found.by_medication[0].factor == Decimal("2.4")


def test_a_part_of_a_patch_is_arithmetic_and_not_practice():
    found = mme(order("fentanyl patch", 75, "0.2", worn="0.2"))
    assert found.total == 36
    assert any("check the directions" in note for note in found.by_medication[0].notes)


@pytest.mark.parametrize(
    ("drug", "strength", "amount", "unit", "total"),
    [
        ("morphine liquid", 2, 15, "mL", 30),
        ("morphine liquid", 2, 30, "mg", 30),
        ("oxycodone", 60, 10, "mg", 15),  # a dose by mass stands whatever the tablet
        ("oxycodone", 5, 20000, "mcg", 30),
        ("oxycodone", None, 20, "mg", 30),
    ],
)
def test_units(drug, strength, amount, unit, total):
    assert mme(order(drug, strength, amount, unit=unit)).total == total


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (order("oxycodone", 5, None), "no dose is recorded"),
        (order("oxycodone", None, 4), "strength not readable"),
        (order("oxycodone", 5, 10, unit="mL"), "the dose is in mL and the strength in mg"),
        (order("morphine liquid", 2, 3), "the strength is per mL and the dose is not in mL"),
        (order("levorphanol", 2, 3), "no CDC 2022 factor for levorphanol"),
        (order("oxycodone", 5, 0), "the dose recorded is 0"),
        (order("fentanyl patch", None, "0.333", worn=1), "strength not readable in mcg/h"),
        (
            order(product("morphine", 10, form=Form.SUPPOSITORY), None, 2),
            "no CDC 2022 factor for morphine as suppository",
        ),
        (
            order(product("fentanyl patch", 25, form=Form.UNKNOWN), None, 1),
            "whether this fentanyl is a patch, a film or a spray is not recorded",
        ),
        (
            order(product("fentanyl patch", 25, form=Form.BUCCAL, dose_form="Buccal Film"), None, 1),
            "no CDC 2022 factor for fentanyl as film or oral spray",
        ),
        # Ionsys: mg per press of a button, though its form is a transdermal system.
        (
            order(replace(product("fentanyl patch", 25), ingredients=(
                Ingredient("fentanyl", "4337", Decimal("0.04"), "mg/actuation", is_opioid=True),)), None, 1, worn=1),
            "strength not readable in mcg/h",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_calculated_is_said_and_the_total_is_at_least(what, reason):
    found = mme(what, order("hydrocodone", 10, 2))
    assert [e.reason for e in found.not_calculated] == [reason]
    assert found.at_least
    assert str(found) == "at least 20 MME/day"


def test_supplementary_factors_are_the_clinics_choice():
    found = mme(order("levorphanol", 2, 3), policy=replace(POLICY, supplementary_factors=True))
    assert found.total == 66
    assert "factor outside the CDC 2022 table" in found.by_medication[0].notes


def test_only_the_opioid_of_a_combination_counts():
    percocet = replace(
        product("oxycodone", 5),
        ingredients=(
            Ingredient("acetaminophen", "161", Decimal(325), "mg"),
            Ingredient("oxycodone", "7804", Decimal(5), "mg", is_opioid=True),
        ),
    )
    assert mme(order(percocet, None, 4)).total == 30


def test_as_needed_counts_at_its_maximum_and_says_so():
    entry = mme(order("oxycodone", 5, 6, as_needed=True)).by_medication[0]
    assert (entry.mme, entry.mme_low, entry.as_needed) == (45, 0, True)
    assert "up to" in entry.basis


def test_a_range_counts_at_its_high_end():
    entry = mme(order("oxycodone", 5, dosage=dosage(6, low=3))).by_medication[0]
    assert (entry.mme, entry.mme_low) == (45, Decimal("22.5"))
    assert "up to" in entry.basis


def test_the_steps_of_a_taper_are_never_added():
    steps = (DoseStep(Decimal(4), Decimal(4), "unit", days=14), DoseStep(Decimal(2), Decimal(2), "unit"))
    taper = Dosage(steps, certainty=Certainty.HIGH)
    assert mme(order("oxycodone", 5, authored=13, dosage=taper)).total == 30
    assert mme(order("oxycodone", 5, authored=14, dosage=taper)).total == 15


class TestNotCounted:
    def test_buprenorphine_is_never_converted(self):
        for drug, strength in (("buprenorphine film", 8), ("buprenorphine patch", 20)):
            found = mme(order(drug, strength, 1, worn=1))
            assert (found.total, found.at_least) == (0, False)
            assert found.excluded[0].is_current
            assert "not converted" in found.excluded[0].reason

    @pytest.mark.parametrize(
        "changes",
        [
            {"reasons": (Concept((Code("http://hl7.org/fhir/sid/icd-10-cm", "F11.20"),)),)},
            {"reasons": (Concept((Code("http://snomed.info/sct", "75544000"),)),)},
            {"reasons": (Concept(text="Opioid use disorder, severe"),)},
            {"reason_ids": ("Condition/oud",)},
            {"pharmacy": "Valley Opioid Treatment Program"},
            {"dosage": Dosage(cannot_tell="", steps=dosage(3).steps, text="80 mg daily, dosed at OTP")},
        ],
    )
    def test_methadone_for_oud(self, changes):
        found = mme(order("methadone", 10, 3, **changes), condition("F11.20", id="Condition/oud"))
        assert found.excluded[0].reason == "methadone for opioid use disorder is not counted"
        assert found.excluded[0].is_current
        assert found.total == 0

    def test_methadone_without_a_reason_is_counted_with_a_question(self):
        found = mme(order("methadone", 10, 3), condition("F11.20"))
        assert found.total == 141
        assert any("check whether this methadone is for it" in n for n in found.by_medication[0].notes)

    def test_methadone_for_pain_raises_no_question(self):
        pain = (Concept((Code("http://hl7.org/fhir/sid/icd-10-cm", "G89.4"),)),)
        found = mme(order("methadone", 10, 3, reasons=pain), condition("F11.20"))
        assert not any("problem list" in n for n in found.by_medication[0].notes)

    @pytest.mark.parametrize(
        ("record", "reason", "is_current"),
        [
            (order("morphine injection", 4, 2, unit="mL"), "injection: not part of a home dose", True),
            (order("oxycodone", 5, 4, categories=frozenset({"inpatient"})), "ordered for a hospital stay", False),
            (
                order(product("codeine", 10, is_cough_cold=True), None, 4),
                "cough and cold medicine: not counted, shown on its own line",
                True,
            ),
            (order("oxycodone", 5, 4, status="stopped"), "stopped", False),
            (order("oxycodone", 5, 4, status="cancelled"), "cancelled", False),
            (order("oxycodone", 5, 4, status="on-hold"), "on hold", False),
            (order("oxycodone", 5, 4, status="draft"), "not an order: a draft, proposal or option", False),
            (order("oxycodone", 5, 4, intent="proposal"), "not an order: a draft, proposal or option", False),
            (statement("oxycodone", 5, 4, status="not-taken"), "recorded as not taken", False),
            (statement("oxycodone", 5, 4, status="completed"), "recorded as no longer taken", False),
        ],
    )  # fmt: skip
    def test_reasons(self, record, reason, is_current):
        found = mme(record)
        assert why(found) == [reason]
        assert found.excluded[0].is_current is is_current
        assert (found.total, found.at_least) == (0, False)

    def test_a_discharge_order_of_a_stay_counts(self):
        both = frozenset({"inpatient", "discharge"})
        assert mme(order("oxycodone", 5, 4, categories=both)).total == 30


class TestWords:
    @pytest.mark.parametrize(
        ("number", "words"),
        [
            ("45", "45 MME/day"),
            ("112.5", "112.5 MME/day"),
            ("112.54", "112.5 MME/day"),
            ("49.99", "49.99 MME/day"),
            ("49.95", "49.95 MME/day"),
            ("49.999", "49.999 MME/day"),
            ("49.94", "49.9 MME/day"),
            ("50", "50 MME/day"),
            ("50.04", "50 MME/day"),
            ("89.99", "89.99 MME/day"),
            ("90", "90 MME/day"),
            ("0", "0 MME/day"),
            ("200", "200 MME/day"),
        ],
    )
    def test_rounding_never_crosses_a_threshold(self, number, words):
        assert in_words(Decimal(number)) == words
        assert str(DailyMme(Decimal(number), False)) == words

    def test_no_number_is_shown_when_nothing_could_be_calculated(self):
        assert str(mme(order("oxycodone", 5, None))) == "MME/day cannot be told"
        assert str(mme()) == "0 MME/day"

    def test_the_clinics_own_threshold_is_not_crossed_either(self):
        policy = replace(POLICY, mme_extra_care=Decimal(30))
        assert str(mme(order("morphine", "29.99", 1), policy=policy)) == "29.99 MME/day"

    def test_thirds_add_up(self):
        third = Decimal(1) / Decimal(3)
        assert mme(order("morphine", 150, third)).total == 50

    def test_explain_shows_every_factor_step_and_reason(self):
        text = explain(mme(order("oxycodone", 5, 4, id="MedicationRequest/a"), order("levorphanol", 2, 3)))
        for part in ("at least 30 MME/day", "20 mg/day × 1.5", "4 × 5 mg = 20 mg", "MedicationRequest/a",
                     "no CDC 2022 factor for levorphanol", "Never for converting"):  # fmt: skip
            assert part in text


class TestUnseen:
    @pytest.mark.parametrize("kind", list(Gap))
    def test_orders_that_were_not_read_make_it_at_least(self, kind):
        gap = Unavailable("MedicationRequest", kind, "Prescriptions were not shared")
        found = mme(order("oxycodone", 5, 4), unavailable=(gap,))
        assert str(found) == "at least 30 MME/day"
        assert "Prescriptions were not shared" in found.notes

    def test_nothing_read_is_not_zero(self):
        gap = Unavailable("MedicationRequest", Gap.REFUSED, "Prescriptions were not shared")
        assert str(mme(unavailable=(gap,))) == "MME/day cannot be told"

    def test_statements_not_read(self):
        assert mme(unavailable=(Unavailable("MedicationStatement", Gap.FAILED, "x"),)).at_least
        assert not mme(unavailable=(Unavailable("MedicationStatement", Gap.NOT_SUPPORTED, "x"),)).at_least

    def test_fills_not_read_are_a_note(self):
        found = mme(
            order("oxycodone", 5, 4), unavailable=(Unavailable("MedicationDispense", Gap.REFUSED, "x"),)
        )
        assert (found.at_least, found.notes) == (False, ("fills: x",))

    def test_an_order_that_could_not_be_read(self):
        assert mme(set_aside=(SetAside("MedicationRequest", "MedicationRequest/1", "no medicine"),)).at_least
        ignored = SetAside("MedicationRequest", "x", "entered in error", hides_a_record=False)
        assert not mme(set_aside=(ignored,)).at_least

    def test_a_medicine_without_any_name(self):
        from chart.medications import Product

        nameless = order(Product(name=""), concept=Concept())
        assert mme(nameless).at_least
