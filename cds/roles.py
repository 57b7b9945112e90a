"""Who looks at the page: the role that the EHR tells or the person chose, and what that role may see and do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from flask import current_app

from chart.fhir import FhirServer
from chart.people import words_of
from launch.problems import LaunchProblem, Problem
from launch.session import LaunchSession, remember_role
from rules.policy import SECTIONS, Policy
from rules.rule import Role

# The first that fits decides: a nurse practitioner prescribes, and a physical therapist is no counselor.
_WORDS: tuple[tuple[Role, str], ...] = (
    (
        Role.PRESCRIBER,
        r"doctor|physician|prescriber|nurse practitioner|(?-i:\b(?:MD|DO|NP|FNP|PMHNP|ARNP|APRN|CNP|PA|PA-C)\b)",
    ),
    (Role.PHARMACIST, r"pharmacist|\b(?:PharmD|RPh)\b"),
    (
        Role.BEHAVIOURAL_HEALTH,
        r"behaviou?ral|social work|psycholog|counsel|psychotherap|\b(?:LCSW|LMFT|LMHC|LPC|PsyD)\b",
    ),
    (Role.NURSE, r"nurse|medical assistant|(?-i:\b(?:RN|LPN|LVN|CMA|RMA|MA)\b)"),
    (Role.FRONT_DESK, r"front desk|reception|registrar|scheduler|clerk"),
)
NOT_ALLOWED = Problem(
    "role_may_not",
    403,
    "This is not open to your role",
    "The clinic has opened this to other roles of the care team.",
    "Go back to the summary, or ask a colleague whose role it is.",
)


class Action(Enum):
    RECORD = "record an answer"
    SEND = "send to the EHR"
    TAKE_ALONG = "take along"


@dataclass(frozen=True, slots=True)
class Viewer:
    role: Role
    is_told: bool  # by the EHR: then there is nothing to choose


def viewer_of(session: LaunchSession, server: FhirServer) -> Viewer:
    """The EHR's word, asked for once a launch, then the person's own choice, then the policy's."""
    if session.role is None:
        found = _told(session, server)
        remember_role(session, found.value if found else "", is_told=bool(found))
        return Viewer(found or Role(policy().role_when_not_told), bool(found))
    return Viewer(Role(session.role or policy().role_when_not_told), session.is_role_told)


def role_of(session: LaunchSession, server: FhirServer) -> Role:
    return viewer_of(session, server).role


def may(role: Role, action: Action) -> bool:
    allowed = {
        Action.RECORD: policy().roles_recording,
        Action.SEND: policy().roles_sending,
        Action.TAKE_ALONG: policy().roles_taking_along,
    }
    return role is not Role.FRONT_DESK and role.value in allowed[action]


def check_may(session: LaunchSession, action: Action) -> None:
    """Raises the page that says so. A role not asked for yet is the policy's."""
    if not may(Role(session.role or policy().role_when_not_told), action):
        raise LaunchProblem(NOT_ALLOWED, action.value)


def sections(role: Role) -> frozenset[str]:
    """The parts of the page that this role sees here; what is due and what could not be read is always among them."""
    here = policy()
    by_role = {
        Role.PRESCRIBER: SECTIONS,
        Role.NURSE: here.sections_nurse,
        Role.PHARMACIST: here.sections_pharmacist,
        Role.BEHAVIOURAL_HEALTH: here.sections_behavioural_health,
        Role.FRONT_DESK: (),
    }
    return frozenset(by_role[role]) - frozenset(here.sections_hidden)


def role_in(words: Iterable[str]) -> Role | None:
    """What an EHR's words for a person's work come to; None where they tell nothing."""
    told = "; ".join(words)
    return next((role for role, pattern in _WORDS if re.search(pattern, told, re.IGNORECASE)), None)


def policy() -> Policy:
    found: Policy = current_app.extensions["policy"]
    return found


def _told(session: LaunchSession, server: FhirServer) -> Role | None:
    # A fhirUser on another server is named and never fetched.
    if session.user is None or not session.user.is_clinician or "://" in session.user.fhir_user:
        return None
    return role_in(words_of(server, session.user.fhir_user))
