"""Medicines recognised by code, and what happens when code and name disagree."""

from decimal import Decimal

import pytest

from chart.medications import Certainty, DrugClass, Form
from chart.products import Part, identify
from chart.terms import NDC, RXNORM, Code, Concept

OPIOID, BENZODIAZEPINE = DrugClass.OPIOID, DrugClass.BENZODIAZEPINE
PRODUCT, INGREDIENT = "RxNorm product code", "RxNorm ingredient code"


def coded(*rxcuis, text=""):
    return identify(Concept(codes=tuple(Code(RXNORM, c) for c in rxcuis), text=text))


def strengths(product):
    return {i.name: f"{i.strength} {i.unit}" for i in product.ingredients}


@pytest.mark.parametrize(
    ("rxcui", "expected", "form", "is_long_acting", "schedule"),
    [
        ("1049221", {"oxycodone": "5 mg", "acetaminophen": "325 mg"}, Form.SOLID, False, "II"),
        ("245134", {"fentanyl": "25 mcg/h"}, Form.PATCH, True, "II"),
        ("577057", {"fentanyl": "12 mcg/h"}, Form.PATCH, True, "II"),
        ("1603501", {"fentanyl": "87.5 mcg/h"}, Form.PATCH, True, "II"),
        (
            "857099",
            {"hydrocodone": "0.5 mg/mL", "acetaminophen": "33.3 mg/mL"},
            Form.ORAL_LIQUID,
            False,
            "II",
        ),
        ("1860154", {"oxycodone": "15 mg"}, Form.SOLID, True, "II"),
        ("864706", {"methadone": "10 mg"}, Form.SOLID, True, "II"),
        ("1307056", {"buprenorphine": "4 mg", "naloxone": "1 mg"}, Form.BUCCAL, False, "III"),
        ("261106", {"fentanyl": "0.2 mg"}, Form.BUCCAL, False, "II"),
        ("1115577", {"fentanyl": "0.4 mg/actuation"}, Form.SPRAY, False, "II"),
        ("247626", {"oxycodone": "10 mg"}, Form.SUPPOSITORY, False, "II"),
        ("1797650", {"buprenorphine": "74.2 mg"}, Form.IMPLANT, False, "III"),
        ("993770", {"codeine": "15 mg", "acetaminophen": "300 mg"}, Form.SOLID, False, "III"),
        ("2670390", {"tramadol": "25 mg"}, Form.SOLID, False, "IV"),  # of the gap list
    ],
)
def test_opioid_products(rxcui, expected, form, is_long_acting, schedule):
    product = coded(rxcui)
    assert strengths(product) == expected
    assert (product.form, product.is_long_acting, product.schedule) == (form, is_long_acting, schedule)
    assert product.known_by == PRODUCT
    assert OPIOID in product.classes
    assert len(product.opioids) == 1


@pytest.mark.parametrize(
    ("rxcui", "doubt"),
    [
        ("637540", "two oxycodone salts"),
        ("886634", "10 mg/mL and 1 mg per spray"),
        ("1666831", "per release, not per hour"),
        ("1740007", "one dose is two sprays"),
        ("1655058", "doubtful strength"),
        ("895206", "doubtful strength"),
        ("1487611", "veterinary"),
        ("1190572", "not counted as an opioid for pain"),
        ("2692878", "in no product table"),
    ],
)
def test_what_the_source_doubts_stays_marked(rxcui, doubt):
    product = coded(rxcui)
    assert doubt in product.doubt
    assert product.certainty is Certainty.MEDIUM


def test_iontophoretic_fentanyl_never_gets_the_patch_rule():
    product = coded("1666831")
    assert product.form is Form.OTHER
    assert product.opioids[0].unit == "mg/actuation"


def test_diphenoxylate_is_recognised_and_is_no_opioid_for_pain():
    product = coded("1190572")
    assert {i.name for i in product.ingredients} == {"diphenoxylate", "atropine"}
    assert not product.opioids
    assert OPIOID not in product.classes


