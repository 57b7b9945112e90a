"""OR-11: an opioid with a sedating medicine, whichever of the two is being ordered, or both.

The published logic (opioid-cds-r4 REC11) stays silent when both are new in one signing, takes a benzodiazepine of any
setting because brackets are missing in its condition, and its list of sedating medicines holds stimulants and lacks
gabapentinoids and muscle relaxants. Here drafts and record are looked at together, hospital orders are left out, and
the classes are those of rules PV-10 and PV-11.
"""

from chart.medications import DrugClass, MedicationRequest
from rules.case import Case
from rules.in_use import InUse, in_use
from rules.orders.answers import AT_ORDER, UNRECOGNISED
from rules.orders.ordering import listed
from rules.orders.sources import opioid_cds
from rules.overdose_risk import SEDATIVES
from rules.planned_visits.applies import opioids_in_use, unless_in_use, unless_paused
from rules.prescriptions import is_hospital_only, is_opioid, prescriptions
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import cdc_2022
from rules.supply import days_before

_ON_RECORD = frozenset({"MedicationRequest", "MedicationDispense", "MedicationStatement"})
_ALL = (*SEDATIVES, DrugClass.OTHER_SEDATIVE)


def evaluate(case: Case) -> Guidance:
    """Buprenorphine counts as an opioid here: breathing slows with it too."""
    if not_for := _unless_ordered(case):
        return not_for
    signed = case.ordering.signed
    if not_for := unless_in_use(signed, is_safety_item=True, with_moud=True):
        return not_for
    opioids, sedatives = _together(case)
    if not sedatives:
        return _none(case)
    named = (
        *(Reason(f"Opioid: {o.text}", o.record_ids, o.labels) for o in opioids),
        *(s.reason() for s in sedatives),
    )
    advice = _advice([o.text for o in opioids], [s.name for s in sedatives])
    finding = listed(list(dict.fromkeys(s.name for s in sedatives)))
    return Guidance(Status.INDICATED, named, priority=_priority(sedatives), advice=advice, finding=finding)


def new_benzodiazepines(case: Case) -> tuple[MedicationRequest, ...]:
    """Drafts that can be left out without ending one suddenly: none on record lately, and none that may be hidden."""
    chart, since = case.chart, days_before(case.as_of, case.policy.naive_days)
    lately = (
        p
        for p in prescriptions(chart, DrugClass.BENZODIAZEPINE)
        if not is_hospital_only(p.lead) and (p.start is None or p.start >= since)
    )
    if chart.gaps(_ON_RECORD) or in_use(case, DrugClass.BENZODIAZEPINE) or any(lately):
        return ()
    return tuple(d for d in chart.drafts if d.is_any(DrugClass.BENZODIAZEPINE) and _is_meant(d))


def _unless_ordered(case: Case) -> Guidance | None:
    if any(_is_meant(d) for d in case.chart.judged_drafts):
        return unless_paused(case, is_safety_item=True)
    if unknown := case.ordering.unrecognised:
        return Guidance(
            Status.UNDETERMINED, tuple(Reason.of(f"{d.display} {UNRECOGNISED}", (d,)) for d in unknown)
        )
    return Guidance(
        Status.NOT_INDICATED, (Reason("Neither an opioid nor a sedating medicine is being ordered"),)
    )


def _is_meant(draft: MedicationRequest) -> bool:
    return not is_hospital_only(draft) and (is_opioid(draft) or draft.is_any(*_ALL))


def _together(case: Case) -> tuple[list[Reason], list[InUse]]:
    """Pairs of which at least one is being ordered; a product that holds both is a pair by itself."""
    signed = case.ordering.signed
    ordered = {d.id for d in case.chart.judged_drafts}
    opioids = list(opioids_in_use(signed, with_moud=True))
    sedatives = list(in_use(signed, *_ALL))
    if not any(ordered & set(o.record_ids) for o in opioids):
        sedatives = [s for s in sedatives if ordered & set(s.prescription.record_ids)]
    return opioids, sedatives


def _none(case: Case) -> Guidance:
    if unknown := case.ordering.unrecognised:
        return Guidance(
            Status.UNDETERMINED, tuple(Reason.of(f"{d.display} {UNRECOGNISED}", (d,)) for d in unknown)
        )
    return Guidance(Status.NOT_INDICATED, (Reason("No sedating medicine in use on record or being ordered"),))


def _priority(sedatives: list[InUse]) -> Priority:
    """Sedating antihistamines and the like alone are the low tier of specification 2.7."""
    if any(s.medicine.is_any(DrugClass.BENZODIAZEPINE) for s in sedatives):
        return Priority.SAFETY
    return Priority.HIGH if any(s.medicine.is_any(*SEDATIVES) for s in sedatives) else Priority.ROUTINE


def _advice(opioids: list[str], sedatives: list[str]) -> str:
    names = list(dict.fromkeys((*opioids, *sedatives)))
    together = f"{listed(names)} together" if len(names) > 1 else f"The medicines in {names[0]}"
    return (
        f"{together} raise the risk of slowed breathing. Weigh the benefit of each, coordinate with the other "
        "prescriber, and see that naloxone is at home; never stop a benzodiazepine suddenly."
    )


RULE = Rule(
    id="OR-11",
    block=Block.ORDERS,
    title="Opioid with a sedating medicine",
    advice="Together they raise the risk of slowed breathing. Weigh the benefit of each, coordinate with the other "
    "prescriber, and see that naloxone is at home; never stop a benzodiazepine suddenly.",
    source=cdc_2022(11, "particular caution with a benzodiazepine; weigh other sedating medicines"),
    further_sources=(opioid_cds("11"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.SAFETY,
    hooks=AT_ORDER,
    evaluate=evaluate,
    say=(
        "These two can slow your breathing when taken together. Let us look at what each one does for you.",
    ),
)
