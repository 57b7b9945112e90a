"""`previsit policy`: a clinic learns whether its file can be used, and sees every setting in force."""

import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import main
from cds.policy_file import BadPolicy, read_policy
from cds.policy_text import changes, policy_json, policy_markdown, policy_text
from rules.link import Link
from rules.policy import Policy, described
from rules.policy_limits import CHOICES, IN_ORDER, highest, lowest
from rules.policy_reading import policy_from
from rules.resource import KINDS, SETTINGS, Resource

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "policy.toml"


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "policy.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_check_names_what_differs_from_the_defaults(written, capsys):
    path = written("[clinic]\nreviewed_on = 2020-01-01\n[settings]\nvisit_days = 60\npeg_days = 90\n")
    assert main(["policy", "check", str(path)]) == 0
    told = capsys.readouterr().out
    assert f"{path} can be used." in told
    assert "  visit_days: 60 days (default 90 days)" in told
    assert "peg_days" not in told
    assert "past its review date: a review was due on 31 Dec 2020" in told


def test_check_of_an_empty_file(written, capsys):
    assert main(["policy", "check", str(written(""))]) == 0
    assert "It keeps every default." in capsys.readouterr().out


def test_check_tells_all_problems_and_ends_with_1(written, capsys):
    path = written('[settings]\nvisit_dys = 60\npeg_days = "90"\n[[resources]]\nkind = "oud"\n')
    assert main(["policy", "check", str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert f"{path} cannot be used:" in told.err
    assert [line[:4] for line in told.err.splitlines()[1:]] == ["  - "] * 5


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[settings\n", "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
        ("a = " + "[" * 20_000, "is not valid TOML"),
        (f"[settings]\nvisit_days = {'9' * 5000}\n", "is not valid TOML"),
        ("[settings]\nvisit_days = 60\nvisit_days = 90\n", "is not valid TOML"),
        (
            "[settings]\ndose_increase = 0.30000000000000000001\n",
            "dose_increase is 0.30000000000000000001; write",
        ),
        ("[settings]\negfr_high = nan\n", "write a number above 0"),
        ("[settings]\negfr_high = 1e999999999999999999999\n", "policy.toml"),
    ],
)
def test_files_that_cannot_be_used(written, content, told):
    with pytest.raises(BadPolicy, match=told):
        read_policy(written(content))


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert main(["policy", "show", str(tmp_path / "none.toml")]) == 1
    assert "could not be opened" in capsys.readouterr().err


def test_a_file_from_an_editor_that_marks_its_encoding(written):
    assert read_policy(written("\ufeff[settings]\r\ndose_increase = 0.1\r\n")).dose_increase == Decimal("0.1")


def test_serving_stops_at_a_policy_that_cannot_be_used(written, monkeypatch, capsys):
    from config import demo_config

    path = written("[settings]\nvisit_days = 0\n")
    config = demo_config("http://localhost:8000")
    monkeypatch.setattr("config.from_environment", lambda _: _with_policy(config, path))
    assert main(["serve"]) == 2
    assert "visit_days is 0; write a whole number from 1 to 3650" in capsys.readouterr().err


def _with_policy(config, path):
    from dataclasses import replace

    return replace(config, policy=path)


def test_show_prints_every_setting_with_its_source_and_marks_the_changed(written, capsys):
    path = written("[settings]\nvisit_days = 60\n")
    assert main(["policy", "show", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines[1:] if line.startswith("*")] == ["* visit_days = 60 days"]
    assert "      default 90 days; CDC 2022 Rec 7: every 3 months or more often" in lines
    for name, *_ in described(Policy()):
        assert any(line[2:].startswith(f"{name} = ") for line in lines), name


def test_show_as_json_says_what_each_value_rests_on(written, capsys):
    path = written("[settings]\nmme_extra_care = 40.5\nconsultation_mme = 120\n")
    assert main(["policy", "show", "--json", str(path)]) == 0
    settings_of = {one["name"]: one for one in json.loads(capsys.readouterr().out)["settings"]}
    assert settings_of["mme_extra_care"] == {
        "name": "mme_extra_care", "value": 40.5, "default": 50, "unit": "MME/day",
        "source": "CDC 2022 Rec 4: reassess at 50 MME/day", "is_changed": True,
    }  # fmt: skip
    assert settings_of["consultation_mme"]["default"] is None
    assert [name for name, one in settings_of.items() if one["is_changed"]] == [
        "mme_extra_care",
        "consultation_mme",
    ]


def test_show_without_a_file_shows_the_defaults(capsys):
    assert main(["policy", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert not any(one["is_changed"] for one in shown["settings"])
    assert policy_from(shown["policy"]) == Policy()


TEXT = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=30)
LANGUAGES = st.lists(st.sampled_from(["en", "es", "so", "zh-Hans"]), unique=True, max_size=3).map(tuple)
RESOURCES = st.builds(
    Resource, st.sampled_from(KINDS), st.sampled_from(SETTINGS), TEXT, contact=TEXT, languages=LANGUAGES,
    detail=TEXT | st.just(""), prescribes_buprenorphine=st.booleans(), is_part2_program=st.booleans(),
)  # fmt: skip
LINKS = st.builds(Link, TEXT, st.sampled_from(["https://a.example.org", "https://b.example.org/x?y=1"]))
OWN = {
    "clinic_name": TEXT,
    "version": TEXT,
    "resources": st.lists(RESOURCES, unique_by=lambda r: (r.kind, r.name), max_size=3).map(tuple),
    "links": st.lists(LINKS, unique=True, max_size=3).map(tuple),
    "reviewed_on": st.none() | st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    "known_as": st.lists(TEXT, unique=True, max_size=3).map(tuple),
    "substance_use_programs": st.lists(TEXT, unique=True, max_size=3).map(tuple),
    "part2_display": st.sampled_from(CHOICES["part2_display"]),
    "role_when_not_told": st.sampled_from(CHOICES["role_when_not_told"]),
    "consultation_mme": st.none() | st.decimals("0.0001", 300, places=4),
}


def _values(name, annotation, unit):
    if name in OWN:
        return OWN[name]
    if annotation is Decimal:
        return st.decimals("0.0001", highest(unit), places=4)
    if annotation is int:
        return st.integers(lowest(name), int(highest(unit)))
    if annotation is bool:
        return st.booleans()
    return st.lists(st.sampled_from(CHOICES[name]), unique=True).map(tuple)


HINTS = get_type_hints(Policy)
CHOSEN = st.fixed_dictionaries(
    {}, optional={name: _values(name, HINTS[name], unit) for name, _, _, unit, _ in described(Policy())}
)  # fmt: skip


def _in_order(values):
    """Policies a clinic may choose: the lower of two bound settings is brought down to the upper."""
    policy = Policy(**values)
    for lower, upper in [*IN_ORDER, *IN_ORDER]:
        values[lower] = min(getattr(policy, lower), getattr(policy, upper))
        policy = Policy(**values)
    return policy


@settings(max_examples=60)
@given(CHOSEN.map(_in_order))
def test_what_show_writes_can_be_read_back(policy):
    shown = json.loads(json.dumps(policy_json(policy)))
    assert policy_from(shown["policy"]) == policy
    changed = {one["name"] for one in shown["settings"] if one["is_changed"]}
    assert len(changed) == len(changes(policy))
    assert f"{policy.clinic_name}, version {policy.version}." in policy_text(policy)


def test_the_settings_document_is_current():
    written = (ROOT / "docs" / "policy-settings.md").read_text()
    assert written == policy_markdown(), "run `make docs`"
    assert all(f"| `{name}` |" in written for name, *_ in described(Policy()))


def test_the_example_can_be_used_and_shows_what_a_clinic_decides():
    policy = read_policy(EXAMPLE)
    assert policy.clinic_name == "Alder Creek Family Health"
    assert policy.pdmp_every_prescription
    assert {resource.kind for resource in policy.resources} == set(KINDS)
    assert {resource.setting for resource in policy.resources} == set(SETTINGS)
    assert any(r.prescribes_buprenorphine and r.setting == "in this clinic" for r in policy.resources)
    assert any(link.rules == ("PV-04",) for link in policy.links)
    assert main(["policy", "check", str(EXAMPLE)]) == 0


def test_every_name_in_the_guide_is_a_setting():
    guide = (ROOT / "docs" / "policy.md").read_text()
    snippets = [part.partition("```")[0] for part in guide.split("```toml\n")[1:]]
    assert len(snippets) >= 3
    for snippet in snippets:
        assert policy_from(tomllib.loads(snippet, parse_float=Decimal))