@pytest.mark.parametrize(
    ("rxcui", "classes"),
    [
        ("7804", {"OPIOID"}),  # oxycodone, the ingredient
        ("1819", {"OPIOID", "MOUD"}),
        ("7242", {"OPIOID_REVERSAL"}),
        ("31479", {"OPIOID_REVERSAL"}),
        ("7243", {"MOUD"}),
        ("596", {"BENZODIAZEPINE"}),
        ("3322", {"BENZODIAZEPINE"}),
        ("39993", {"Z_DRUG"}),
        ("25480", {"GABAPENTINOID", "NON_OPIOID_ANALGESIC"}),
        ("2101", {"MUSCLE_RELAXANT", "NON_OPIOID_ANALGESIC"}),
        ("19860", {"BARBITURATE"}),
        ("6760", {"OTHER_SEDATIVE"}),
        ("161", {"NON_OPIOID_ANALGESIC"}),
        ("36387", {"LAXATIVE"}),
    ],
)
def test_ingredient_codes(rxcui, classes):
    product = coded(rxcui)
    assert product.known_by == INGREDIENT
    assert {c.name for c in product.classes} == classes
    assert product.ingredients[0].strength is None


def test_an_ingredient_code_takes_strength_and_form_from_the_name():
    product = coded("7804", text="oxycodone 5 mg tablet")
    assert strengths(product) == {"oxycodone": "5 mg"}
    assert (product.known_by, product.certainty, product.form) == (INGREDIENT, Certainty.MEDIUM, Form.SOLID)


@pytest.mark.parametrize(
    ("rxcui", "classes"),
    [
        ("1725059", {"OPIOID_REVERSAL"}),  # naloxone nasal spray
        ("1191224", {"OPIOID_REVERSAL"}),  # retired
        ("312289", {"OPIOID"}),  # naloxone with pentazocine
        ("207017", {"OPIOID"}),  # the same, retired
        ("202479", {"BENZODIAZEPINE"}),  # Ativan, the brand
        ("854882", {"Z_DRUG"}),
        ("197446", {"MUSCLE_RELAXANT", "NON_OPIOID_ANALGESIC"}),  # carisoprodol, listed without a name
        ("864830", {"OPIOID", "MOUD"}),  # methadone tablet, retired
        ("1659929", {"OPIOID_REVERSAL"}),
        ("2639031", {"OPIOID", "MOUD"}),  # Brixadi, newer than the product table
        ("388507", {"OPIOID"}),  # buprenorphine patch: for pain
        ("1716067", {"OPIOID"}),  # Belbuca: for pain, though listed with medicines for OUD
        ("205533", {"OPIOID"}),  # Buprenex
        ("1996193", {"OPIOID", "MOUD"}),  # Sublocade
    ],
)
def test_classes_by_product_code(rxcui, classes):
    product = coded(rxcui)
    assert {c.name for c in product.classes} == classes
    assert product.known_by == PRODUCT


def test_a_class_code_without_a_name_still_has_its_class():
    product = coded("313782")  # acetaminophen 325 MG Oral Tablet
    assert product.classes == {DrugClass.NON_OPIOID_ANALGESIC}
    assert coded("313782", text="Acetaminophen 325 MG Oral Tablet").ingredients[0].name == "acetaminophen"


def test_stimulants_of_the_depressant_set_are_not_sedatives():
    assert coded("977860").classes == frozenset()  # methamphetamine
    assert coded("995686").classes == frozenset()  # meclizine


def test_when_code_and_name_disagree_the_code_is_trusted():
    product = coded("1049221", text="morphine 15 mg tablet")
    assert [i.name for i in product.opioids] == ["oxycodone"]
    assert product.doubt == "the name says morphine, the code says oxycodone"
    assert product.certainty is Certainty.MEDIUM


def test_a_name_that_does_not_mention_the_drug_is_a_doubt():
    product = coded("1049221", text="Verapamil Hydrochloride 40 MG")
    assert [i.name for i in product.opioids] == ["oxycodone"]
    assert product.doubt == "the name does not mention oxycodone, the code does"


def test_an_opioid_in_the_name_is_never_hidden_by_another_code():
    product = coded("161", text="morphine 15 mg tablet")
    assert [i.name for i in product.opioids] == ["morphine"]
    assert product.doubt == "the name says morphine, the code says acetaminophen"
    assert product.certainty is Certainty.LOW


def test_an_opioid_in_the_name_is_not_hidden_by_the_code_of_its_partner():
    product = coded("197425", text="Percocet 5-325 mg")  # acetaminophen with butalbital
    assert strengths(product) == {"acetaminophen": "325 mg", "oxycodone": "5 mg"}
    assert (
        product.doubt
        == "the name says acetaminophen and oxycodone, the code says acetaminophen and butalbital"
    )
    assert product.classes == {OPIOID, DrugClass.BARBITURATE}


