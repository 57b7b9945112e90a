"""CX-05: unhealthy alcohol use by AUDIT-C or AUDIT, or no screen on file."""

from rules.case import Case
from rules.complex_patients import screening, sources
from rules.complex_patients.instruments import AUDIT, AUDIT_C, TAPS_ALCOHOL
from rules.complex_patients.scores import Screen, State, screen
from rules.rule import Block, Guidance, Reason, Role, Rule

AUDIT_C_MEN = 4
AUDIT_C_OTHERS = 3  # women, and where sex is not recorded or is another one: the more sensitive cut-off
AUDIT_POSITIVE = 8
ANY_BUT_NEVER = 1

OFFER = "Offer the AUDIT-C before or during this visit."
TALK = "Alcohol with opioids slows breathing. Talk about it without judgement, and offer brief advice or treatment."


def evaluate(case: Case) -> Guidance:
    first_part = screen(case, TAPS_ALCOHOL, ANY_BUT_NEVER)
    screens = alcohol_screens(case)
    if first_part.state is State.POSITIVE and all(s.state is State.NONE for s in screens):
        return _go_on(case, first_part)
    return screening.screened(case, screens, TALK, OFFER)


def _go_on(case: Case, first_part: Screen) -> Guidance:
    """Part 1 of the TAPS only sorts out whom to ask more."""
    guidance = screening.screened(case, (first_part,), OFFER, OFFER)
    return Guidance(
        guidance.status, (*guidance.reasons, Reason("The AUDIT-C tells more")), advice=guidance.advice
    )


def alcohol_screens(case: Case) -> tuple[Screen, ...]:
    men = case.chart.patient.sex == "male"
    return (
        screen(case, AUDIT_C, AUDIT_C_MEN if men else AUDIT_C_OTHERS),
        screen(case, AUDIT, AUDIT_POSITIVE),
    )


RULE = Rule(
    id="CX-05",
    block=Block.COMPLEX_NEEDS,
    title="Alcohol screen",
    advice=OFFER,
    source=sources.tool(
        "AUDIT-C and AUDIT",
        "AUDIT-C of 4 or more for men and 3 or more otherwise; AUDIT of 8, 15 and 20",
    ),
    further_sources=(sources.TOOLS_IN_USE,),
    needs=screening.NEEDS,
    also_reads=screening.ALSO_READS,
    evaluate=evaluate,
    owner=Role.NURSE,
    say=(
        "We ask everyone about alcohol, because together with this medicine it can slow breathing.",
        "How does a drink fit into your week? And what would you like to be different, if anything?",
    ),
    policy=screening.POLICY,
)
