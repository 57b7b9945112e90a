"""Every rule must carry what a reviewer needs to trust it."""

import csv
import re
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from cds.catalogue_text import catalogue_json, catalogue_markdown, thresholds
from rules.catalogue import RULES
from rules.policy import Policy, described
from tests.builders import chart, order
from tests.words import AVOIDED

ROOT = Path(__file__).parents[2]
KNOWN_TYPES = {
    "Patient", "MedicationRequest", "MedicationDispense", "MedicationStatement", "Condition", "Observation",
    "DiagnosticReport", "Procedure", "Encounter", "DocumentReference", "ServiceRequest", "Task", "Appointment",
    "CarePlan", "QuestionnaireResponse", "Consent",
}  # fmt: skip
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)


@each_rule
def test_a_rule_is_sourced_and_reviewed(rule):
    for source in (rule.source, *rule.further_sources):
        assert source.url.startswith("https://")
        assert source.title
        assert source.locator
        assert source.reviewed <= date.today()


def test_a_source_is_one_that_a_reader_can_open():
    """No reader of the page has our working papers."""
    rules = [f"{s.title} {s.locator} {s.doubt}" for r in RULES for s in (r.source, *r.further_sources)]
    settings = [source for _, _, _, _, source in described(Policy())]
    assert [told for told in (*rules, *settings) if re.search(r"\bspec(ification)?\b|rules\.csv", told)] == []


@each_rule
def test_a_rule_says_what_it_is_about_in_plain_words(rule):
    assert re.fullmatch(r"(POP|PV|CX|RF|PR|PA|OR)-\d\d", rule.id)
    assert 3 <= len(rule.title) <= 60
    assert rule.advice.endswith(".")
    assert "{" not in rule.title + rule.advice + "".join(rule.say)


@each_rule
def test_a_rule_names_types_the_reader_knows(rule):
    assert rule.reads <= KNOWN_TYPES


@each_rule
def test_the_settings_a_rule_names_exist(rule):
    assert set(rule.policy) <= {f.name for f in fields(Policy)}
    assert set(thresholds(rule, Policy())) == set(rule.policy)


def test_ids_are_unique():
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_every_rule_has_a_table_of_cases():
    tested = "\n".join(p.read_text() for p in (ROOT / "tests").rglob("test_*.py"))
    modules = {rule.evaluate.__module__.rpartition(".")[2] for rule in RULES}
    assert {m for m in modules if not re.search(rf"\b{m}\b", tested)} == set()


def test_the_rules_document_is_current():
    written = (ROOT / "docs" / "rules.md").read_text()
    assert written == catalogue_markdown(Policy()), "run `make docs`"


def test_the_catalogue_as_json_says_everything():
    for entry in catalogue_json(Policy()):
        assert {"id", "block", "title", "hooks", "needs", "thresholds", "source"} <= entry.keys()


@pytest.mark.parametrize("table", sorted(ROOT.glob("*/tables/*.csv")), ids=lambda p: p.name)
def test_every_code_and_number_in_a_table_has_its_source(table):
    with table.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    assert all(row["source"].strip() for row in rows)


def test_all_rules_answer_for_an_empty_chart_and_for_one_order():
    from rules.case import Case

    for case in (Case(chart()), Case(chart(order("oxycodone", 5, 4)))):
        for rule in RULES:
            assert rule.assess(case).guidance.reasons, rule.id


@each_rule
def test_words_are_kind(rule):
    said = " ".join((rule.title, rule.advice, *rule.say))
    assert not AVOIDED.search(said), AVOIDED.search(said)
