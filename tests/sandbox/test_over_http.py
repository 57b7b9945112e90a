"""A whole launch over real HTTP, the EHR mounted under /ehr as the demo mounts it (E1)."""

from urllib.parse import urljoin

import requests
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from sandbox.clients import EhrClient
from sandbox.ehr import create_ehr
from sandbox.store import Store
from tests.journeys.ehr_server import running_at
from tests.sandbox.practice import CHALLENGE, VERIFIER, bundle, query_of, resources


def mounted(url):
    store = Store()
    store.add_bundle(bundle(resources()))
    client = EhrClient("app", (f"{url}/callback",))
    ehr = create_ehr(store, f"{url}/ehr", [client], launch_url=f"{url}/launch")
    return DispatcherMiddleware(Response("the app"), {"/ehr": ehr})


def authorize_params(configuration, launched, url):
    return {
        "response_type": "code",
        "client_id": "app",
        "redirect_uri": f"{url}/callback",
        "scope": "launch openid fhirUser patient/*.rs",
        "state": "s",
        "aud": launched["iss"],
        "launch": launched["launch"],
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }


def test_a_launch_from_the_click_to_the_last_page():
    with running_at(mounted) as url, requests.Session() as http:
        page = http.get(f"{url}/ehr/", timeout=5)
        assert f"{url}/ehr/static/ehr.css" in page.text
        assert http.get(f"{url}/ehr/static/ehr.css", timeout=5).ok
        click = http.post(f"{url}/ehr/launch", data={"patient": "anna"}, allow_redirects=False, timeout=5)
        launched = query_of(click.headers["Location"])
        assert launched["iss"] == f"{url}/ehr/fhir"
        configuration = http.get(f"{launched['iss']}/.well-known/smart-configuration", timeout=5).json()
        asked = authorize_params(configuration, launched, url)
        back = http.get(
            configuration["authorization_endpoint"], params=asked, allow_redirects=False, timeout=5
        )
        form = {
            "grant_type": "authorization_code",
            "code": query_of(back.headers["Location"])["code"],
            "redirect_uri": f"{url}/callback",
            "client_id": "app",
            "code_verifier": VERIFIER,
        }
        token = http.post(configuration["token_endpoint"], data=form, timeout=5).json()
        assert token["patient"] == "anna"
        http.headers["Authorization"] = f"Bearer {token['access_token']}"
        seen, address = [], f"{launched['iss']}/Observation?patient=anna&category=survey&_count=3"
        while address:
            found = http.get(address, timeout=5).json()
            seen += [one["resource"]["id"] for one in found["entry"]]
            link = {one["relation"]: one["url"] for one in found["link"]}
            address = urljoin(address, link["next"]) if "next" in link else None
        assert len(seen) == len(set(seen)) == 7
