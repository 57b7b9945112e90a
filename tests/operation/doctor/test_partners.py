"""What the doctor says of EHRs: their sign-in, their keys, their clocks; and of the clinic's policy."""

import re
import time
from datetime import date, timedelta

import pytest
from joserfc.jwk import ECKey

from operation.doctor.deployment import Deployment
from operation.doctor.finding import Weight
from operation.doctor.partners import check_issuers, clock_findings
from tests.cds.hooks.hook_app import EC, RSA

PUBLIC = EC.as_dict(private=False)


def test_an_ehr_whose_sign_in_will_not_work(mended, clinic):
    clinic.ehr.smart = {"capabilities": ["launch-standalone"]}
    (told,) = mended("issuers")
    assert told.startswith(clinic.ehr.iss)
    assert "launch-ehr" in told


@pytest.mark.parametrize(
    ("apart", "weight"),
    [(0, ""), (5, ""), (6, "note"), (-6, "note"), (49, "note"), (50, "mend"), (-50, "mend")],
)
def test_a_clock_that_is_off(apart, weight):
    told = list(clock_findings("https://ehr.example.org", 1_000_000.0, 1_000_000.0 + apart))
    assert [one.weight.value for one in told] == ([weight] if weight else [])
    if told:
        assert ("ahead of" if apart > 0 else "behind") in told[0].text


def test_a_server_that_tells_no_time():
    assert list(clock_findings("https://ehr.example.org", None, 1.0)) == []


def test_the_clock_is_held_against_the_ehr_s(clinic):
    settings = {"allow_insecure_loopback": True, "issuers": clinic.app.extensions["launch"].config.issuers}
    deployment = Deployment({}, settings, now=lambda: time.time() + 600)
    told = [one.text for one in check_issuers(deployment) if one.weight is Weight.MEND]
    assert [re.search(r"clock is (599|600|601) seconds ahead of", one) is not None for one in told] == [True]


KEYS = {
    "none listed": {"keys": []},
    "no JWKS": {"error": "no"},
    "without a kid": {"keys": [{name: value for name, value in PUBLIC.items() if name != "kid"}]},
    "for encryption": {"keys": [PUBLIC | {"use": "enc"}]},
    "of another curve": {"keys": [ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)]},
    "for another algorithm": {"keys": [PUBLIC | {"alg": "ES512"}]},
    "unreadable": {"keys": [PUBLIC | {"x": "!"}]},
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
def test_b3_4_keys_that_can_verify_no_call(mended, clinic, keys):
    clinic.ehr.answers["/keys"] = keys
    (told,) = mended("hooks")
    assert "can verify a call" in told


def test_rsa_keys_fit_too(mended, clinic):
    clinic.ehr.answers["/keys"] = {"keys": [RSA.as_dict(private=False)]}
    assert mended("hooks") == []


def test_keys_that_cannot_be_reached(mended, clinic):
    path = clinic.folder / "clients.toml"
    path.write_text('[[client]]\niss = "https://e.example"\njwks_url = "http://127.0.0.1:1/keys"\n')
    (told,) = mended("hooks")
    assert "its keys cannot be read" in told


def test_keys_in_a_file_that_holds_something_else(mended, clinic):
    (clinic.folder / "keys.json").write_text("no keys")
    path = clinic.folder / "clients.toml"
    path.write_text('[[client]]\niss = "https://e.example"\njwks_file = "keys.json"\n')
    (told,) = mended("hooks")
    assert "cannot be read as JSON" in told


# The policy


def with_policy(clinic, text):
    (clinic.folder / "policy.toml").write_text(text)
    return {"POLICY": str(clinic.folder / "policy.toml")}


def reviewed(days_ago):
    return f"[clinic]\nreviewed_on = {date.today() - timedelta(days_ago)}\n"


@pytest.mark.parametrize(("days_ago", "count"), [(0, 0), (364, 0), (365, 1), (900, 1)])
def test_a_policy_whose_review_is_due(mended, clinic, days_ago, count):
    told = mended("policy", **with_policy(clinic, reviewed(days_ago)))
    assert len(told) == count
    assert all("past its review date" in one for one in told)


def test_a_policy_that_cannot_be_used_is_told_in_one_line(mended, clinic):
    (told,) = mended("policy", **with_policy(clinic, "[clinic]\nnmae = 1\n"))
    assert "cannot be used" in told
    assert "\n" not in told
