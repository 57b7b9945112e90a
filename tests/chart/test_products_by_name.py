"""Medicines recognised by nothing but their name."""

from decimal import Decimal

import pytest

from chart.medications import Certainty, DrugClass, Form
from chart.products import identify
from chart.terms import Concept

BUCCAL, INJECTION, LIQUID = Form.BUCCAL, Form.INJECTION, Form.ORAL_LIQUID
PATCH, SOLID, SPRAY, UNKNOWN = Form.PATCH, Form.SOLID, Form.SPRAY, Form.UNKNOWN


def named(text):
    return identify(Concept(text=text))


def strengths(text):
    return {i.name: f"{i.strength} {i.unit}".strip() for i in named(text).ingredients}


OPIOIDS = [
    # as RxNorm writes them
    ("12 HR oxycodone hydrochloride 10 MG Extended Release Oral Tablet [OxyContin]", "oxycodone 10 mg", SOLID, True),
    (
        "Abuse-Deterrent 12 HR Oxycodone Hydrochloride 15 MG Extended Release Oral Tablet [Oxycontin]",
        "oxycodone 15 mg",
        SOLID,
        True,
    ),
    ("Acetaminophen 325 MG / HYDROcodone Bitartrate 7.5 MG Oral Tablet", "hydrocodone 7.5 mg", SOLID, False),
    ("72 HR Fentanyl 0.025 MG/HR Transdermal System [Duragesic]", "fentanyl 25 mcg/h", PATCH, True),
    ("1 ML Morphine Sulfate 10 MG/ML Prefilled Syringe", "morphine 10 mg/mL", INJECTION, False),
    ("Fentanyl 0.1 MG/ACTUAT Mucosal Spray [Subsys]", "fentanyl 0.1 mg/actuation", SPRAY, False),
    ("{2 (Fentanyl 0.6 MG/ACTUAT Mucosal Spray) } Pack", "fentanyl 0.6 mg/actuation", SPRAY, False),
    ("Fentanyl 0.2 MG Oral Lozenge [Actiq]", "fentanyl 0.2 mg", BUCCAL, False),
    ("80 ACTUAT fentanyl 0.04 MG/ACTUAT Transdermal System", "fentanyl 0.04 mg/actuation", Form.OTHER, True),
    ("Oxycodone 10 MG Rectal Suppository", "oxycodone 10 mg", Form.SUPPOSITORY, False),
    # as EHRs and people do
    ("oxyCODONE-acetaminophen 5-325 mg tab", "oxycodone 5 mg", SOLID, False),
    ("MS Contin 15mg", "morphine 15 mg", SOLID, True),
    ("fentanyl 25 mcg/hr patch", "fentanyl 25 mcg/h", PATCH, True),
    ("fentaNYL 25 MCG patch", "fentanyl 25 mcg/h", PATCH, True),
    ("fentanyl 12 mcg/hr transdermal patch 72 hour", "fentanyl 12 mcg/h", PATCH, True),
    ("Norco 10/325", "hydrocodone 10 mg", SOLID, False),
    ("Norco 10 / 325", "hydrocodone 10 mg", SOLID, False),
    ("Lortab 7.5", "hydrocodone 7.5 mg", UNKNOWN, False),
    ("buprenorphine-naloxone 8-2 mg SL film", "buprenorphine 8 mg", BUCCAL, False),
    ("Suboxone 8 mg-2 mg film", "buprenorphine 8 mg", BUCCAL, False),
    ("Suboxone 8 mg film", "buprenorphine 8 mg", BUCCAL, False),
    ("hydrocodone-acetaminophen 7.5-325 mg/15 mL solution", "hydrocodone 0.5 mg/mL", LIQUID, False),
    ("hydrocodone 7.5 mg-acetaminophen 325 mg/15 mL oral solution", "hydrocodone 0.5 mg/mL", LIQUID, False),
    ("hydrocodone 5 mg/acetaminophen 325 mg tablet", "hydrocodone 5 mg", SOLID, False),
    ("Acetaminophen/Hydrocodone 10/325", "hydrocodone 10 mg", UNKNOWN, False),
    ("tramadol ER 100 mg", "tramadol 100 mg", UNKNOWN, True),
    ("OxyContin 20 mg 12 hr tablet", "oxycodone 20 mg", SOLID, True),
    ("oxycodone ER (OxyContin) 40 mg T12A", "oxycodone 40 mg", SOLID, True),
    ("Percocet 5-325", "oxycodone 5 mg", SOLID, False),
    ("Percocet (oxycodone-acetaminophen) 10-325 mg tablet", "oxycodone 10 mg", SOLID, False),
    ("Duragesic 50 mcg/hr", "fentanyl 50 mcg/h", PATCH, True),
    ("Duragesic-50", "fentanyl 50 mcg/h", PATCH, True),
    ("morphine sulfate IR 15 mg", "morphine 15 mg", UNKNOWN, False),
    ("morphine concentrate 100 mg/5 mL (20 mg/mL) oral solution", "morphine 20 mg/mL", LIQUID, False),
    ("Roxicodone", "oxycodone", SOLID, False),
    ("oxycodone (Roxicodone) 5 mg immediate release tablet", "oxycodone 5 mg", SOLID, False),
    ("oxycodone 5 mg #30", "oxycodone 5 mg", UNKNOWN, None),
    ("oxycodone 5 mg take 1-2 tabs every 4 hours", "oxycodone 5 mg", SOLID, None),
    ("Tylenol #3", "codeine 30 mg", UNKNOWN, False),
    ("Tylenol with codeine No. 4", "codeine 60 mg", UNKNOWN, False),
    ("acetaminophen-codeine #3 tablet", "codeine 30 mg", SOLID, False),
    ("butalbital-APAP-caff-codeine", "codeine", UNKNOWN, False),
    ("butalbital-acetaminop-caf-cod 50-325-40-30 mg capsule", "codeine 30 mg", SOLID, False),
    ("guaifenesin-codeine 100-10 mg/5 mL", "codeine 2 mg/mL", UNKNOWN, False),
    ("Belbuca 300 mcg film", "buprenorphine 0.3 mg", BUCCAL, False),
    ("Butrans 10 mcg/hr", "buprenorphine 10 mcg/h", PATCH, True),
    ("Sublocade 300 mg/1.5 mL", "buprenorphine 200 mg/mL", INJECTION, False),
    ("Methadone 10 mg tablet", "methadone 10 mg", SOLID, True),
    ("fentanyl citrate 100 mcg/2 mL injection", "fentanyl 0.05 mg/mL", INJECTION, False),
    ("Subsys 400 mcg spray", "fentanyl 0.4 mg/actuation", SPRAY, False),
    ("morphine 0.015 g tablet", "morphine 15 mg", SOLID, None),
    ("Acetaminophen/Hydrocodone", "hydrocodone", UNKNOWN, False),
    ("Acetaminophen 300 MG / HYDROcodone Bitartrate 5 MG [Vicodin]", "hydrocodone 5 mg", SOLID, False),
    ("oxycodone", "oxycodone", UNKNOWN, None),
    ("10 mg oxycodone tablet", "oxycodone 10 mg", SOLID, None),
    ("oxycodone 10 mg/325 mg acetaminophen", "oxycodone 10 mg", UNKNOWN, False),
    ("MORPHINE SO4 15MG SA TAB", "morphine 15 mg", SOLID, True),
    ("Methadose 10 mg/mL oral concentrate", "methadone 10 mg/mL", LIQUID, True),
    ("HYDROcodone-acetaminophen (NORCO) 5-325 mg per tablet", "hydrocodone 5 mg", SOLID, False),
    ("acetaminophen with codeine 300 mg-30 mg tablet", "codeine 30 mg", SOLID, False),
    ("morphine sulfate ER 15 mg tablet,extended release", "morphine 15 mg", SOLID, True),
    ("hydrocodone bit-acetaminophen 7.5 mg-325 mg/15 mL(15 mL) oral solution", "hydrocodone 0.5 mg/mL", LIQUID, False),
    ("fentanyl 100 mcg/hr + 25 mcg/hr patch", "fentanyl", PATCH, True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "opioid", "form", "is_long_acting"), OPIOIDS, ids=[c[0] for c in OPIOIDS])
