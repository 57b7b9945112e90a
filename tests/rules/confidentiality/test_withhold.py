"""Labels, withholding, the notice: PR-01, PR-02, PR-03; and PA-01."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.records import Gap, Value
from chart.terms import ACT_CODE, CONFIDENTIALITY
from rules import clinic_policy, labels
from rules.case import Case
from rules.complex_patients import untreated_oud
from rules.confidentiality import neutral, part2_record, withheld_item
from rules.confidentiality.withhold import withhold
from rules.policy import Policy
from rules.rule import Role, Status
from tests.builders import AS_OF, chart, condition, consent, document, observation, order
from tests.rules.situations import no_opioid

INDICATED, ADDRESSED, UPCOMING = Status.INDICATED, Status.ADDRESSED, Status.UPCOMING
NOT_INDICATED, UNDETERMINED = Status.NOT_INDICATED, Status.UNDETERMINED
PART2, OPIOIDUD, NOTE = (ACT_CODE, "42CFRPart2"), (ACT_CODE, "OPIOIDUD"), (ACT_CODE, "PSYTHPN")
RESTRICTED, COMPLETED = (CONFIDENTIALITY, "R"), (ACT_CODE, "R")
AS_LABELLED = Policy(infer_sensitive=False)
SHOW = Policy(part2_display="show with notice")


def labelled(record, *marks):
    return replace(record, labels=frozenset(marks))


OUD = condition("F11.20", id="Condition/oud")


def test_the_r_of_another_code_system_restricts_nothing():
    assert labels.is_sensitive(frozenset({RESTRICTED}))
    assert not labels.is_sensitive(frozenset({COMPLETED}))


@pytest.mark.parametrize(
    ("several", "expected"),
    [
        ([], set()),
        ([{PART2}, {OPIOIDUD}], {PART2, OPIOIDUD}),
        ([{(CONFIDENTIALITY, "N")}, {RESTRICTED}, {(CONFIDENTIALITY, "L")}], {RESTRICTED}),
        ([{(CONFIDENTIALITY, "V"), PART2}, {RESTRICTED}], {(CONFIDENTIALITY, "V"), PART2}),
        ([{COMPLETED}, {RESTRICTED}], {COMPLETED, RESTRICTED}),
    ],
)
def test_high_water_mark(several, expected):
    assert labels.high_water(*(frozenset(s) for s in several)) == expected


@pytest.mark.parametrize(
    ("mark", "notice"),
    [(PART2, True), ((ACT_CODE, "NORDSCLCD"), True), (OPIOIDUD, False), (RESTRICTED, False)],
)
def test_which_labels_need_the_notice(mark, notice):
    assert labels.needs_notice(frozenset({mark})) is notice


def test_partner_safety_is_never_printed():
    assert not labels.may_be_printed(frozenset({(ACT_CODE, "SDV")}))
    assert labels.may_be_printed(frozenset({PART2}))


@pytest.mark.parametrize(
    ("marks", "consents", "policy", "role", "shown"),
    [
        ([], [], Policy(), Role.PRESCRIBER, True),
        ([PART2], [], Policy(), Role.PRESCRIBER, False),
        ([PART2], [], Policy(), Role.BEHAVIOURAL_HEALTH, False),
        ([PART2], [consent(PART2)], Policy(), Role.PRESCRIBER, True),
        ([PART2], [consent(PART2, status="inactive")], Policy(), Role.PRESCRIBER, False),
        ([PART2], [consent(PART2, until=1)], Policy(), Role.PRESCRIBER, False),
        ([PART2], [], SHOW, Role.PRESCRIBER, True),
        ([PART2], [consent(PART2)], Policy(), Role.FRONT_DESK, False),
        ([OPIOIDUD], [], Policy(), Role.PRESCRIBER, True),
        ([OPIOIDUD], [], Policy(), Role.FRONT_DESK, False),
        ([RESTRICTED], [], Policy(), Role.NURSE, True),
        ([RESTRICTED], [], Policy(roles_shown_sensitive=("prescriber",)), Role.NURSE, False),
        ([RESTRICTED], [], Policy(roles_shown_sensitive=("front desk",)), Role.FRONT_DESK, False),
        ([], [], Policy(), Role.FRONT_DESK, False),  # marked by what it says
        ([], [], AS_LABELLED, Role.FRONT_DESK, True),
        ([COMPLETED], [], AS_LABELLED, Role.FRONT_DESK, True),
    ],
)
def test_who_sees_what(marks, consents, policy, role, shown):
    seen = withhold(chart(labelled(OUD, *marks), *consents), policy, role)
    assert bool(seen.conditions) is shown
    assert [(u.resource_type, u.kind) for u in seen.unavailable] == (
        [] if shown else [("Condition", Gap.WITHHELD)]
    )


def test_psychotherapy_notes_are_never_read():
    notes = [
        labelled(document("11488-4"), NOTE),
        labelled(observation("44261-6", 20), (ACT_CODE, "HIPAAPsyNotes")),
    ]
    seen = withhold(chart(*notes, consent(PART2)), SHOW)
    assert seen.documents == seen.observations == ()
    assert seen.gaps({"DocumentReference", "Observation"}) == ()  # they hide no evidence
    assert {s.reason for s in seen.set_aside} == {"psychotherapy notes are never read"}


def test_what_was_withheld_leaves_rules_undetermined():
    """The worst would be to read "no opioid use disorder" from a chart that hides it."""
    full = chart(labelled(OUD, PART2), order("buprenorphine film", 8))
    seen = Case(withhold(full, Policy()))
    assert untreated_oud.RULE.assess(seen).status is UNDETERMINED
    assert withheld_item.RULE.assess(seen).status is INDICATED
    told = [r.text for r in untreated_oud.RULE.assess(seen).guidance.reasons]
    assert not any("F11" in text for text in told)


def test_several_withheld_records_of_a_type_are_not_counted():
    two = [labelled(OUD, PART2), labelled(condition("F11.10"), PART2)]
    assert len(withhold(chart(*two), Policy()).unavailable) == 1


def test_a_chart_without_labels_is_returned_as_it_was():
    full = chart(OUD, order("morphine", 15, 4), observation("44261-6", 3))
    assert withhold(full, AS_LABELLED) == full


@pytest.mark.parametrize(
    ("records", "status"),
    [([], NOT_INDICATED), ([OUD], NOT_INDICATED), ([labelled(OUD, OPIOIDUD)], NOT_INDICATED),
     ([labelled(OUD, PART2)], INDICATED), ([labelled(order("morphine", 15), PART2)], INDICATED)],
)  # fmt: skip
def test_notice(records, status):
    found = part2_record.RULE.assess(no_opioid(*records))
    assert found.status is status
    assert labels.SHORT_NOTICE in found.advice
    assert part2_record.RULE.source.doubt


@pytest.mark.parametrize(
    ("given_", "text"),
    [
        ({"policy": SHOW}, "shown with this notice"),
        ({}, "do not share, print or copy"),
    ],
)
def test_the_notice_says_on_what_basis(given_, text):
    assert text in part2_record.evaluate(no_opioid(labelled(OUD, PART2), **given_)).reasons[1].text


def test_with_consent_the_notice_names_it():
    found = part2_record.evaluate(no_opioid(labelled(OUD, PART2), consent(PART2)))
    assert "consent on record" in found.reasons[1].text


def test_a_masked_value_is_something_not_shown():
    masked = replace(observation("44261-6"), value=Value(absent="masked"))
    assert withheld_item.evaluate(no_opioid(masked)).status is INDICATED
    assert withheld_item.evaluate(no_opioid(observation("44261-6", 3))).status is NOT_INDICATED


@pytest.mark.parametrize(("count", "text"), [(0, "0 items"), (1, "1 item"), (7, "7 items")])
def test_one_neutral_line(count, text):
    assert neutral.visit_checklist(count) == f"Visit checklist has {text}"


def test_neutral_cards_are_said_for_labelled_records():
    assert neutral.evaluate(no_opioid(labelled(OUD, OPIOIDUD))).status is ADDRESSED
    assert neutral.evaluate(no_opioid(OUD)).status is NOT_INDICATED


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (None, UNDETERMINED),
        (0, ADDRESSED),
        (350, ADDRESSED),
        (351, UPCOMING),
        (364, UPCOMING),
        (365, INDICATED),
    ],
)
def test_policy_review(days, status):
    reviewed = None if days is None else AS_OF - timedelta(days=days)
    policy = Policy(clinic_name="Cedar Clinic", version="3", reviewed_on=reviewed)
    found = clinic_policy.evaluate(no_opioid(policy=policy))
    assert found.status is status
    assert "Cedar Clinic, opioid policy, version “3”" in found.reasons[0].text
    assert found.due_on == (None if days is None else reviewed + timedelta(days=365))


marks = st.sets(st.sampled_from([PART2, OPIOIDUD, RESTRICTED, COMPLETED, NOTE]))


@given(st.lists(marks, max_size=4), st.sampled_from(list(Role)), st.booleans())
def test_withholding_never_adds_and_never_hides_silently(several, role, has_consent):
    records = [labelled(condition("F11.20"), *m) for m in several]
    consents = [consent(PART2)] if has_consent else []
    full = chart(*records, *consents)
    seen = withhold(full, Policy(), role)
    assert {c.id for c in seen.conditions} <= {c.id for c in full.conditions}
    assert all(c.labels >= f.labels for c in seen.conditions for f in full.conditions if f.id == c.id)
    lost = len(full.conditions) - len(seen.conditions)
    assert (lost > 0) == bool(seen.unavailable or seen.set_aside)
    assert not any(labels.is_part2(c.labels) for c in seen.conditions if not has_consent)
