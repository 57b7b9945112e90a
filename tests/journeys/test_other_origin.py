"""B4.2: an EHR in a browser, at another origin, calls the hook services by itself."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from werkzeug.wrappers import Response

from app import create_app
from config import Config
from launch.issuers import IssuerRegistration
from tests.cds.hooks.hook_app import signed_token, signing_client
from tests.cds.hooks.hook_json import OPIOID, hook_request
from tests.journeys.ehr_server import running_at, running_ehr

VIEW = "/previsit-patient-view"
EMPTY = Response("<title>another EHR</title>", mimetype="text/html")
CALL = """async ([url, token, body]) => {
  try {
    const response = await fetch(url, body === null ? {} : {
      method: "POST", body: JSON.stringify(body),
      headers: {"Content-Type": "application/json", Authorization: "Bearer " + token},
    });
    return [response.status, await response.json()];
  } catch (problem) { return [0, String(problem)]; }
}"""


@pytest.fixture
def called(chromium, tmp_path):
    """Calls the services from a page of another origin: (status, body); status 0 where the browser forbids it."""
    with running_ehr(EMPTY) as origin, running_ehr(EMPTY) as stranger:
        client = replace(signing_client(tmp_path), origins=(origin,))
        issuers = (IssuerRegistration("https://ehr.example.org/fhir", "previsit"),)

        def make(url):
            keys = (Fernet.generate_key().decode(),)
            settings = {"allow_insecure_loopback": True, "cds_clients": (client,)}
            return create_app(
                Config("a secret key of 32 characters....", keys, url, issuers, "sqlite://", **settings)
            )

        with running_at(make) as url:
            page = chromium.new_page()

            def call(path, body=None, *, known=True, token=None):
                page.goto(origin if known else stranger)
                address = f"{url}/cds-services{path}"
                return page.evaluate(CALL, [address, token or signed_token(address), body])

            yield call
            page.close()


def test_b4_2_a_registered_origin_reads_the_services_and_gets_cards(called):
    status, found = called("")
    assert (status, len(found["services"])) == (200, 5)
    status, answer = called(VIEW, hook_request("patient-view", OPIOID))
    assert status == 200
    assert answer["cards"]


def test_b4_2_it_may_read_why_a_call_was_refused(called):
    assert called(VIEW, hook_request(), token="none") == [401, {"error": "Not authorized."}]


def test_b4_2_another_origin_is_told_nothing(called):
    status, why = called(VIEW, hook_request("patient-view", OPIOID), known=False)
    assert (status, "Failed to fetch" in why) == (0, True)
