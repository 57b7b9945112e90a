"""The words of an EHR for a person's work, and what each role sees and may do."""

from dataclasses import replace

import pytest

from cds.page import page_of
from cds.roles import Action, may, role_in, sections
from rules.policy import SECTIONS, Policy
from rules.rule import Priority, Role
from tests.cds.pages import APP, practice_summary


@pytest.mark.parametrize(
    ("words", "role"),
    [
        (("doctor",), Role.PRESCRIBER), (("Family Nurse Practitioner",), Role.PRESCRIBER),
        (("MD",), Role.PRESCRIBER), (("Physician Assistant",), Role.PRESCRIBER), (("PA-C",), Role.PRESCRIBER),
        (("Registered Nurse", "RN"), Role.NURSE), (("Medical Assistant",), Role.NURSE), (("CMA",), Role.NURSE),
        (("Clinical pharmacist",), Role.PHARMACIST), (("RPh",), Role.PHARMACIST),
        (("Behavioral Health",), Role.BEHAVIOURAL_HEALTH), (("LCSW",), Role.BEHAVIOURAL_HEALTH),
        (("Licensed clinical social worker",), Role.BEHAVIOURAL_HEALTH),
        (("Receptionist",), Role.FRONT_DESK), (("Front desk",), Role.FRONT_DESK),
        ((), None), (("Physical therapist",), None), (("things to do",), None), (("ma",), None),
    ],
)  # fmt: skip
def test_words_to_role(words, role):
    assert role_in(words) is role


@pytest.fixture
def with_policy(monkeypatch):
    def set_policy(**settings):
        monkeypatch.setitem(APP.extensions, "policy", replace(Policy(), **settings))

    with APP.app_context():
        yield set_policy


def test_everyone_but_the_front_desk_sees_and_does_everything_by_default(with_policy):
    with_policy()
    for role in Role:
        is_clinical = role is not Role.FRONT_DESK
        assert sections(role) == (frozenset(SECTIONS) if is_clinical else frozenset())
        assert all(may(role, action) is is_clinical for action in Action)


def test_a_clinic_narrows_what_a_role_sees_and_does(with_policy):
    with_policy(
        sections_hidden=("scores",), sections_nurse=("medicines", "scores"), roles_sending=("prescriber",)
    )
    assert sections(Role.NURSE) == {"medicines"}
    assert "scores" not in sections(Role.PRESCRIBER)
    assert may(Role.PRESCRIBER, Action.SEND)
    assert not may(Role.NURSE, Action.SEND)


def test_no_policy_lets_the_front_desk_act(with_policy):
    with_policy(roles_recording=tuple(role.value for role in Role))
    assert not may(Role.FRONT_DESK, Action.RECORD)


@pytest.mark.parametrize("hidden", ["complex needs", "referrals"])
def test_what_cannot_wait_is_shown_though_its_part_is_hidden(hidden):
    summary = practice_summary("skyler-redfern")
    page = page_of(summary, "the EHR", frozenset(SECTIONS) - {hidden})
    shown = {a.rule.id for room in ("prepare", "complex_needs", "referrals") for a in page[room].to_do}
    shown |= {a.rule.id for a in page["safety"]}
    urgent = {a.rule.id for a in (*summary.to_do, *summary.referrals) if a.priority is not Priority.ROUTINE}
    missing = {a.rule.id for a in (*summary.to_do, *summary.referrals)} - shown
    assert not missing & {i for i in urgent if i in {a.rule.id for a in summary.to_do}}
    assert all(link.rule.id in shown for link in page["first"])
    assert hidden in page["not_shown"]
