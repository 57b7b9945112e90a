"""What holds for every rule on complex needs, referrals, confidentiality and policy."""

import re
from dataclasses import fields, replace

import pytest

from chart.records import Gap, SetAside, Unavailable
from rules.catalogue import COMPLEX_NEEDS, CONFIDENTIALITY, POLICIES, REFERRALS
from rules.policy import Policy
from rules.rule import Block, Status
from tests.builders import condition, consent, observation, order, referral
from tests.rules.situations import long_term, no_opioid

RULES = (*COMPLEX_NEEDS, *REFERRALS, *CONFIDENTIALITY, *POLICIES)
BLOCKS = {
    "CX": Block.COMPLEX_NEEDS,
    "RF": Block.REFERRAL,
    "PR": Block.CONFIDENTIALITY,
    "PA": Block.POLICIES,
}
# Specification 8; "relapse", "abuse" and the like may stand only in the names that code systems give.
AVOIDED = re.compile(
    r"\b(addict\w*|junkie|abus\w+|drug.seeking|alcoholic|drunk|habit|clean|dirty|sober|reformed|relapse\w*"
    r"|medication.assisted|substitution|detox\w*|non.?complian\w+|non.?adheren\w+|refus\w+|contract|narcotic\w*"
    r"|violat\w+|offender|aberrant|red flags?|manipulative|doctor.shopping|difficult patient|complex patient"
    r"|committed suicide|frequent flyer|suffers? from|victim|claims|alleges|complains|risk score"
    r"|high.risk patient|waiver\w*|alert|popup)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_sourced_and_in_its_block(rule):
    for source in (rule.source, *rule.further_sources):
        assert source.url.startswith("https://")
        assert source.locator
    assert rule.block is BLOCKS[rule.id[:2]]
    assert rule.is_referral is rule.id.startswith("RF")
    assert set(rule.policy) <= {f.name for f in fields(Policy)}
    assert not rule.needs & rule.also_reads


def test_every_row_of_the_catalogue_is_a_rule_once():
    expected = [f"CX-{n:02}" for n in range(1, 11)] + [f"RF-{n:02}" for n in range(1, 6)]
    expected += ["PR-01", "PR-02", "PR-03", "PA-01"]
    assert sorted(r.id for r in RULES) == sorted(expected)


def _situations():
    oud, positive = condition("F11.20"), observation("44261-6", 17)
    part2 = replace(
        oud, labels=frozenset({("http://terminology.hl7.org/CodeSystem/v3-ActCode", "42CFRPart2")})
    )
    yield no_opioid()
    yield long_term(mme=95)
    yield long_term(oud, positive, observation("44260-8", 2), referral("1254709001", on=90))
    yield no_opioid(part2, order("buprenorphine film", 8, authored=10), consent(), observation("70274-6", 3))


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_kind_words(rule):
    told = [rule.title, rule.advice, rule.card, *rule.say]
    for case in _situations():
        answer = rule.assess(case)
        told += [answer.advice, *(r.text for r in answer.guidance.reasons)]
        told += [f"{o.name} {o.detail}" for o in answer.guidance.options]
    assert [text for text in told if AVOIDED.search(text.replace("Opioid dependence", ""))] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_words_for_the_conversation(rule):
    assert rule.id in ("PR-03", "PA-01") or 1 <= len(rule.say) <= 2


@pytest.mark.parametrize("kind", [Gap.REFUSED, Gap.FAILED, Gap.CUT_OFF, Gap.WITHHELD])
@pytest.mark.parametrize("rule", [r for r in RULES if r.reads], ids=lambda r: r.id)
def test_nothing_found_where_something_may_be_hidden(rule, kind):
    """Never "not indicated" and never "addressed" from a look that could not see."""
    for resource_type in rule.reads:
        case = no_opioid(unavailable=(Unavailable(resource_type, kind, f"{resource_type} was not read"),))
        assert rule.assess(case).status in (Status.UNDETERMINED, Status.INDICATED), resource_type


@pytest.mark.parametrize("rule", [r for r in RULES if r.reads], ids=lambda r: r.id)
def test_an_entry_that_could_not_be_read_may_be_anything(rule):
    case = no_opioid(set_aside=(SetAside("unknown", "entry 3", "not a resource"),))
    assert rule.assess(case).status is Status.UNDETERMINED


@pytest.mark.parametrize("rule", COMPLEX_NEEDS, ids=lambda r: r.id)
def test_cards_of_complex_needs_name_no_diagnosis(rule):
    assert not re.search(r"depress|suicid|opioid|disorder|PHQ|self-harm|alcohol", rule.card, re.IGNORECASE)
