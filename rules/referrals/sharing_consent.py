"""RF-05: written consent before records of a substance use disorder program are shared."""

from chart.records import Consent, ServiceRequest
from rules.case import Case
from rules.confidentiality.part2_record import part2_records
from rules.consents import Names, covering, names, viewer
from rules.referrals.contact import OUD_TREATMENT_NAMES, referrals
from rules.rule import Block, Guidance, Priority, Reason, Role, Rule, Source, Status
from rules.valuesets import REFERRAL_SUD, RELEASE_OF_INFORMATION, find

_OPEN = frozenset({"active", "on-hold", "unknown"})
RULES_2024 = Source(
    "42 CFR part 2, final rule of 16 February 2024 (89 FR 12472)",
    "Sections 2.31 to 2.33: one consent may cover treatment, payment and operations",
    "https://www.federalregister.gov/d/2024-02544",
    doubt="not legal advice: the clinic's counsel decides, and state law may ask for more",
)


def evaluate(case: Case) -> Guidance:
    why = _involved(case)
    if not why:
        return Guidance(Status.NOT_INDICATED, (Reason("No record of, or referral to, such a program"),))
    whom = _whom(case)
    if consents := covering(case.chart.consents, case.as_of, whom):
        told = f"Consent on record{_told(consents[0].when, consents[0].until)}"
        return Guidance(Status.ADDRESSED, (*why, Reason.of(told, consents)))
    if others := _for_others(case, whom):
        unsure = Reason.of("A consent on record may not name this service: check whom it names", others)
        return Guidance(Status.INDICATED, (*why, *_paper(case), unsure))
    nothing = Reason("No consent in force on record")
    return Guidance(Status.INDICATED, (*why, *_paper(case), nothing), rests_on_absence=True)


def _involved(case: Case) -> tuple[Reason, ...]:
    sent = _sent(case)
    records = tuple(part2_records(case.chart))
    told = [Reason.of(f"{r.display}, {r.when or 'without a date'}", (r,)) for r in sent]
    if records:
        told.append(Reason.of("Records of a substance use disorder program are in the chart", records))
    if case.policy.is_part2_program:
        told.append(Reason("This clinic is such a program, by its policy"))
    return tuple(told)


def _sent(case: Case) -> list[ServiceRequest]:
    return [r for r in referrals(case, OUD_TREATMENT_NAMES, REFERRAL_SUD) if r.status in _OPEN]


def _whom(case: Case) -> Names:
    """Whom the records would go to; where nothing is sent, the clinic that has them from the program."""
    if not (sent := _sent(case)):
        return viewer(case.chart, case.policy)
    return names(*(name for request in sent for name in request.performers))


def _for_others(case: Case, whom: Names) -> tuple[Consent, ...]:
    """In force, for somebody: a consent for this clinic alone does not cover passing the records on."""
    anyone = frozenset(n for c in case.chart.consents for actor in c.actors for n in names(*actor))
    return covering(case.chart.consents, case.as_of, anyone | whom)


def _told(since: object, until: object) -> str:
    return (f", {since}" if since else "") + (f", until {until}" if until else "")


def _paper(case: Case) -> tuple[Reason, ...]:
    """A signed form says that there is a consent, and not what it covers."""
    found = [d for d in find(case.chart.documents, RELEASE_OF_INFORMATION) if d.status == "current"]
    if not found:
        return ()
    return (Reason.of(f"“{found[0].display}” is on file: check what it covers", found),)


RULE = Rule(
    id="RF-05",
    block=Block.REFERRAL,
    title="Consent before sharing",
    advice="Confirm that the patient's written consent covers treatment, payment and operations before sharing, and "
    "send a copy of it or a clear explanation along. Without it, leave these records out.",
    source=RULES_2024,
    needs=frozenset({"Consent"}),
    also_reads=frozenset({"ServiceRequest", "Condition", "Observation", "Procedure", "Encounter", "MedicationRequest",
                          "DocumentReference"}),
    evaluate=evaluate,
    priority=Priority.HIGH,
    owner=Role.NURSE,
    say=(
        "Before we share anything with the program, I would like to go over what you agree to.",
        "You can change your mind later, and your care here does not depend on it.",
    ),
    policy=("is_part2_program",),
    is_referral=True,
)  # fmt: skip
