"""What clinicians recorded in the app holds in hook calls too: the same guidance at both doors."""

import pytest

from cds.outcomes.store import NewOutcome, OutcomeStore
from cds.screening.answers import Answers
from cds.screening.forms import forms
from cds.screening.resources import Sitting, resources_of
from cds.screening.store import NewSitting, ScreeningStore
from chart.outcomes import OutcomeKind
from launch.issuers import IssuerRegistration
from rules.catalogue import RULES
from tests.cds.hooks.hook_app import TODAY, all_rules, signing_client
from tests.cds.hooks.hook_json import OPIOID, hook_request
from tests.cds.recorded import KEY, SECRET
from tests.databases import engine_made

NORTH, SOUTH = "https://north.example.org/fhir", "https://south.example.org/fhir"
ISSUERS = (IssuerRegistration(NORTH, "previsit"), IssuerRegistration(SOUTH, "previsit"))


@pytest.fixture
def outcomes():
    store = OutcomeStore(engine_made("sqlite://"), [SECRET], [KEY])
    yield store
    store.close()


@pytest.fixture
def called(hook_apps, tmp_path, outcomes):
    """The rules that speak for one patient, called by an EHR of these FHIR servers."""

    def call(*servers, named=None):
        app = hook_apps(signing_client(tmp_path, fhir_servers=servers), rules=RULES, issuers=ISSUERS)
        app.app.extensions["outcomes"] = outcomes
        app.app.extensions["screening"] = ScreeningStore(outcomes.engine, [SECRET], [KEY])
        body = hook_request("patient-view", OPIOID)
        return all_rules(app.cards({**body, "fhirServer": named} if named else body))

    return call


def record(outcomes, issuer, kind=OutcomeKind.DECLINED, patient="p1"):
    outcomes.add(issuer, patient, NewOutcome("PV-08", kind, TODAY, None, "Practitioner/1"), 1.0)


@pytest.mark.parametrize(
    ("servers", "named", "is_heard"),
    [
        ((NORTH,), None, True),  # a client of one server: no other can be meant
        ((NORTH,), NORTH, True),
        ((NORTH,), f"{NORTH}/", True),
        ((NORTH, SOUTH), NORTH, True),
        ((NORTH, SOUTH), SOUTH, False),  # another patient with the same number
        ((NORTH, SOUTH), None, False),  # it cannot be told whose patient this is
        ((SOUTH,), None, False),
        ((), None, False),
    ],
)
def test_a_recorded_answer_is_heard_where_the_issuer_is_sure(called, outcomes, servers, named, is_heard):
    assert "PV-08" in called(*servers, named=named)
    record(outcomes, NORTH)
    assert ("PV-08" not in called(*servers, named=named)) == is_heard


def test_an_answer_about_another_patient_changes_nothing(called, outcomes):
    record(outcomes, NORTH, patient="p2")
    assert "PV-08" in called(NORTH)


def test_an_answer_taken_back_speaks_again(called, outcomes):
    record(outcomes, NORTH)
    record(outcomes, NORTH, OutcomeKind.WITHDRAWN)
    assert "PV-08" in called(NORTH)


def test_where_answers_cannot_be_read_every_prompt_speaks(called, outcomes):
    from storage.tables.outcomes import outcomes as table

    record(outcomes, NORTH)
    table.drop(outcomes.engine)
    assert "PV-08" in called(NORTH)


@pytest.mark.parametrize(("issuer", "is_heard"), [(NORTH, True), (SOUTH, False)])
def test_answers_kept_in_the_app_speak_here_as_on_the_page(called, outcomes, issuer, is_heard):
    assert "CX-02" not in called(NORTH)
    answers = Answers(forms()["phq-9"], {"44260-8": 1})
    resources = resources_of(answers, Sitting("p1", TODAY, "Practitioner/1", "k", "https://app.example.org"))
    new = NewSitting("k", "phq-9", TODAY, "Practitioner/1", answers.given, resources)
    ScreeningStore(outcomes.engine, [SECRET], [KEY]).keep(issuer, "p1", new, 1.0)
    assert ("CX-02" in called(NORTH)) == is_heard
