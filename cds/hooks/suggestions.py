"""What a clinician can do from a card with one choice: drafts to add, shorten or take out, by rule."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from cds.hooks.markdown import one_line
from cds.hooks.requests import Json, is_id
from cds.hooks.shorter import shortened
from chart.product_tables import class_codes
from chart.terms import RXNORM, SNOMED
from rules.codes import rows
from rules.orders.sedatives import new_benzodiazepines
from rules.rule import Assessment

if TYPE_CHECKING:
    from cds.hooks.cards import Told

_NALOXONE = "1725059"  # 4 mg nasal spray; chart/tables/class_codes.csv
# As on the label of the 4 mg spray: Drug Facts on DailyMed, set id a0ebc83d-2892-40de-bc0a-775ce90b30db.
_NALOXONE_DIRECTIONS = (
    "For a suspected opioid overdose: call 911 and give 1 spray into one nostril. If the person does not wake up, give "
    "another spray, from a new device, every 2 to 3 minutes, changing nostrils, until help arrives."
)
_NALOXONE_DEVICES = 2
_CATEGORY = "http://terminology.hl7.org/CodeSystem/medicationrequest-category"
_URINE_DRUG_TEST = "310627008"  # rules/tables/activities.csv
_MENTAL_HEALTH_REFERRAL = "306227000"  # rules/tables/codes.csv
_LONGEST_NAME = 80


def suggestions_for(told: "Told", answer: Assessment) -> Iterator[Json]:
    for suggest in _BY_RULE.get(answer.rule.id, ()):
        yield from suggest(told, answer)


def _naloxone(told: "Told", _: Assessment) -> Iterator[Json]:
    order = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "order",
        "category": [_concept(_CATEGORY, "community", "Community")],
        "medicationCodeableConcept": _concept(RXNORM, _NALOXONE, class_codes()[_NALOXONE].name),
        **_about(told),
        "dosageInstruction": [{"text": _NALOXONE_DIRECTIONS, "asNeededBoolean": True}],
        "dispenseRequest": {"quantity": {"value": _NALOXONE_DEVICES, "unit": "nasal spray device"}},
    }
    what = (
        "Adds a draft order for naloxone 4 mg nasal spray, two devices, with directions, to review and sign."
    )
    yield _create("Add naloxone nasal spray", what, order)


def _urine_drug_test(told: "Told", _: Assessment) -> Iterator[Json]:
    yield _service(
        "Add a urine drug test", "Adds a draft order for a urine drug test.", _URINE_DRUG_TEST, told
    )


def _behavioural_health(told: "Told", _: Assessment) -> Iterator[Json]:
    what = "Adds a draft referral to behavioural health, to complete."
    yield _service("Add a behavioural health referral", what, _MENTAL_HEALTH_REFERRAL, told)


def _shorter_supply(told: "Told", answer: Assessment) -> Iterator[Json]:
    """For each draft the rule speaks of: the same order, whole, with only its supply changed."""
    most = told.summary.case.policy.acute_supply_days
    meant = _records(answer)
    for draft in told.chart.judged_drafts:
        # Another opioid may be signed beside it: treatment, or a long-term medicine, cut short would end suddenly.
        as_sent = told.gathered.drafts.as_sent.get(draft.id) if draft.id in meant else None
        if as_sent is not None and (found := shortened(as_sent, draft, most)):
            label, what, resource = found
            yield _suggestion(label, {"type": "update", "description": what, "resource": resource})


def _without_benzodiazepine(told: "Told", _: Assessment) -> Iterator[Json]:
    for draft in new_benzodiazepines(told.summary.case):
        if draft.id in told.gathered.drafts.as_sent:
            name = one_line(draft.display)[:_LONGEST_NAME]
            what = f"Takes out the draft order for {name}."
            action = {"type": "delete", "description": what, "resourceId": draft.id}
            yield _suggestion(f"Remove the draft order for {name}", action)


def _records(answer: Assessment) -> frozenset[str]:
    return frozenset(i for reason in answer.guidance.reasons for i in reason.record_ids)


# Rule -> what can be done about it from a card.
_BY_RULE: dict[str, tuple[Callable[["Told", Assessment], Iterator[Json]], ...]] = {
    "PV-06": (_urine_drug_test,),
    "PV-08": (_naloxone,),
    "RF-01": (_behavioural_health,),
    "OR-06": (_shorter_supply,),
    "OR-08": (_naloxone,),
    "OR-10": (_urine_drug_test,),
    "OR-11": (_without_benzodiazepine,),
}


def _service(label: str, what: str, code: str, told: "Told") -> Json:
    display = next(row.display for row in rows() if row.system == SNOMED and row.code == code)
    request = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "code": _concept(SNOMED, code, display),
        **_about(told),
    }
    return _create(label, what, request)


def _about(told: "Told") -> Json:
    """For whom, by whom and when."""
    as_of: date = told.summary.case.as_of
    about: Json = {
        "subject": {"reference": f"Patient/{told.request.patient_id}"},
        "authoredOn": as_of.isoformat(),
    }
    if told.request.user.startswith("Practitioner"):
        about["requester"] = {"reference": told.request.user}
    if is_id(encounter := told.request.context.get("encounterId")):
        about["encounter"] = {"reference": f"Encounter/{encounter}"}
    return about


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _create(label: str, what: str, resource: Json) -> Json:
    return _suggestion(label, {"type": "create", "description": what, "resource": resource})


def _suggestion(label: str, action: Json) -> Json:
    return {"label": label, "uuid": str(uuid4()), "actions": [action]}
