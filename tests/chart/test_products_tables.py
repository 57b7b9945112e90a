"""Every product of the tables, read from its name alone, must come out as the table has it."""

from collections import Counter
from fractions import Fraction

import pytest

from chart import product_tables
from chart.medications import DrugClass, Form
from chart.product_rows import PER
from chart.product_tables import class_codes, ingredients, opioid_products
from chart.products import identify
from chart.strengths import as_unit
from chart.terms import RXNORM, Code, Concept

ROWS = tuple(opioid_products().values())
# Rows whose name may be read otherwise than the table has it: none today, suspicious ones included.
MAY_DIFFER: frozenset[str] = frozenset()
# The name of a pack gives the form of what is in it.
PACKS = frozenset({"1740007", "1740008", "1740009", "1740010"})


def by_name(row):
    return identify(Concept(text=row.name))


def by_code(row):
    return identify(Concept((Code(RXNORM, row.rxcui),)))


def expected(row):
    return {name: as_unit(strength, PER[row.unit]) for name, strength in row.strengths.items()}


def found(product):
    return {i.name: (i.strength, i.unit) for i in product.ingredients}


def test_the_table_is_whole():
    assert len(ROWS) == 1156 + 21
    assert sum("in no product table" in row.suspicious for row in ROWS) == 21
    assert Counter(row.ingredient for row in ROWS)["codeine"] == 224


def test_every_name_gives_the_ingredients_and_strengths_of_its_row():
    wrong = {row.rxcui for row in ROWS if found(by_name(row)) != expected(row)}
    assert wrong == MAY_DIFFER


def test_every_name_gives_form_and_release_of_its_row():
    wrong = {
        row.rxcui
        for row in ROWS
        if (p := by_name(row)).form is Form.UNKNOWN
        or p.dose_form.lower() != row.dose_form.lower()
        or (p.opioids and p.is_long_acting is not row.is_long_acting)
    }
    assert wrong == PACKS


def test_name_and_code_agree_on_all_else():
    for row in ROWS:
        name, code = by_name(row), by_code(row)
        assert (name.classes, name.form) == (code.classes, code.form), row.name
        assert (name.schedule, name.is_cough_cold) == (code.schedule, code.is_cough_cold), row.name
        assert (name.known_by, code.known_by) == ("name", "RxNorm product code")


def test_a_code_with_its_own_name_has_no_further_doubt():
    for row in ROWS:
        product = identify(Concept((Code(RXNORM, row.rxcui, row.name),)))
        assert product.doubt == row.suspicious or row.ingredient == "diphenoxylate", row.name


def test_every_opioid_product_has_one_opioid_but_the_one_for_diarrhea():
    for row in ROWS:
        opioids = [i.name for i in by_code(row).opioids]
        assert opioids == ([] if row.ingredient == "diphenoxylate" else [row.ingredient])


@pytest.mark.parametrize(
    ("drug_class", "floor"),
    [
        (DrugClass.BENZODIAZEPINE, Fraction(1)),
        (DrugClass.BARBITURATE, Fraction(1)),
        (DrugClass.Z_DRUG, Fraction(1)),
        (DrugClass.OPIOID_REVERSAL, Fraction(1)),
        (DrugClass.OPIOID, Fraction(1)),
        (DrugClass.MUSCLE_RELAXANT, Fraction(1)),
        (DrugClass.OTHER_SEDATIVE, Fraction(1)),
        # salves with menthol, and salts, are known by code only; but five laxatives of 260 carry a name
        (DrugClass.NON_OPIOID_ANALGESIC, Fraction(97, 100)),
        (DrugClass.LAXATIVE, Fraction(2, 5)),
    ],
)
def test_share_of_other_classes_read_from_the_name(drug_class, floor):
    rows = [r for r in class_codes().values() if r.name and drug_class in r.classes]
    if drug_class is DrugClass.NON_OPIOID_ANALGESIC:
        rows = [r for r in rows if DrugClass.BENZODIAZEPINE not in r.classes]
    right = [r for r in rows if drug_class in identify(Concept(text=r.name)).classes]
    assert rows
    assert Fraction(len(right), len(rows)) >= floor


def test_only_naloxone_and_nalmefene_alone_are_reversal():
    rows = [*ROWS, *(r for r in class_codes().values() if r.name)]
    for row in rows:
        product = identify(Concept(text=row.name))
        if DrugClass.OPIOID_REVERSAL in product.classes:
            assert {i.name for i in product.ingredients} in ({"naloxone"}, {"nalmefene"}), row.name


def test_buprenorphine_for_pain_is_not_a_medicine_for_oud():
    for row in ROWS:
        if row.ingredient != "buprenorphine":
            continue
        for_pain = any(
            brand in row.name
            for brand in ("Belbuca", "BuTrans", "Buprenex", "Simbadol", "Animalgesics", "Zorbium")
        )
        if for_pain or "Transdermal" in row.name:
            assert DrugClass.MOUD not in by_code(row).classes, row.name
        if "aloxone" in row.name or any(b in row.name for b in ("Subutex", "Sublocade", "Probuphine")):
            assert DrugClass.MOUD in by_code(row).classes, row.name


@pytest.mark.parametrize("table", ["opioid_products", "class_codes", "ingredients", "brands"])
def test_every_line_of_every_table_has_its_source(table):
    rows = list(product_tables._rows(table))
    assert rows
    assert all(row["source"] and None not in row.values() and None not in row for row in rows)


def test_what_rests_on_nothing_but_memory_is_marked():
    for row in product_tables._rows("ingredients"):
        if row["schedule"]:
            assert row["schedule_source"] in ("spec.md 3.2 rule 5", "own knowledge, unconfirmed")
    unconfirmed = [row["name"] for row in product_tables._rows("brands") if "unconfirmed" in row["source"]]
    assert "Tylenol #3" in unconfirmed
    assert "Percocet" not in unconfirmed


def test_brands_consist_of_ingredients_of_the_table():
    for group in product_tables.phrases().values():
        for phrase in group:
            assert all(name in ingredients() for name in phrase.ingredients), phrase
            assert not phrase.strengths or len(phrase.strengths) == len(phrase.ingredients)
