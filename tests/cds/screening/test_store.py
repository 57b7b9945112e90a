"""The table of answers on both databases: one row a submission, one patient's alone, sent and taken back as rows."""

import threading

from cds.screening.store import ANSWERS, SENT, TAKEN_BACK, NewSitting, ScreeningStore
from storage.rotation import rekey
from storage.stand_ins import StandIns
from storage.tables.screening import screenings
from tests.builders import AS_OF
from tests.cds.recorded import ISSUER, KEY, OTHER_KEY, PATIENT, SECRET

RESOURCES = ({"resourceType": "QuestionnaireResponse"}, {"resourceType": "Observation"})
OTHER = "another secret key of more than 32 characters"


def new(mark="m"):
    return NewSitting(mark, "gad-7", AS_OF, "Practitioner/1", {"69725-0": 1}, RESOURCES)


def rows(engine):
    with engine.connect() as db:
        return db.execute(screenings.select()).all()


def test_the_same_submission_is_one_row_whoever_comes_first(engine):
    store, found, start = ScreeningStore(engine, [SECRET], [KEY]), [], threading.Barrier(5)

    def click():
        start.wait()
        found.append(store.keep(ISSUER, PATIENT, new(), 1.0))

    clicks = [threading.Thread(target=click) for _ in range(5)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(found) == 5
    assert len(set(found)) == 1
    assert [row.kind for row in rows(engine)] == [ANSWERS]


def test_another_patient_another_issuer_another_mark_are_other_rows(engine):
    store = ScreeningStore(engine, [SECRET], [KEY])
    serials = {
        store.keep(ISSUER, PATIENT, new(), 1.0),
        store.keep(ISSUER, "pat-2", new(), 1.0),
        store.keep("https://south.example.org/fhir", PATIENT, new(), 1.0),
        store.keep(ISSUER, PATIENT, new("n"), 1.0),
    }
    assert len(serials) == 4
    assert len(store.of(ISSUER, PATIENT)) == 2
    assert store.one(ISSUER, "pat-2", store.of(ISSUER, PATIENT)[0].serial) is None


def test_sent_and_taken_back_are_rows_of_their_own(engine):
    store = ScreeningStore(engine, [SECRET], [KEY])
    store.keep(ISSUER, PATIENT, new(), 1.0)
    (kept,) = store.of(ISSUER, PATIENT)
    store.note((ISSUER, PATIENT), kept, SENT, "Practitioner/1", 2.0, {"0": "QuestionnaireResponse/7"})
    store.note((ISSUER, PATIENT), kept, SENT, "Practitioner/1", 2.0, {"1": "Observation/8"})
    store.note((ISSUER, PATIENT), kept, TAKEN_BACK, "Practitioner/1", 3.0)
    (kept,) = store.of(ISSUER, PATIENT)
    assert kept.sent == {"0": "QuestionnaireResponse/7", "1": "Observation/8"}
    assert kept.is_all_sent
    assert kept.is_taken_back
    assert len(rows(engine)) == 4


def test_a_change_of_keys_loses_nothing(engine):
    ScreeningStore(engine, [SECRET], [KEY]).keep(ISSUER, PATIENT, new(), 1.0)
    assert len(ScreeningStore(engine, [OTHER, SECRET], [OTHER_KEY, KEY]).of(ISSUER, PATIENT)) == 1
    rekey(engine, [OTHER_KEY, KEY], StandIns([OTHER, SECRET]))
    (kept,) = ScreeningStore(engine, [OTHER], [OTHER_KEY, KEY]).of(ISSUER, PATIENT)
    assert kept.resources == RESOURCES
    assert kept.given == {"69725-0": 1}
