"""PV-04: a treatment agreement that patient and clinic have gone through together within the year."""

import re

from chart.records import Chart, Consent, DocumentReference
from rules.case import Case
from rules.planned_visits.applies import unless_long_term
from rules.planned_visits.due import Evidence, due
from rules.planned_visits.evidence import questionnaires
from rules.rule import Block, Guidance, Hook, Role, Rule
from rules.sources import six_building_blocks
from rules.valuesets import AGREEMENT

WHAT = "treatment agreement"
# How scanned agreements are titled; "contract" is how the EHR may have it.
_NAMES = re.compile(
    r"(controlled substance|opioid|narcotic|pain|treatment|medication).{0,30}(agreement|contract|consent)",
    re.IGNORECASE,
)


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case):
        return not_for
    signed, maybe = agreements(case.chart)
    return due(case, signed, case.policy.agreement_days, WHAT, maybe)


def agreements(chart: Chart) -> tuple[list[Evidence], list[Evidence]]:
    """What is an agreement by its code, and what only may be one: unsigned, or known by its title alone."""
    signed = questionnaires(chart, AGREEMENT)
    maybe = []
    for document in (d for d in chart.documents if d.status == "current"):
        if not _is_agreement(document):
            if _NAMES.search(document.display):
                maybe.append(Evidence(document, document.when, document.display))
        elif document.doc_status == "preliminary":
            maybe.append(Evidence(document, document.when, f"{document.display} (not final)"))
        else:
            signed.append(Evidence(document, document.when, document.display))
    for consent in (c for c in chart.consents if c.status == "active" and _is_in_force(c, chart)):
        if any(AGREEMENT.has(c) for c in (consent.scope, *consent.categories)):
            signed.append(Evidence(consent, consent.when, consent.display))
        elif _NAMES.search(consent.display):
            maybe.append(Evidence(consent, consent.when, consent.display))
    return signed, maybe


def _is_agreement(document: DocumentReference) -> bool:
    return any(AGREEMENT.has(c) for c in (document.concept, *document.categories))


def _is_in_force(consent: Consent, chart: Chart) -> bool:
    return consent.until is None or consent.until.last >= chart.as_of


RULE = Rule(
    id="PV-04",
    block=Block.PLANNED_VISITS,
    title="Treatment agreement",
    advice="Go through the treatment agreement together: goals, risks, safe storage, refills, monitoring, and what "
    "both sides can expect if the plan changes.",
    source=six_building_blocks(
        "Policies, patient agreements and workflows",
        doubt="Renewal every 12 months follows COSRI's guidance text, not a rule of the program.",
    ),
    needs=frozenset({"MedicationRequest", "DocumentReference"}),
    also_reads=frozenset({"Consent", "QuestionnaireResponse"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("agreement_days", "lead_days"),
    say=(
        "This agreement says what you can expect from us as well as what we ask of you. Shall we read it together?",
    ),
)
