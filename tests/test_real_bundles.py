"""Unchanged Synthea bundles, read where they are: nothing crashes, no opioid is lost, what cannot be told is said."""

import json
from datetime import date
from pathlib import Path

import pytest

from app import create_demo, main
from cds.contract import as_json
from cds.summary import summarize
from chart.reader import read_bundle
from rules.case import Case
from tests.journeys.ehr_server import running_at

FOLDER = Path(__file__).parents[2] / "shared" / "real" / "synthea"
BUNDLES = sorted(FOLDER.glob("*.json"))
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not BUNDLES, reason="the public bundles are not beside the checkout"),
]
DAYS = (date(2018, 6, 1), date(2021, 3, 1), date(2026, 11, 22))
OPIOID_WORDS = (
    "codone",
    "codeine",
    "morphin",
    "fentanyl",
    "tramadol",
    "meperidine",
    "methadone",
    "buprenorphine",
)


def opioid_orders(bundle, as_of):
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] != "MedicationRequest" or resource["authoredOn"][:10] > as_of.isoformat():
            continue
        named = json.dumps(resource["medicationCodeableConcept"]).lower()
        if any(word in named for word in OPIOID_WORDS):
            yield f"MedicationRequest/{resource['id']}"


@pytest.mark.parametrize("path", BUNDLES, ids=lambda p: p.name.split("_")[0])
@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_every_opioid_is_listed_once(path, as_of):
    bundle = json.loads(path.read_text())
    answer = as_json(summarize(Case(read_bundle(bundle, as_of))))
    lists = (answer["mme"][name] for name in ("by_medication", "not_calculated", "excluded"))
    listed = [record for lines in lists for line in lines for record in line["record_ids"]]
    assert len(listed) == len(set(listed))
    assert set(opioid_orders(bundle, as_of)) <= set(listed)
    assert answer["mme"]["at_least"] is bool(answer["mme"]["not_calculated"])


@pytest.mark.parametrize(
    ("name", "as_of", "total", "at_least"),
    [
        ("Bradly", "2018-06-01", "0", True),  # stopped at an unknown time, no directions
        ("Charlotte", "2021-03-01", "30", False),  # hydrocodone 7.5 mg every 6 hours
        ("Lonnie", "2021-03-01", "30", False),
    ],
)
def test_the_dose_when_the_opioid_was_current(name, as_of, total, at_least, capsys):
    (path,) = FOLDER.glob(f"{name}_*.json")
    assert main(["summarize", str(path), "--as-of", as_of, "--json"]) == 0
    mme = json.loads(capsys.readouterr().out)["mme"]
    assert (mme["total"], mme["at_least"]) == (total, at_least)


def test_the_practice_ehr_serves_them_and_the_app_shows_each():
    import requests

    with running_at(lambda url: create_demo(url, data=FOLDER)) as url:
        store = requests.get(f"{url}/ehr/", timeout=10).text
        for path in BUNDLES:
            patient = next(
                e["resource"]
                for e in json.loads(path.read_text())["entry"]
                if e["resource"]["resourceType"] == "Patient"
            )
            assert patient["id"] in store
            with requests.Session() as browser:
                page = browser.post(f"{url}/ehr/launch", data={"patient": patient["id"]}, timeout=30)
            assert page.status_code == 200, path.name
            assert patient["name"][0]["family"] in page.text