def test_opioids(text, opioid, form, is_long_acting):
    product = named(text)
    (found,) = product.opioids
    assert " ".join(str(w) for w in (found.name, found.strength, found.unit) if w not in (None, "")) == opioid
    assert product.form is form
    assert product.is_long_acting is is_long_acting
    assert DrugClass.OPIOID in product.classes
    assert product.known_by == "name"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # both orders are written; only one of them makes a product
        ("acetaminophen-hydrocodone 325-10 mg", {"acetaminophen": "325 mg", "hydrocodone": "10 mg"}),
        ("acetaminophen-hydrocodone 10-325 mg", {"acetaminophen": "325 mg", "hydrocodone": "10 mg"}),
        # no product has this opioid in these strengths: believed as written where the order is written
        ("hydrocodone-acetaminophen 11-325 mg", {"hydrocodone": "11 mg", "acetaminophen": "325 mg"}),
        ("Norco 11/327", {"acetaminophen": "", "hydrocodone": ""}),
        # a number is not always a strength
        ("Percocet 30 tablets", {"acetaminophen": "", "oxycodone": ""}),
        ("oxycodone 30 day supply", {"oxycodone": ""}),
        ("oxycodone 7777", {"oxycodone": ""}),
        # two strengths that disagree are none
        ("oxycodone 5 mg 10 mg tablet", {"oxycodone": ""}),
        # an ingredient of no table is kept: a combination is never taken for a single ingredient
        ("zzafoxine-naloxone 8-2 mg", {"zzafoxine": "8 mg", "naloxone": "2 mg"}),
        ("Zzafoxine 8 MG / naloxone 2 MG Oral Tablet", {"zzafoxine": "8 mg", "naloxone": "2 mg"}),
        ("polyethylene glycol 3350 17 gram packet", {"polyethylene glycol 3350": "17000 mg"}),
        ("gabapentin 3", {"gabapentin": ""}),
        # two salts of one ingredient
        (
            "Aspirin 325 MG / Oxycodone Hydrochloride 4.5 MG / oxycodone terephthalate 0.38 MG Oral Tablet",
            {"aspirin": "325 mg", "oxycodone": "4.88 mg"},
        ),
    ],
)
def test_strengths(text, expected):
    assert {name: s.replace("None", "").strip() for name, s in strengths(text).items()} == expected


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("oxyCODONE-acetaminophen 5-325 mg tab", {"OPIOID"}),
        ("Narcan 4 mg nasal spray", {"OPIOID_REVERSAL"}),
        ("naloxone 0.4 mg/mL injection", {"OPIOID_REVERSAL"}),
        ("nalmefene 2.7 mg nasal spray", {"OPIOID_REVERSAL"}),
        ("buprenorphine-naloxone 8-2 mg SL film", {"OPIOID", "MOUD"}),
        ("pentazocine-naloxone 50-0.5 mg tablet", {"OPIOID"}),
        ("zzafoxine-naloxone 8-2 mg", set()),
        ("Belbuca 900 mcg buccal film", {"OPIOID"}),
        ("Butrans 20 mcg/hr", {"OPIOID"}),
        ("Buprenex 0.3 mg/mL injection", {"OPIOID"}),
        ("Sublocade 100 mg/0.5 mL", {"OPIOID", "MOUD"}),
        ("Bunavail 4.2-0.7 mg buccal film", {"OPIOID", "MOUD"}),
        ("buprenorphine 8 mg sublingual tablet", {"OPIOID", "MOUD"}),
        ("buprenorphine 8 mg", {"OPIOID", "MOUD"}),
        ("buprenorphine 300 mcg", {"OPIOID"}),
        ("methadone 10 mg tablet", {"OPIOID", "MOUD"}),
        ("methadone 10 mg/mL injection", {"OPIOID"}),
        ("naltrexone 50 mg tablet", {"MOUD"}),
        ("Embeda 20-0.8 mg capsule", {"OPIOID"}),
        ("methylnaltrexone 150 mg", {"LAXATIVE"}),
        ("Xanax 0.5 mg tab", {"BENZODIAZEPINE"}),
        ("clonazePAM 1 mg tablet", {"BENZODIAZEPINE"}),
        ("zolpidem 10 mg tablet", {"Z_DRUG"}),
        ("gabapentin 300 mg capsule", {"GABAPENTINOID", "NON_OPIOID_ANALGESIC"}),
        ("carisoprodol 350 mg", {"MUSCLE_RELAXANT", "NON_OPIOID_ANALGESIC"}),
        ("carisoprodol-aspirin-codeine 200-325-16 mg tablet", {"MUSCLE_RELAXANT", "OPIOID"}),
        ("Fiorinal with codeine", {"BARBITURATE", "OPIOID"}),
        ("meprobamate 400 mg", {"OTHER_SEDATIVE"}),
        ("diphenhydramine 2% topical cream", set()),
        ("ibuprofen 600 mg tablet", {"NON_OPIOID_ANALGESIC"}),
        ("senna 8.6 mg", {"LAXATIVE"}),
        ("Lomotil 2.5-0.025 mg", set()),
    ],
)
def test_classes(text, classes):
    assert {c.name for c in named(text).classes} == classes


