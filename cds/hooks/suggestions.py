"""What a clinician can do from a card with one choice: drafts to add, shorten or take out, by rule."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cds.hooks.markdown import one_line
from cds.hooks.requests import Json, is_id
from chart.elements import as_number, as_object
from chart.medications import DrugClass, MedicationRequest
from chart.product_tables import class_codes
from chart.terms import RXNORM, SNOMED
from rules.codes import rows
from rules.rule import Assessment

if TYPE_CHECKING:
    from cds.hooks.cards import Told

_NALOXONE = "1725059"  # 4 mg nasal spray; chart/tables/class_codes.csv
_URINE_DRUG_TEST = "310627008"  # rules/tables/activities.csv
_MENTAL_HEALTH_REFERRAL = "306227000"  # rules/tables/codes.csv
_LONGEST_NAME = 80
_A_DAY = {"value": 1, "unit": "day", "system": "http://unitsofmeasure.org", "code": "d"}


def suggestions_for(told: "Told", answer: Assessment) -> Iterator[Json]:
    for suggest in _BY_RULE.get(answer.rule.id, ()):
        yield from suggest(told)


def _naloxone(told: "Told") -> Iterator[Json]:
    order = {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": _concept(RXNORM, _NALOXONE, class_codes()[_NALOXONE].name),
        **_about(told),
    }
    yield _create(
        "Add naloxone nasal spray", "Adds a draft order for naloxone nasal spray, to complete.", order
    )


def _urine_drug_test(told: "Told") -> Iterator[Json]:
    yield _service(
        "Add a urine drug test", "Adds a draft order for a urine drug test.", _URINE_DRUG_TEST, told
    )


def _behavioural_health(told: "Told") -> Iterator[Json]:
    what = "Adds a draft referral to behavioural health, to complete."
    yield _service("Add a behavioural health referral", what, _MENTAL_HEALTH_REFERRAL, told)


def _shorter_supply(told: "Told") -> Iterator[Json]:
    """For each judged draft over the policy's days: the same order, whole, with only its supply changed."""
    most = told.summary.case.policy.acute_supply_days
    for draft in told.chart.judged_drafts:
        as_sent = told.gathered.drafts.as_sent.get(draft.id)
        shorter = _shortened(as_sent, draft, most) if as_sent and draft.is_any(DrugClass.OPIOID) else None
        if shorter:
            what = f"Changes the supply of this draft order to {most} days, without refills."
            action = {"type": "update", "description": what, "resource": shorter}
            yield _suggestion(f"Shorten the supply to {most} days", action)


def _without_benzodiazepine(told: "Told") -> Iterator[Json]:
    for draft in told.chart.drafts:
        if draft.is_any(DrugClass.BENZODIAZEPINE) and draft.id in told.gathered.drafts.as_sent:
            name = one_line(draft.display)[:_LONGEST_NAME]
            what = f"Takes out the draft order for {name}."
            action = {"type": "delete", "description": what, "resourceId": draft.id}
            yield _suggestion(f"Remove the draft order for {name}", action)


# Rule -> what can be done about it from a card.
_BY_RULE: dict[str, tuple[Callable[["Told"], Iterator[Json]], ...]] = {
    "PV-06": (_urine_drug_test,),
    "PV-08": (_naloxone,),
    "RF-01": (_behavioural_health,),
    "OR-06": (_shorter_supply,),
    "OR-08": (_naloxone,),
    "OR-10": (_urine_drug_test,),
    "OR-11": (_without_benzodiazepine,),
}


def _shortened(as_sent: Json, draft: MedicationRequest, most: int) -> Json | None:
    """None where the length of the supply is not known or is short enough already."""
    dispense = as_object(as_sent.get("dispenseRequest"))
    quantity = as_number(as_object(dispense.get("quantity")).get("value"))
    days = draft.supply.days or _days_of(quantity, draft)
    if days is None or days <= most:
        return None
    changed: dict[str, Any] = {**dispense, "expectedSupplyDuration": {**_A_DAY, "value": most}}
    if quantity is not None:
        # Whole units, rounded down, so that it never lasts longer than said.
        fewer = int(quantity * most / days)
        if fewer < 1:
            return None
        changed["quantity"] = {**dispense["quantity"], "value": fewer}
    if dispense.get("numberOfRepeatsAllowed"):
        changed["numberOfRepeatsAllowed"] = 0
    return {**as_sent, "dispenseRequest": changed}


def _days_of(quantity: Decimal | None, draft: MedicationRequest) -> Decimal | None:
    steps = draft.dosage.steps
    if quantity is None or len(steps) != 1 or steps[0].unit != "unit" or not steps[0].high:
        return None
    return quantity / steps[0].high


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
