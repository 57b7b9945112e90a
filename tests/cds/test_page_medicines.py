"""Medicines by what a clinician looks for, each on one line of its own group."""

import pytest

from cds.medicine_list import medicine_list
from rules.case import Case
from tests.builders import chart, fill, order, product, statement
from tests.cds.pages import page_of_chart, with_gap

GROUPS = ["Sedating medicines", "Naloxone or nalmefene", "Other pain medicines", "Laxatives"]


def listed(*records):
    return medicine_list(Case(chart(*records)))


def names(lines):
    return [line.name for line in lines]


@pytest.mark.parametrize(
    ("drug", "group", "kind"),
    [
        ("lorazepam", "Sedating medicines", "benzodiazepine"),
        ("zolpidem", "Sedating medicines", "Z-drug"),
        ("gabapentin", "Sedating medicines", "gabapentinoid"),
        ("carisoprodol", "Sedating medicines", "muscle relaxant"),
        ("butalbital", "Sedating medicines", "barbiturate"),
        ("hydroxyzine", "Sedating medicines", "other sedating medicine"),
        ("naloxone", "Naloxone or nalmefene", ""),
        ("nalmefene", "Naloxone or nalmefene", ""),
        ("ibuprofen", "Other pain medicines", ""),
        ("senna", "Laxatives", ""),
    ],
)
def test_each_class_has_its_group(drug, group, kind):
    found = {g.title: g.lines for g in listed(order(drug, 1, 1)).groups}
    assert list(found) == GROUPS
    assert {title for title, lines in found.items() if lines} == {group}
    assert found[group][0].kind == kind


def test_treatment_of_opioid_use_disorder_stands_on_its_own_and_not_among_what_counts():
    found = listed(
        order("buprenorphine film", 8, 2), order("naltrexone", 50, 1), order("buprenorphine patch", 10, 1)
    )
    assert names(found.moud) == ["buprenorphine film 8 mg", "naltrexone 50 mg"]
    assert names(found.not_counted) == ["buprenorphine patch 10 mcg/h"]
    assert found.moud[0].notes == ("buprenorphine is not converted to MME",)


def test_methadone_that_counts_is_not_listed_as_treatment():
    found = listed(order("methadone", 10, 3))
    assert found.moud == ()
    assert found.not_counted == ()


def test_what_is_no_longer_in_use_is_not_among_what_is():
    found = listed(order("lorazepam", 1, 1, status="stopped"), order("morphine", 15, 2, status="stopped"))
    assert found.groups[0].lines == ()
    assert names(found.past) == ["morphine 15 mg"]


def test_the_latest_naloxone_comes_first_with_its_status_whatever_it_is():
    records = [fill("naloxone", 4, on=n * 100, id=f"MedicationDispense/{n}") for n in (4, 1, 3, 2)]
    lines = listed(*records).groups[1].lines
    assert [line.record_ids for line in lines] == [(f"MedicationDispense/{n}",) for n in (1, 2, 3)]
    stopped = listed(order("naloxone", 4, 1, status="stopped")).groups[1].lines
    assert stopped[0].notes == ("status stopped",)


def test_a_line_says_what_makes_it_uncertain_and_its_latest_record():
    page = page_of_chart(chart(statement("lorazepam", 1, 1, asserted=20), fill("senna", 8, on=5)))
    medicines = page.by_id["medicines"].text
    assert (
        "lorazepam 1 mg, benzodiazepine Reported medicine, 10 Feb 2026; reported by the patient" in medicines
    )
    assert "Fill, 25 Feb 2026" in medicines


def test_many_records_of_one_medicine_are_one_line():
    page = page_of_chart(chart(*(fill("lorazepam", 1, 1, on=5 + 30 * n, days=30) for n in range(4))))
    assert "Fill, 25 Feb 2026, and 3 earlier records" in page.by_id["medicines"].text


def test_an_opioid_that_could_not_be_counted_says_why():
    page = page_of_chart(chart(order("oxycodone", 5, None)))
    assert (
        page.by_id["medicines"].first("p", "caution").text
        == "oxycodone 5 mg: not counted, no dose is recorded"
    )


def test_a_dose_with_a_range_says_up_to():
    page = page_of_chart(chart(order("oxycodone", 5, 4, as_needed=True)))
    assert page.by_id["medicines"].first("p", "counted").text.endswith("up to 30 MME/day")


def test_an_empty_group_is_hedged_when_medicines_may_be_hidden():
    groups = page_of_chart(with_gap(chart(), "MedicationStatement")).by_id["medicines"].text
    assert "None found in what could be read; not all could." in groups
    assert "None on record." not in groups
    assert "None on record." in page_of_chart(chart()).by_id["medicines"].text


def test_a_combination_stands_in_every_group_it_belongs_to():
    classes = product("butalbital").classes | product("ibuprofen").classes
    found = listed(order(product("butalbital", 50, classes=classes), 50, 1))
    assert [g.title for g in found.groups if g.lines] == ["Sedating medicines", "Other pain medicines"]
