"""PR-01: records of a substance use disorder program are shown, so the notice of 42 CFR part 2 goes with them."""

from collections.abc import Iterator

from chart.records import Chart
from chart.terms import Record
from rules.case import Case
from rules.consents import covering, viewer
from rules.labels import NOTICE_DOUBT, SHORT_NOTICE, is_part2
from rules.rule import Block, Guidance, Priority, Reason, Rule, Source, Status

NOTICE = Source(
    "42 CFR part 2, final rule of 16 February 2024 (89 FR 12472)",
    "Section 2.32, short statement",
    "https://www.federalregister.gov/d/2024-02544",
    doubt=NOTICE_DOUBT,
)
ADVICE = (
    f"{SHORT_NOTICE} Keep this notice with any print, copy or referral, "
    "and do not pass it on beyond what the consent covers."
)
READ = (
    "conditions", "medication_requests", "medication_dispenses", "medication_statements", "observations",
    "procedures", "encounters", "documents", "service_requests", "care_plans", "questionnaire_responses",
    "reports",
)  # fmt: skip


def evaluate(case: Case) -> Guidance:
    found = tuple(part2_records(case.chart))
    if not found:
        return Guidance(
            Status.NOT_INDICATED, (Reason("No record of a substance use disorder program is shown"),)
        )
    told = Reason.of(f"{_count(len(found))} from a substance use disorder program", found)
    return Guidance(Status.INDICATED, (told, _basis(case)))


def _basis(case: Case) -> Reason:
    if consents := covering(case.chart.consents, case.as_of, viewer(case.chart, case.policy)):
        return Reason.of("With the patient's consent on record", consents)
    if case.policy.part2_display == "show with notice":
        return Reason("No consent on record: shown with this notice, by the clinic's policy")
    return Reason("No consent in force on record: do not share, print or copy it")


def part2_records(chart: Chart) -> Iterator[Record]:
    for name in READ:
        yield from (r for r in getattr(chart, name) if is_part2(r.labels))


def _count(number: int) -> str:
    return "1 record" if number == 1 else f"{number} records"


RULE = Rule(
    id="PR-01",
    block=Block.CONFIDENTIALITY,
    title="Records of a substance use disorder program",
    advice=ADVICE,
    source=NOTICE,
    needs=frozenset({"Condition"}),
    also_reads=frozenset({"Observation", "MedicationRequest", "Procedure", "Encounter", "Consent"}),
    evaluate=evaluate,
    priority=Priority.ROUTINE,
    say=("Some of your records are specially protected. We share them only as you have agreed.",),
    policy=("part2_display",),
)
