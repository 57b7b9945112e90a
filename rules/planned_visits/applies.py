"""Whom a planned-visit rule speaks about: each function answers with guidance when it does not apply.

Outside the guideline's population (POP-02) planned-visit items pause, and each says why. Items about safety stay
on in cancer pain, sickle cell disease, palliative care and under 18, because breathing slows there all the same;
they pause in hospice and at the end of life, where opioids with sedatives are often the plan.
"""

from rules.case import Case
from rules.rule import Guidance, Reason, Status

NO_OPIOID = "No opioid in use on record"


def unless_paused(case: Case, *, is_safety_item: bool = False) -> Guidance | None:
    excluded = case.exclusion
    if excluded is None or (is_safety_item and not excluded.is_end_of_life):
        return None
    first, *others = excluded.reasons
    told = Reason(
        f"Paused, the guideline is not written for this: {first.text}", first.record_ids, first.labels
    )
    return Guidance(Status.NOT_INDICATED, (told, *others))


def unless_long_term(case: Case, *, is_safety_item: bool = False) -> Guidance | None:
    """None when the patient is on long-term opioid therapy and the guideline applies."""
    if paused := unless_paused(case, is_safety_item=is_safety_item):
        return paused
    ltot = case.therapy.ltot
    if ltot.status == "long-term":
        return None
    if ltot.status == "not long-term":
        return Guidance(Status.NOT_INDICATED, (Reason("Not on long-term opioid therapy"), *ltot.reasons))
    unknown = Reason("Whether this is long-term opioid therapy cannot be told")
    return Guidance(Status.UNDETERMINED, (unknown, *ltot.reasons))


def unless_in_use(case: Case, *, is_safety_item: bool = False, with_moud: bool = False) -> Guidance | None:
    """None when an opioid is, or may be, in use. `with_moud`: buprenorphine and methadone for OUD count too."""
    if paused := unless_paused(case, is_safety_item=is_safety_item):
        return paused
    if case.mme.has_opioid_in_use or (with_moud and any(e.is_current for e in case.mme.excluded)):
        return None
    if case.mme.at_least:
        return Guidance(
            Status.UNDETERMINED, (Reason("Whether an opioid is in use cannot be told"), *_why(case))
        )
    return Guidance(Status.NOT_INDICATED, (Reason(NO_OPIOID),))


def _why(case: Case) -> tuple[Reason, ...]:
    return tuple(Reason(note) for note in case.mme.notes)


def opioids_in_use(case: Case, *, with_moud: bool = False) -> tuple[Reason, ...]:
    """One reason for each opioid in use, by its name and records."""
    mme = case.mme
    moud = [e for e in mme.excluded if e.is_current] if with_moud else []
    return (
        *(Reason(c.name, c.record_ids, c.labels) for c in mme.by_medication),
        *(Reason(n.name, n.record_ids, n.labels) for n in mme.not_calculated),
        *(Reason(e.name, e.record_ids, e.labels) for e in moud),
    )
