"""The doctor on a deployment in good health, and how it speaks."""

import json

from operation.commands import PARTS
from operation.doctor.examination import CHECKS
from operation.doctor.finding import works


def test_a_deployment_in_good_health(clinic):
    status, said = clinic.doctor()
    assert "mend:" not in said, said
    assert status == 0
    assert "Nothing to mend" in said
    for told in (
        "Every setting can be used.",
        "has schema",
        "It can be written to.",
        "launches will work.",
        "keys its calls can be verified with: 1.",
        "answers, and is ready.",
        "/metrics is not open.",
    ):
        assert f"works: {told}" in said or told in said, told


def test_no_secret_and_no_address_of_a_database_is_shown(clinic):
    clinic.settings["PREVISIT_DATABASE_URL"] = "postgresql://previsit:passwordmarker@127.0.0.1:1/x"
    clinic.settings["PREVISIT_SECRET_KEY"] = "secretmarker" * 4
    status, said = clinic.doctor()
    assert status == 1
    assert "passwordmarker" not in said
    assert "secretmarker" not in said
    for name in ("TOKEN_KEYS", "PATIENT_KEYS", "METRICS_TOKEN"):
        assert clinic.settings[f"PREVISIT_{name}"] not in said


def test_the_parts_that_are_left_out_are_not_looked_at(clinic):
    before = len(clinic.ehr.asked)
    clinic.doctor("--without", "issuers", "--without", "hooks", "--without", "address")
    assert len(clinic.ehr.asked) == before


def test_for_a_monitor_it_is_json_with_the_same_findings(clinic):
    clinic.settings["PREVISIT_SECRET_KEY"] = "x" * 40
    status, said = clinic.doctor("--json", "--without", "address")
    told = json.loads(said)
    assert status == 1
    assert told["mend"] == sum(one["weight"] == "mend" for part in told["parts"].values() for one in part)
    assert list(told["parts"]) == [name for name in CHECKS if name != "address"]


def test_every_part_can_be_left_out():
    assert set(CHECKS) <= set(PARTS)


def test_a_check_that_stumbles_does_not_stop_the_others(clinic, monkeypatch):
    def stumble(_):
        yield works("so far")
        raise ValueError("SECRETMARKER")

    monkeypatch.setitem(CHECKS, "policy", ("Policy", stumble))
    status, said = clinic.doctor()
    assert status == 1
    assert "This could not be looked at (ValueError)" in said
    assert "SECRETMARKER" not in said
    assert "The public address" in said
