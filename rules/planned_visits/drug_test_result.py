"""PV-07: a drug test result that the medicines on record do not explain: a reason to talk, then to confirm."""

from collections.abc import Iterable

from rules.case import Case
from rules.drug_test_values import Result
from rules.drug_tests import Unexpected, findings, unexpected
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Hook, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case, with_moud=True):
        return not_for
    found = unexpected(case)
    if surprising := [u for u in found if not u.later]:
        is_absence = any(not u.medicines for u in surprising)
        return Guidance(Status.INDICATED, _told(surprising), rests_on_absence=is_absence)
    if found:
        return Guidance(Status.UNDETERMINED, _told(found))
    results = findings(case)
    unclear = [f for f in results if f.result is Result.UNCLEAR]
    if unclear:
        told = tuple(
            Reason.of(f"{f.analyte.name} of {f.on}: the result is not clear", (f.record,)) for f in unclear
        )
        return Guidance(Status.UNDETERMINED, told)
    if not results:
        return Guidance(Status.NOT_INDICATED, (Reason("No drug test result to compare in the last year"),))
    told_all = Reason.of("Results fit the medicines on record", [f.record for f in results])
    return Guidance(Status.ADDRESSED, (told_all,), rests_on_absence=True)


def _told(found: Iterable[Unexpected]) -> tuple[Reason, ...]:
    return tuple(Reason.of(u.text, (u.finding.record, *u.medicines, *u.later)) for u in found)


RULE = Rule(
    id="PV-07",
    block=Block.PLANNED_VISITS,
    title="Unexpected drug test result",
    advice="Talk with the patient first, and consider a confirmatory test before changing anything: screens miss "
    "oxycodone, fentanyl and clonazepam, and can misread others.",
    card="A recent result is worth talking about with the patient before anything is changed.",
    source=cdc_2022(
        10, "unexpected results are discussed and confirmed",
        doubt="Parents and metabolites are general knowledge; ask the laboratory about its own test.",
    ),
    needs=frozenset({"MedicationRequest", "Observation"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    policy=("drug_test_days", "drug_test_window_days"),
    say=(
        "The test showed something I did not expect, and these tests are sometimes wrong.",
        "Can you help me understand it?",
    ),
)  # fmt: skip
