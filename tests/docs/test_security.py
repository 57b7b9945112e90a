"""The threat model names every row on security, and no row that nothing proves."""

import csv
import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "security.md").read_text()
ROWS = dict(re.findall(r"^\| (D\d+) \|[^|]*\| ([^|]*?) \|", (DOCS / "conformance.md").read_text(), re.M))


def test_every_attack_of_the_list_is_met_and_every_row_named_has_its_test():
    named = set(re.findall(r"\bD\d+\b", PAGE))
    with (DOCS / "conformance.csv").open() as listed:
        answers = {row["id"]: row["answer"] for row in csv.DictReader(listed)}
    wanted = {
        row
        for row, answer in answers.items()
        if row.startswith("D") and not answer.startswith("does not apply")
    }
    assert wanted <= named
    assert {row: ROWS[row] for row in named} == dict.fromkeys(named, "tested")


def test_every_setting_it_names_is_one():
    told = (DOCS / "deploy.md").read_text()
    assert [name for name in set(re.findall(r"PREVISIT_[A-Z_]+", PAGE)) if f"`{name}`" not in told] == []
