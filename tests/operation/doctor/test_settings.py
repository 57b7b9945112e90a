"""What the doctor says of settings, secrets and files."""

from pathlib import Path

import pytest

from config import BadSetting, from_environment, read_settings
from operation.doctor.deployment import Deployment
from operation.doctor.settings import check_settings, check_switches, is_weak


def texts(check, **settings):
    return " ".join(f"{one.weight.value}: {one.text}" for one in check(Deployment({}, settings)))


def test_every_bad_setting_is_told_and_not_only_the_first():
    found, bad, _ = read_settings({"PREVISIT_SESSION_HOURS": "many", "PREVISIT_KEEP_FEEDBACK_DAYS": "1"})
    told = " ".join(bad)
    for name in ("SECRET_KEY", "TOKEN_KEYS", "PUBLIC_URL", "ISSUERS", "SESSION_HOURS", "KEEP_FEEDBACK_DAYS"):
        assert told.count(f"PREVISIT_{name} ") == 1, name
    assert found["cds_max_cards"] == 5


def test_what_stops_the_start_is_the_first_that_is_told():
    environ = {"PREVISIT_ALLOW_INSECURE_LOOPBACK": "perhaps"}
    with pytest.raises(BadSetting) as stopped:
        from_environment(environ)
    assert read_settings(environ)[1][0] == str(stopped.value)


def test_a_name_that_is_no_setting_is_told_with_the_one_that_was_meant(clinic):
    clinic.settings["PREVISIT_SESION_HOURS"] = "4"
    status, said = clinic.doctor("--without", "address")
    assert status == 1
    assert "no setting named PREVISIT_SESION_HOURS" in said
    assert "Was PREVISIT_SESSION_HOURS meant?" in said


def test_a_secret_that_the_file_of_ehrs_names_is_a_setting(clinic):
    path = clinic.folder / "issuers.toml"
    path.write_text(
        path.read_text() + 'auth_method = "client_secret_basic"\nclient_secret_env = "PREVISIT_NORTH"\n'
    )
    clinic.settings["PREVISIT_NORTH"] = "words"
    assert "PREVISIT_NORTH" not in clinic.doctor("--without", "address")[1]


@pytest.mark.parametrize(
    ("value", "weak"),
    [
        ("x" * 48, True),
        ("abcd1234" * 6, True),
        ("a secret key of more than 32 characters", True),
        ("changeme-changeme-changeme-changeme!", True),
        ("correct horse battery staple correct", True),
        ("0f3c9a71be52d84606f1a97d3ce8b542", False),  # 32 hexadecimal digits
        ("q7Jf0vBz3LmKx9TdWn2RyCg5HpUa8EsVoYi4Qb6Zt1Nw", False),
    ],
)
def test_d25_secrets_that_can_be_guessed(value, weak):
    assert is_weak(value) is weak


def test_d25_a_weak_secret_is_named_and_not_shown(mended):
    (told,) = mended("secrets", SECRET_KEY="abcd1234" * 6)
    assert told.startswith("PREVISIT_SECRET_KEY can be guessed.")
    assert "abcd1234" not in told


def test_d25_one_value_for_two_purposes(mended, clinic):
    (told,) = mended("secrets", METRICS_TOKEN=clinic.settings["PREVISIT_SECRET_KEY"])
    assert "PREVISIT_METRICS_TOKEN and PREVISIT_SECRET_KEY hold the same value" in told


def test_the_patient_key_may_be_what_the_secret_key_is(mended, clinic):
    assert mended("secrets", PATIENT_KEYS=clinic.settings["PREVISIT_SECRET_KEY"]) == []


def test_switches_for_trials_are_told_loudly():
    said = texts(check_switches, cds_open=True, allow_insecure_loopback=True)
    assert "note: CAREFUL: PREVISIT_CDS_OPEN is on." in said
    assert "note: CAREFUL: PREVISIT_ALLOW_INSECURE_LOOPBACK is on." in said
    assert "CAREFUL" not in texts(check_switches, cds_open=False)


@pytest.mark.parametrize(
    ("hops", "url", "weight"),
    [
        (0, "https://previsit.example.org", "mend:"),
        (0, "http://localhost:8000", ""),
        (1, "https://previsit.example.org", ""),
        (2, "https://previsit.example.org", ""),
        (3, "https://previsit.example.org", "note:"),
    ],
)
def test_d24_how_many_proxies_are_plausible(hops, url, weight):
    said = texts(check_switches, trusted_proxies=hops, public_url=url, metrics_token="x", requests_a_minute=1)
    assert said.startswith(weight)
    assert ("PREVISIT_TRUSTED_PROXIES" in said) is bool(weight)


def test_without_a_list_of_names_none_is_strange():
    deployment = Deployment({"PREVISIT_ANYTHING": "1"}, {})
    assert [one.text for one in check_settings(deployment)] == ["Every setting can be used."]


def test_every_setting_is_in_the_documents():
    told = (Path(__file__).parents[3] / "docs" / "deploy.md").read_text()
    assert [name for name in sorted(read_settings({})[2]) if f"`PREVISIT_{name}`" not in told] == []


# Files


@pytest.mark.parametrize(("mode", "count"), [(0o600, 0), (0o640, 0), (0o644, 1), (0o604, 1)])
def test_d25_a_key_that_others_may_read(mended, clinic, mode, count):
    (clinic.folder / "word").write_text("a word of the EHR\n")
    (clinic.folder / "word").chmod(mode)
    path = clinic.folder / "issuers.toml"
    path.write_text(path.read_text() + 'auth_method = "client_secret_basic"\nclient_secret_file = "word"\n')
    told = mended("files")
    assert len(told) == count
    assert all("chmod 600" in one for one in told)


@pytest.mark.parametrize("name", ["issuers.toml", "clients.toml", "policy.toml"])
def test_a_registration_that_others_may_change(mended, clinic, name):
    clinic.settings["PREVISIT_POLICY"] = str(clinic.folder / "policy.toml")
    (clinic.folder / name).chmod(0o666)
    (told,) = mended("files")
    assert f"may change {clinic.folder / name} (mode 666)" in told


def test_a_folder_in_which_others_may_put_another_file(mended, clinic):
    clinic.folder.chmod(0o777)
    assert any(f"may change {clinic.folder} " in one for one in mended("files"))
    clinic.folder.chmod(0o1777)  # there nobody replaces another's file
    assert mended("files") == []