def test_a_strength_in_the_name_that_differs_is_a_doubt():
    product = coded("1049221", text="Oxycodone-acetaminophen 10-325 mg")
    assert strengths(product)["oxycodone"] == "5 mg"
    assert product.doubt == "the strength in the name is not the strength of the code"


@pytest.mark.parametrize(
    "text",
    [
        "Acetaminophen/Hydrocodone",
        "hydrocodone-acetaminophen 10-300 mg",
        "HYDROcodone Bitartrate 10 MG Oral Tablet",
    ],
)
def test_a_name_that_tells_less_is_no_disagreement(text):
    product = coded("856980", text=text)
    assert product.doubt == ""
    assert product.certainty is Certainty.HIGH


def test_several_product_codes_of_one_strength_agree():
    assert coded("856999", "857005").doubt == "its codes name more than one product"
    assert strengths(coded("856999", "857005"))["hydrocodone"] == "10 mg"  # the stronger, when nothing tells
    told = coded("856999", "857005", text="hydrocodone-acetaminophen 7.5-325 mg")
    assert strengths(told)["hydrocodone"] == "7.5 mg"


def test_unknown_codes_fall_back_on_the_name():
    concept = Concept((Code(RXNORM, "1310197"), Code(NDC, "00406-0123-01")), "oxycodone 5 mg tablet")
    product = identify(concept)
    assert (product.known_by, strengths(product)) == ("name", {"oxycodone": "5 mg"})
    assert identify(Concept((Code(RXNORM, "99999999"),))).known_by == "not recognised"


def test_a_code_of_another_system_is_not_an_rxnorm_code():
    assert identify(Concept((Code(NDC, "1049221"),))).known_by == "not recognised"
    assert identify(Concept((Code("http://example.org/local", "7804"),))).ingredients == ()


def part(name, number, unit, per=None, per_unit="", rxcui=""):
    codes = (Code(RXNORM, rxcui),) if rxcui else ()
    return Part(Concept(codes, name), Decimal(number), unit, Decimal(per) if per else None, per_unit)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((part("oxycodone", 5, "mg", 1, "TAB"),), {"oxycodone": "5 mg"}),
        ((part("", 5, "mg", 1, "{tbl}", rxcui="7804"),), {"oxycodone": "5 mg"}),
        ((part("oxycodone", 10, "mg", 2, "{tbl}"),), {"oxycodone": "5 mg"}),
        ((part("morphine", 100, "mg", 5, "mL"),), {"morphine": "20 mg/mL"}),
        ((part("fentanyl", 25, "ug", 1, "h"),), {"fentanyl": "25 mcg/h"}),
        ((part("fentanyl", 25, "mcg", 1, "hour"),), {"fentanyl": "25 mcg/h"}),
        (
            (part("hydrocodone", 5, "mg"), part("acetaminophen", 325, "mg")),
            {"hydrocodone": "5 mg", "acetaminophen": "325 mg"},
        ),
        ((part("oxycodone", 0, "mg"),), {"oxycodone": "None "}),
    ],
)
def test_parts_of_a_medication(parts, expected):
    product = identify(Concept(), None, parts)
    assert strengths(product) == expected
    assert product.known_by == "listed ingredients"


def test_parts_do_not_hide_an_opioid_in_the_name():
    product = identify(Concept(text="Percocet"), None, (part("acetaminophen", 325, "mg"),))
    assert strengths(product) == {"acetaminophen": "325 mg", "oxycodone": "None "}
    assert OPIOID in product.classes


def test_a_product_code_comes_before_parts():
    concept = Concept((Code(RXNORM, "1049221"),))
    assert strengths(identify(concept, None, (part("morphine", 15, "mg"),)))["oxycodone"] == "5 mg"


def test_form_of_the_medication_counts_where_the_name_is_silent():
    patch = Concept(text="Transdermal patch")
    assert identify(Concept(text="fentanyl 25 mcg"), patch).opioids[0].unit == "mcg/h"
    assert identify(Concept(text="oxycodone 5 mg"), Concept((Code("x", "TAB"),))).form is Form.SOLID
    assert identify(Concept(text="oxycodone 5 mg tablet"), patch).form is Form.SOLID
