"""Cohorts on disk, and the rules against their truth."""

import json
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from fhir.resources.R4B import get_fhir_model_class

from app import main
from synth.cohort import NotACohort, Plan, read, read_plan, write
from synth.draw import life, lives
from synth.record import record
from synth.score import (
    AGREES,
    CANNOT_TELL,
    DISAGREEMENTS,
    FALSE_NEGATIVE,
    TOO_HIGH,
    TOO_LOW,
    TRUE_NEGATIVE,
    TRUE_POSITIVE,
    _mme,
    score,
)

AS_OF = date(2026, 3, 2)


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort") / "c"
    write(Plan(300, 11, AS_OF, "ndjson"), folder)
    return score(folder)[1]


def test_where_the_record_is_whole_the_rules_find_the_truth(scores):
    whole = scores["whole"]
    assert whole.mme[AGREES] == whole.ltot[AGREES] == whole.patients > 250
    assert {a for counts in whole.rules.values() for a in counts} & set(DISAGREEMENTS) == set()
    assert whole.examples == {}


def test_every_rule_is_asked_both_ways(scores):
    for rule, counts in scores["whole"].rules.items():
        assert counts[TRUE_POSITIVE], rule
        assert counts[TRUE_NEGATIVE], rule


def test_losing_data_never_makes_a_patient_look_safer(scores):
    lossy = scores["lossy"]
    assert lossy.patients > 15
    assert lossy.mme[TOO_LOW] == 0
    assert sum(counts[FALSE_NEGATIVE] for counts in lossy.rules.values()) == 0
    assert lossy.ltot[CANNOT_TELL] > 0  # so that the losses do hide something


@pytest.mark.parametrize(
    ("total", "at_least", "told"),
    [
        ("50", False, AGREES),
        ("50.5", False, AGREES),
        ("50.51", False, TOO_HIGH),
        ("49.5", False, AGREES),
        ("49.49", False, TOO_LOW),
        ("20", True, CANNOT_TELL),
        ("51", True, TOO_HIGH),
    ],
)
def test_a_dose_agrees_within_one_percent(total, at_least, told):
    case = SimpleNamespace(mme=SimpleNamespace(total=Decimal(total), at_least=at_least))
    assert _mme(SimpleNamespace(case=case), Decimal(50)) == told


def test_a_wrong_truth_is_noticed(tmp_path):
    write(Plan(40, 5, AS_OF, "bundles"), tmp_path / "c")
    truth = tmp_path / "c" / "truth.ndjson"
    lines = [json.loads(line) for line in truth.read_text().splitlines()]
    for line in lines:
        line["expected"] = {rule: not due for rule, due in line["expected"].items()}
        line["mme"] = str(Decimal(line["mme"]) * 2)
    truth.write_text("\n".join(map(json.dumps, lines)) + "\n")
    whole = score(tmp_path / "c")[1]["whole"]
    assert whole.mme[TOO_LOW] > 0
    assert whole.rules["PV-02"][TRUE_POSITIVE] == whole.rules["PV-02"][TRUE_NEGATIVE] == 0


def test_two_processes_count_the_same(tmp_path):
    write(Plan(20, 5, AS_OF, "bundles"), tmp_path / "c")
    assert score(tmp_path / "c", jobs=2) == score(tmp_path / "c")


def test_the_same_seed_draws_the_same_cohort_and_each_life_alone(tmp_path):
    for name in ("a", "b"):
        write(Plan(20, 5, AS_OF, "bundles"), tmp_path / name)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert len(files) == 22
    assert all((tmp_path / "a" / f).read_bytes() == (tmp_path / "b" / f).read_bytes() for f in files)
    assert list(lives(20, 5, AS_OF))[16] == life(17, 5, AS_OF)
    assert life(17, 5, AS_OF) != life(17, 6, AS_OF)


def test_bundles_and_bulk_data_hold_the_same(tmp_path):
    found = []
    for form in ("bundles", "ndjson"):
        write(Plan(30, 5, AS_OF, form), tmp_path / form)
        pairs = read(tmp_path / form, read_plan(tmp_path / form))
        found.append([({f"{r['resourceType']}/{r['id']}": r for r in rs}, truth) for rs, truth in pairs])
    assert found[0] == found[1]


def test_every_resource_is_valid_r4():
    seen = set()
    for one in lives(40, 9, AS_OF):
        for resource in record(one):
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
            seen.add(resource["resourceType"])
    assert len(seen) == 8


def test_the_commands(tmp_path, capsys):
    folder = str(tmp_path / "c")
    written = main(["synth", "--patients", "5", "--out", folder, "--as-of", "2026-03-02"])
    assert (written, capsys.readouterr().out) == (0, f"5 patients written to {folder}, as of 2026-03-02.\n")
    assert main(["synth", "--patients", "5", "--out", folder]) == 1
    assert "is not empty; name a new folder" in capsys.readouterr().err
    assert main(["score", folder]) == 0
    assert "Records that hold all that is true" in capsys.readouterr().out
    assert main(["score", folder, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["patients"] == 5
    assert main(["score", str(tmp_path)]) == 1
    assert "holds no whole cohort; write one with `previsit synth" in capsys.readouterr().err


def test_a_cohort_that_was_cut_off_is_not_scored(tmp_path):
    write(Plan(5, 5, AS_OF, "bundles"), tmp_path / "c")
    (tmp_path / "c" / "cohort.json").unlink()
    with pytest.raises(NotACohort):
        score(tmp_path / "c")
