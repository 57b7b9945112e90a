"""docs/conformance.md says what the tests prove: no more, and no less."""

import re

import pytest

from tests.conformance import DECISIONS, DOCS, document, ids_in_name, ids_in_text, named, rows

ROWS = {row.id: row for row in rows()}
ANSWER = re.compile(r"decision (\d+)|does not apply: \w.+|open")


def test_the_document_says_nothing_that_is_not_so():
    """Tests that were added since are no fault of it: what it cites must be there, and prove what it says."""
    tested, written = named(), lines((DOCS / "conformance.md").read_text())
    current = lines(document())
    assert {id: line[:2] for id, line in written.items()} == {id: line[:2] for id, line in current.items()}, (
        MEND
    )
    for id, (*_, where) in written.items():
        cited = re.findall(r"`([^`]+)`", where)
        assert set(cited) <= set(tested.get(id, [])), f"{id}: {MEND}"
        assert cited or ROWS[id].answer, f"{id}: {MEND}"


MEND = "run `make docs`"


def lines(text):
    """Row id -> what it asks, its status, and where it is proved."""
    rows_of_table = re.findall(r"^\| ([A-D][\d.]+) \| (.*) \| (.*) \| (.*) \|$", text, re.M)
    return {id: rest for id, *rest in rows_of_table}


def test_every_row_is_there_once_in_order():
    assert len(ROWS) == len(rows())
    parts = [(row.id[0], [int(number) for number in row.id[1:].split(".")]) for row in rows()]
    assert parts == sorted(parts)


def test_what_is_claimed_as_tested_is_named_by_a_test():
    tested = named()
    assert [row.id for row in rows() if not row.answer and row.id not in tested] == []


def test_what_a_test_names_is_not_called_open_and_is_a_row():
    tested = named()
    assert [row.id for row in rows() if row.answer == "open" and row.id in tested] == []
    assert sorted(set(tested) - set(ROWS)) == []


@pytest.mark.parametrize("row", [row for row in rows() if row.answer], ids=lambda row: row.id)
def test_other_answers_are_a_decision_on_file_or_a_reason(row):
    found = ANSWER.fullmatch(row.answer)
    assert found
    if found[1]:
        assert re.search(rf"^{found[1]}\. ", DECISIONS.read_text(), re.M)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("test_a4_1_a_key", {"A4.1"}),
        ("test_a4_1_to_a4_3_d14_keys", {"A4.1", "A4.2", "A4.3", "D14"}),
        ("test_b8_orders", set()),
        ("test_d2_an_id", {"D2"}),
        ("test_c1_10_c1_14_dates", {"C1.10", "C1.14"}),
        ("test_vitamin_b12_is_none", set()),
    ],
)
def test_ids_in_a_name(name, ids):
    assert ids_in_name(name) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("B3.2 to B3.4, and D14.", {"B3.2", "B3.3", "B3.4", "D14"}),
        ("Conformance C3.1, C4.5.", {"C3.1", "C4.5"}),
        ("vitamin B12.5 of HbA1c, version A1.2.3", {"B12.5"}),
    ],
)
def test_ids_in_a_text(text, ids):
    assert ids_in_text(text) == ids
