"""The documents a clinic works from name only settings that exist and words that the checks know."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from rules.policy import Policy
from tests.words import AVOIDED

DOCS = Path(__file__).parents[2] / "docs"
NOT_SETTINGS = {
    "policy",
    "rules",
    "settings",
    "kind",
    "setting",
    "name",
    "languages",
}  # words of commands and files


@pytest.mark.parametrize("document", ["model-policy.md", "policy.md"])
def test_every_setting_named_exists(document):
    text = re.sub(r"```.*?```", "", (DOCS / document).read_text(), flags=re.DOTALL)
    named = set(re.findall(r"`([a-z0-9_]+)`", text)) - NOT_SETTINGS - {"es", "so"}
    assert len(named) >= 2
    assert named <= {f.name for f in fields(Policy)}


def test_the_checklist_covers_what_the_app_lets_a_clinic_decide():
    """Of the intervals, doses and choices a team would talk about; measures of the record are for the table."""
    text = (DOCS / "model-policy.md").read_text()
    assert {
        name
        for name in (
            "ltot_days", "visit_days", "visit_days_team_plan", "peg_days", "agreement_days", "pdmp_days",
            "pdmp_every_prescription", "drug_test_days", "mme_extra_care", "mme_measure_flag", "consultation_mme",
            "tools_in_use", "part2_display", "is_part2_program", "roles_shown_sensitive", "reviewed_on",
        )
        if f"`{name}`" not in text
    } == set()  # fmt: skip


def test_each_row_of_words_to_avoid_is_held_by_the_check():
    rows = [
        line.split("|")
        for line in (DOCS / "words.md").read_text().splitlines()
        if line.startswith("| avoid: ")
    ]
    assert len(rows) >= 20
    assert [avoided for _, avoided, _, _ in rows if not AVOIDED.search(avoided)] == []
    assert [instead for _, _, instead, _ in rows if AVOIDED.search(instead)] == []


@pytest.mark.parametrize("document", ["policy.md", "model-policy.md", "model-agreement.md", "words.md"])
def test_links_between_documents_lead_somewhere(document):
    linked = re.findall(r"\]\(([a-z-]+\.md)\)", (DOCS / document).read_text())
    assert [name for name in linked if not (DOCS / name).is_file()] == []