@pytest.mark.parametrize(
    "text",
    [
        "hydrocortisone 1% cream", "oxybutynin 5 mg tablet", "apomorphine 10 mg/mL", "Narcan 4 mg nasal spray",
        "loperamide 2 mg capsule", "dextromethorphan 30 mg/5 mL", "naltrexone 50 mg", "meprobamate 400 mg",
        "oxymetazoline nasal spray", "hydroxychloroquine 200 mg", "tranexamic acid 650 mg", "methotrexate 2.5 mg",
        "methylphenidate 10 mg", "hydralazine 25 mg", "diphenoxylate-atropine 2.5-0.025 mg", "naloxegol 25 mg",
    ],
)  # fmt: skip
def test_false_friends_are_no_opioids(text):
    product = named(text)
    assert not product.opioids
    assert DrugClass.OPIOID not in product.classes


@pytest.mark.parametrize(
    "text", ["oxybutynin 5 mg", "apomorphine", "loperamide 2 mg", "", "   ", "5 mg", "tablet"]
)
def test_not_recognised(text):
    product = named(text)
    assert (product.known_by, product.name, product.ingredients) == ("not recognised", text, ())
    assert product.classes == frozenset()
    assert product.certainty is Certainty.LOW


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("oxycodone 5 mg tablet", Certainty.MEDIUM),
        ("oxycodone", Certainty.LOW),  # no strength
        ("oxycodone 45 mg tablet", Certainty.LOW),  # no such product: a dose, perhaps
        ("Tylenol #3", Certainty.LOW),  # the strength rests on unconfirmed words
        ("Soma 350 mg", Certainty.LOW),
        ("codeine allergy", Certainty.LOW),
    ],
)
def test_certainty(text, certainty):
    assert named(text).certainty is certainty


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("codeine allergy", "the name speaks of an allergy or a reaction"),
        ("buprenorphine", "may be for pain or for opioid use disorder"),
        ("Norco 11/327", "the strengths in the name do not fit its ingredients"),
        ("diphenoxylate-atropine 2.5-0.025 mg", "diphenoxylate is a medicine for diarrhea"),
        ("opium tincture 10 mg/mL", ""),
        ("oxycodone 5 mg tablet", ""),
    ],
)
def test_doubts(text, doubt):
    assert doubt in named(text).doubt if doubt else named(text).doubt == ""


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("oxycodone 5 mg tablet", "II"),
        ("hydrocodone-acetaminophen 5-325 mg", "II"),
        ("tramadol 50 mg", "IV"),
        ("butorphanol nasal spray", "IV"),
        ("buprenorphine-naloxone 8-2 mg", "III"),
        ("codeine sulfate 30 mg tablet", "II"),
        ("acetaminophen-codeine 300-30 mg", "III"),
        ("guaifenesin-codeine 100-10 mg/5 mL", ""),
        ("nalbuphine 10 mg/mL", ""),
        ("ibuprofen 600 mg", ""),
    ],
)
def test_schedule(text, schedule):
    assert named(text).schedule == schedule


