"""Drafts and a small FHIR server for the tests of referrals."""

import json
from dataclasses import replace

from werkzeug.wrappers import Request, Response

from cds.referrals.as_fhir import Referral
from chart.records import Patient
from chart.when import When
from chart.writing import Identifier
from launch.identity import User
from rules.referrals import behavioural_health, oud_treatment
from rules.referrals.draft import draft_for
from rules.rule import Option
from tests.builders import AS_OF, condition, observation
from tests.rules.situations import no_opioid

KNOWN_AS = Identifier("https://previsit.example.org/referral", "abc")
OUTSIDE = Option("community", "Riverside Recovery OTP", "555-0101")
INSIDE = Option("in this clinic", "Dr. Lindqvist", "ext. 7", reference="Practitioner/lindqvist")
UNLISTED = Option("community", "A service that the patient can reach", is_listed=False)
OUD = condition("F11.20", id="Condition/oud")
PHQ9 = observation("44261-6", 12, id="Observation/phq9")
PATIENT = Patient(
    id="Patient/p1", name="Test Person", birth_date=When.parse("1970-01-01"), mrn="M-7", language="es"
)


def referral(*records, option=OUTSIDE, rule=oud_treatment.RULE, policy=None, note="", encounter=None):
    case = no_opioid(*(records or (OUD,)), policy=policy)
    user = User("Practitioner/pr-1", "Practitioner", "Dr. Ada Quill", "user-1")
    return Referral(draft_for(rule.assess(case), option, case), PATIENT, user, encounter, AS_OF, note)


def routine(*records, **changes):
    return referral(*(records or (PHQ9,)), rule=behavioural_health.RULE, **changes)


class Ehr:
    """Keeps what is posted. `knows_conditions`: heeds If-None-Exist, which many EHRs do not."""

    def __init__(self, knows_conditions=True):
        self.knows_conditions = knows_conditions
        self.kept, self.asked, self.fault = [], [], None

    def __call__(self, environ, start):
        request = Request(environ)
        self.asked.append(f"{request.method} {request.path.rpartition('/')[2]}")
        fault = self.fault(request) if self.fault else None
        return (fault or self.answer(request))(environ, start)

    def answer(self, request):
        kind = request.path.rpartition("/")[2]
        if request.method == "GET":
            found = [r for r in self.kept if r["resourceType"] == kind]
            bundle = {"resourceType": "Bundle", "entry": [{"resource": r} for r in found]}
            return Response(json.dumps(bundle), 200)
        resource = json.loads(request.get_data())
        there = [r for r in self.kept if r["identifier"] == resource["identifier"]]
        if there and self.knows_conditions:
            return Response(json.dumps(there[0]), 200)
        self.kept.append(resource | {"id": str(len(self.kept) + 1)})
        return Response(json.dumps(self.kept[-1]), 201)

    def of(self, kind):
        return [r for r in self.kept if r["resourceType"] == kind]


def changed(referral, **changes):
    return replace(referral, draft=replace(referral.draft, **changes))
