"""docs/summary.schema.json: every practice patient's summary is valid by it, and a broken one is not."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from cds.contract import as_json
from tests.cds.pages import PATIENTS, practice_chart, summary_of

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "summary.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture(scope="module")
def summaries():
    return [as_json(summary_of(practice_chart(name))) for name in PATIENTS]


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_every_summary_is_valid(summaries):
    assert [list(VALIDATOR.iter_errors(summary)) for summary in summaries] == [[] for _ in PATIENTS]


def test_every_key_of_a_summary_is_described(summaries):
    assert set().union(*summaries) == set(SCHEMA["properties"])
    assert set(summaries[0]["mme"]) == set(SCHEMA["properties"]["mme"]["properties"])
    assert set(summaries[0]["guidance"][0]) == set(SCHEMA["$defs"]["assessment"]["properties"])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s.pop("mme"),
        lambda s: s["mme"].update(total=90),  # a number would be rounded by the reader
        lambda s: s.update(as_of="2 Mar 2026"),
        lambda s: s["guidance"][0].update(status="maybe"),
        lambda s: s["guidance"][0]["source"].update(url="http://example.org"),
    ],
)
def test_a_broken_summary_is_not(summaries, spoil):
    summary = deepcopy(summaries[0])
    spoil(summary)
    assert list(VALIDATOR.iter_errors(summary)) != []
