"""One answer as a test records it, and where."""

from dataclasses import replace
from datetime import date

from cryptography.fernet import Fernet

from cds.outcomes.store import NewOutcome
from chart.outcomes import OutcomeKind
from tests.builders import AS_OF

SECRET = "a secret key of more than 32 characters"
KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
ISSUER, PATIENT = "https://ehr.example.org/fhir", "pat-1-SECRETMARKER"
NOTE = "prefers tablets NOTEMARKER"
TODAY = date.today()


def new(rule_id="PV-02", kind=OutcomeKind.DECLINED, on=AS_OF, **changes):
    return replace(NewOutcome(rule_id, kind, on, None, "Practitioner/pr-1", NOTE), **changes)


def form(**changes):
    return {"rule_id": "PV-02", "kind": "declined"} | changes
