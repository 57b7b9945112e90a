"""Opioids that are in use and yet no part of the total, each with its reason (CDC 2022; specification 2.5)."""

import re

from chart.medications import Form, Medication, MedicationDispense, MedicationRequest
from chart.records import Chart, Condition
from chart.terms import Concept
from rules.once import once
from rules.prescriptions import Prescription, is_hospital_only
from rules.valuesets import OPIOID_USE_DISORDER, OUD_IN_REMISSION, OUD_ON_AGONIST_THERAPY

__all__ = [
    "HOSPITAL",
    "is_for_oud",
    "is_hospital_only",
    "is_methadone",
    "may_be_for_oud",
    "why_not_counted",
]

HOSPITAL = "ordered for a hospital stay"
BUPRENORPHINE = "buprenorphine is not converted to MME"
METHADONE_FOR_OUD = "methadone for opioid use disorder is not counted"
COUGH = "cough and cold medicine: not counted, shown on its own line"
_NOT_A_HOME_DOSE = {
    Form.INJECTION: "injection: not part of a home dose",
    Form.IMPLANT: "implant: not part of a home dose",
    Form.TOPICAL: "for the skin: not part of a home dose",
}
_OUD_SETS = (OPIOID_USE_DISORDER, OUD_IN_REMISSION, OUD_ON_AGONIST_THERAPY)
# How EHRs and pharmacies write it; an opioid treatment program is the only place that gives methadone for OUD.
_OUD_WORDS = re.compile(
    r"\b(otp|opioid treatment program(me)?|methadone (clinic|maintenance|program)|oud|moud"
    r"|opioid (use disorder|dependence|addiction))\b",
    re.IGNORECASE,
)


def why_not_counted(prescription: Prescription, chart: Chart) -> str:
    """Empty when it counts."""
    product = prescription.lead.product
    if any(i.name.lower() == "buprenorphine" for i in product.opioids):
        return BUPRENORPHINE
    if product.form in _NOT_A_HOME_DOSE:
        return _NOT_A_HOME_DOSE[product.form]
    if product.is_cough_cold:
        return COUGH
    return METHADONE_FOR_OUD if is_methadone(prescription) and is_for_oud(prescription, chart) else ""


def is_methadone(prescription: Prescription) -> bool:
    return any(i.name.lower() == "methadone" for i in prescription.lead.product.opioids)


def is_for_oud(prescription: Prescription, chart: Chart) -> bool:
    """By what the prescription says; never by the patient's other diagnoses."""
    conditions = _conditions_by_id(chart)
    return any(_says_oud(record, conditions) for record in prescription.records)


@once
def _conditions_by_id(chart: Chart) -> dict[str, Condition]:
    return {c.id: c for c in chart.conditions}


def may_be_for_oud(prescription: Prescription, chart: Chart) -> bool:
    """Nothing says what this methadone is for, and OUD is on the problem list."""
    if any(record.reasons or record.reason_ids for record in prescription.records):
        return False
    return _has_oud(chart)


@once
def _has_oud(chart: Chart) -> bool:
    return any(c.is_active and _is_oud(c.concept) for c in chart.conditions)


def _says_oud(record: Medication, conditions: dict[str, Condition]) -> bool:
    reasons = [*record.reasons, *(conditions[i].concept for i in record.reason_ids if i in conditions)]
    if any(_is_oud(reason) for reason in reasons):
        return True
    words = [record.display, record.product.name, record.dosage.text]
    if isinstance(record, (MedicationRequest, MedicationDispense)):
        words.append(record.pharmacy)
    return any(_OUD_WORDS.search(text) for text in words)


def _is_oud(concept: Concept) -> bool:
    if any(value_set.has(concept) for value_set in _OUD_SETS):
        return True
    return not concept.codes and bool(_OUD_WORDS.search(concept.display))
