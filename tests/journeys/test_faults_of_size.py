"""Charts with nothing in them and with far too much, and servers that never come to an end."""

import time

import orjson
import pytest

from cds.types_read import NO_RECORD
from tests.journeys import faults
from tests.journeys.faulty_clinic import clinic_at_work
from tests.journeys.page_text import blocks, own_blocks, text, unlimited_comfort
from tests.sandbox.practice import bundle

MANY = 2_000
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OXYCODONE_5 = {"coding": [{"system": RXNORM, "code": "1049621"}], "text": "Oxycodone 5 mg tablet"}


def patient(its_id, **details):
    return {"resourceType": "Patient", "id": its_id, **details}


def order(number, owner, **more):
    usual = {
        "resourceType": "MedicationRequest",
        "id": f"{owner}-{number}",
        "status": "active" if number == 0 else "stopped",
        "intent": "order",
        "subject": {"reference": f"Patient/{owner}"},
        "medicationCodeableConcept": OXYCODONE_5,
        "authoredOn": "2020-01-01" if number else time.strftime("%Y-%m-%d"),
        "dosageInstruction": [
            {
                "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
            }
        ],
    }
    return usual | more


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    people = [patient("nobody"), patient("many", name=[{"text": "Mira Many"}], birthDate="1970-01-01")]
    content = bundle([*people, *(order(n, "many") for n in range(MANY))])
    (data / "sizes.json").write_bytes(orjson.dumps(content))
    with clinic_at_work(data) as running:
        yield running


@pytest.fixture(autouse=True)
def _mended(clinic):
    yield
    clinic.mend()


def test_a_patient_with_nothing_at_all_is_no_patient_without_risk(clinic):
    answer = clinic.launch("nobody")
    page = blocks(answer.text)
    assert answer.status_code == 200
    assert "Name not recorded" in page
    assert "Not everything could be read" in page
    assert f"{NO_RECORD}." in page
    assert "MME/day cannot be told" in page
    assert unlimited_comfort(answer.text) == []


def test_2000_orders_are_all_read_in_time_and_in_a_page_of_a_size_to_be_sent(clinic):
    started = time.monotonic()
    answer = clinic.launch("many")
    seconds = time.monotonic() - started
    assert answer.status_code == 200
    assert "15 MME/day" in own_blocks(answer.text)
    assert f"medication orders ({MANY})" in text(answer.text)
    assert "Not everything could be read" not in text(answer.text)
    assert seconds < 6
    assert len(answer.content) < 1_000_000


def test_2000_orders_in_use_are_counted_once_and_shown(clinic):
    each = [order(n, "many", status="active", authoredOn=f"2026-0{n % 9 + 1}-01") for n in range(MANY)]
    clinic.faults.broken = {"MedicationRequest": faults.body(orjson.dumps(faults.bundle(each)))}
    started = time.monotonic()
    answer = clinic.launch("many")
    assert answer.status_code == 200
    assert "Oxycodone 5 mg tablet" in text(answer.text)
    assert time.monotonic() - started < 12
    assert len(answer.content) < 4_000_000


def test_20_mb_of_orders_in_one_answer_are_read_or_said_to_be_too_many(clinic):
    padding = {"text": {"status": "generated", "div": "x" * 9_400}}
    content = orjson.dumps(faults.bundle(order(n, "many") | padding for n in range(MANY)))
    assert 19_000_000 < len(content) < 20_000_000
    clinic.faults.broken = {"MedicationRequest": faults.body(content)}
    started = time.monotonic()
    answer = clinic.launch("many")
    assert time.monotonic() - started < 6
    assert "15 MME/day" in own_blocks(answer.text)
    clinic.faults.broken = {"MedicationRequest": faults.body(content + b" " * 1_000_000)}
    answer = clinic.launch("many")
    assert answer.status_code == 200
    assert "Medication orders were only partly read (the answer was too large)." in blocks(answer.text)
    assert unlimited_comfort(answer.text) == []


def test_20_mb_of_everything_at_once(clinic):
    clinic.faults.broken = {faults.ALL: faults.body(b" " * 20_000_001), "Patient": lambda _: None}
    started = time.monotonic()
    answer = clinic.launch("many")
    assert answer.status_code == 200
    assert time.monotonic() - started < 10
    assert unlimited_comfort(answer.text) == []


def endless(records):
    """A server that always has one more page, each at a new address."""
    numbers = iter(range(1_000_000))

    def page(request):
        number = next(numbers)
        following = f"{request.base_url}?page={number + 1}"
        found = [order(f"{number}-{n}", "many") for n in range(records)]
        return faults.body(orjson.dumps(faults.bundle(found, following)))(request)

    return page


def circle(request):
    return faults.body(orjson.dumps(faults.bundle([order(7, "many")], request.url)))(request)


@pytest.mark.parametrize(
    ("server", "why"),
    [
        (endless(100), "there are more than the first 5000"),
        (endless(1), "there are more than the first 50"),
        (endless(0), "there are more than the first 0"),
        (circle, "the EHR repeated a page"),
    ],
    ids=["full pages", "pages of one", "empty pages", "the same page"],
)
def test_a_list_without_end_is_cut_off_and_said_to_be(clinic, server, why):
    clinic.faults.broken = {"MedicationRequest": server}
    answer = clinic.launch("many")
    assert answer.status_code == 200
    assert f"Medication orders were only partly read ({why})." in blocks(answer.text)
    assert unlimited_comfort(answer.text) == []
    assert len([asked for asked in clinic.faults.asked if asked.startswith("MedicationRequest")]) <= 51


@pytest.mark.parametrize("waits", ["0", "1"])
def test_an_ehr_that_asks_for_a_moment_is_given_it(clinic, waits):
    clinic.faults.broken = {"MedicationRequest": faults.once(faults.status(429, Retry_After=waits))}
    answer = clinic.launch("many")
    assert "15 MME/day" in own_blocks(answer.text)
    assert "Not everything could be read" not in text(answer.text)


def test_a_redirect_is_not_followed(clinic):
    away = faults.status(302, Location=f"{clinic.url}/ehr/fhir/Elsewhere")
    clinic.faults.broken = {"MedicationRequest": away}
    assert "Medication orders could not be read" in text(clinic.launch("many").text)
    assert not [asked for asked in clinic.faults.asked if "Elsewhere" in asked]