@pytest.mark.parametrize(
    ("text", "is_cough_cold"),
    [
        ("guaifenesin-codeine 100-10 mg/5 mL", True),
        ("promethazine-codeine 6.25-10 mg/5 mL syrup", True),
        ("Tussionex", True),
        ("acetaminophen-codeine 300-30 mg", False),
        ("meperidine-promethazine 50-25 mg capsule", False),
        ("guaifenesin 600 mg", False),
    ],
)
def test_cough_and_cold_products_are_marked(text, is_cough_cold):
    assert named(text).is_cough_cold is is_cough_cold


def test_carisoprodol_shows_in_the_name():
    assert named("Soma 350 mg").name == "Soma 350 mg (carisoprodol)"
    assert named("carisoprodol 350 mg").name == "carisoprodol 350 mg"


def test_concentrations_keep_their_exact_number():
    (opioid,) = named("hydrocodone-acetaminophen 10-325 mg/15 mL solution").opioids
    assert opioid.strength * 15 == Decimal(10)


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("Opioid pain medication (patient reported)", True),
        ("narcotic analgesic, unknown", True),
        ("non-opioid pain medicine", False),
        ("opioid antagonist kit", False),
        ("pain medication", False),
    ],
)
def test_a_medicine_told_only_by_its_kind_is_an_opioid_of_unknown_name(said, is_one):
    product = identify(Concept((), said))
    assert bool(product.opioids) is is_one
    assert (DrugClass.OPIOID in product.classes) is is_one
