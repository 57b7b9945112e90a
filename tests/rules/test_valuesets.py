"""Value sets: what each accepts, and the traps of the lists they come from."""

import pytest

from chart.terms import ICD10CM, LOINC, SNOMED, Code, Concept
from rules import valuesets
from rules.codes import rows, value_set
from rules.valuesets import find
from tests.builders import condition


def coded(code: str, system: str = ICD10CM) -> Concept:
    return Concept((Code(system, code),))


@pytest.mark.parametrize(
    ("name", "accepted", "left_out"),
    [
        (
            "OPIOID_USE_DISORDER",
            "F11.10 F11.20 F11.29 F11.188",
            "F11 F11.11 F11.21 F11.90 F11.93 F11.99 Z79.891",
        ),
        ("OUD_IN_REMISSION", "F11.11 F11.21", "F11.20"),
        ("OPIOID_USE_UNSPECIFIED", "F11.90 F11.94", "F11.10"),
        (
            "OPIOID_OVERDOSE",
            "T40.0X1A T40.1X2D T40.2X3A T40.3X4S T40.4X1A T40.411A T40.422A T40.491A T40.601A T40.694 T40.2X1",
            "T40.2X5A T40.2X6A T40.415A T40.605A T40.696A T40.5X1A T40.7X1A T40.711A T39.1X1A",
        ),
        ("SLEEP_DISORDERED_BREATHING", "G47.30 G47.33 G47.39 E66.2", "G47.411 F11.282 F10.182 R06.02 G47.00"),
        ("SICKLE_CELL", "D57 D57.1 D57.20 D57.819", "D57.3"),
        ("CANCER_PAIN", "G89.3", "G89.29"),
        ("MALIGNANCY", "C25.0 C50.911 C7A.00 C79.51 C61", "C44.91 D03.9 D37.1 D49.9 Z85.3"),
        ("PALLIATIVE", "Z51.5", "K72.90 C25.9"),
        ("KIDNEY_IMPAIRMENT", "N18.30 N18.31 N18.4 N18.6 Z99.2", "N18.1 N18.2 N18.9 N17.9"),
        ("KIDNEY_DISEASE", "N17.9 N18.9 N19", "N18.1 N18.2"),
        ("HEPATIC_IMPAIRMENT", "K70.30 K70.31 K72.10 K74.60", "K70.0 K76.0 B18.2"),
        ("PREGNANCY", "Z33.1 Z34.02 O09.90 O24.410 O99.320", "O80 O82 O86.4 O90.4 O03.9 Z39.2"),
        ("COPD", "J44.0 J44.1 J44.9", "J45.909"),
        ("DEPRESSION", "F32.1 F32.A F33.1 F34.1", "F31.9 F41.1"),
    ],
)
def test_icd10(name, accepted, left_out):
    members = getattr(valuesets, name)
    assert [c for c in accepted.split() if not members.has(coded(c))] == []
    assert [c for c in left_out.split() if members.has(coded(c))] == []


@pytest.mark.parametrize(
    ("name", "accepted", "left_out"),
    [
        # the VSAC list mixes in withdrawal, intoxication, mood disorders and "narcotic drug user"
        (
            "OPIOID_USE_DISORDER",
            "5602001 75544000 1081000119105",
            "87132004 77721001 70545002 191821007 29733004",
        ),
        ("HOSPICE", "170935008 305911006 385763009", "103735009"),
        ("TERMINAL", "300936002", "170969009"),
        ("PALLIATIVE", "103735009 441874000", "133904006 306237005"),
        ("SICKLE_CELL", "417357006 127040003", "441482006"),
        ("SLEEP_DISORDERED_BREATHING", "78275009 27405005", "60380001"),
        ("PDMP_REVIEW", "461621000124108 461651000124104", ""),
        ("RISK_REVIEW", "454281000124100 866024000", ""),
        ("REFERRAL_BH", "183524004", "703978000"),
        ("MOUD_PROCEDURE", "792901003", "266707007"),
    ],
)
def test_snomed(name, accepted, left_out):
    members = getattr(valuesets, name)
    assert [c for c in accepted.split() if not members.has(coded(c, SNOMED))] == []
    assert [c for c in left_out.split() if members.has(coded(c, SNOMED))] == []


@pytest.mark.parametrize(
    ("name", "count"),
    [("PHQ9_ITEMS", 9), ("GAD7_ITEMS", 7), ("PC_PTSD5_ITEMS", 5), ("AUDIT_C_ITEMS", 3), ("PEG_ITEMS", 3)],
)
def test_scored_items_are_all_there_and_nothing_else(name, count):
    assert len(getattr(valuesets, name).keys) == count


def test_a_code_means_nothing_without_its_system():
    assert valuesets.PEG_MEAN.has(coded("91147-9", LOINC))
    assert not valuesets.PEG_MEAN.has(coded("91147-9", SNOMED))


def test_text_alone_is_not_a_code():
    assert not valuesets.OPIOID_USE_DISORDER.has(Concept((), "F11.20 opioid use disorder"))


def test_every_row_names_its_source_and_how_sure_it_is():
    assert [r for r in rows() if not (r.source and r.system and r.code and r.confidence)] == []


def test_every_code_in_use_is_in_the_tables():
    known = {(r.system, r.code) for r in rows()}
    assert [s.name for s in valuesets.ALL if not s.keys <= known] == []


def test_every_icd10_prefix_stands_on_a_row_of_the_tables():
    icd10 = [r.code for r in rows() if r.system == ICD10CM]
    wanted = {prefix for s in valuesets.ALL for prefix in s.icd10_prefixes}
    assert {p for p in wanted if not any(c.startswith(p) for c in icd10)} == set()


def test_every_set_has_members():
    assert [s.name for s in valuesets.ALL if not s.keys and not s.icd10_pattern] == []


def test_codes_are_never_taken_from_outside_the_tables():
    with pytest.raises(KeyError, match="703978000"):
        value_set("guessed", "referral BH", only=("703978000",))


def test_find_keeps_the_order_and_takes_several_sets():
    records = [condition("J44.9"), condition("F11.20"), condition("F10.20")]
    found = find(records, valuesets.ALCOHOL_USE_DISORDER, valuesets.OPIOID_USE_DISORDER)
    assert [r.concept.codes[0].code for r in found] == ["F11.20", "F10.20"]
