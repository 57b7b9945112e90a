"""What the referral pages show, arranged from the prompt and the draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds.day import shown_day
from cds.outcomes.choices import NEWS
from cds.outcomes.choices import Choice as Answer
from cds.referrals.as_fhir import Referral
from cds.referrals.as_text import as_text
from cds.referrals.drafting import Prompt, key_of, seen
from cds.roles import Action, may
from launch.browser import form_token
from rules.case import Case
from rules.referrals.directory import nothing_listed, preferred
from rules.referrals.draft import KINDS_BY_RULE
from rules.referrals.loop import Loop
from rules.referrals.loops import loops
from rules.resource import SETTINGS
from rules.rule import Option

NO_PERSON = "The EHR did not say which clinician is signed in, so that nothing can be sent from here."
NO_SCOPE = (
    "The EHR has not allowed this app to create referrals: take the text along and send it the usual way."
)
NOT_YOUR_ROLE = (
    "The clinic has opened sending to other roles of the care team: ask a colleague, or take the text along."
)
NO_SERVICE = (
    "The clinic's directory has no such service yet: name it in the order yourself, or send the text."
)


@dataclass(frozen=True)
class Choice:
    key: str
    option: Option


def choosing(prompt: Prompt, asked: Mapping[str, str]) -> dict[str, Any]:
    """The first page: the patient's wishes, and the services in that order."""
    setting = asked.get("setting", "") if asked.get("setting") in SETTINGS else ""
    languages = sorted({tag for o in prompt.options for tag in o.languages})
    language = asked.get("language", "") if asked.get("language") in languages else ""
    first, others = preferred(prompt.options, setting, language)
    return _shared(prompt) | {
        "first": [Choice(key_of(o), o) for o in first],
        "others": [Choice(key_of(o), o) for o in others],
        "setting": setting,
        "settings": SETTINGS,
        "language": language,
        "languages": languages,
        "empty": nothing_listed(prompt.case, KINDS_BY_RULE[prompt.assessment.rule.id]),
    }


def reviewing(prompt: Prompt, option: Option, note: str, problem: str) -> dict[str, Any]:
    """The second page: the draft as it would be sent, and as text."""
    referral = prompt.referral(option, note)
    return _shared(prompt) | {
        "option": option,
        "key": key_of(option),
        "referral": referral,
        "text": as_text(referral, prompt.case.policy) if referral else "",
        "seen": seen(referral) if referral else "",
        "note": note,
        "problem": problem,
        "why_not": _why_not(prompt, referral),
        "makes_task": prompt.session.can_create("Task"),
        "no_service": "" if option.is_listed else NO_SERVICE,
    }


def loops_of(case: Case) -> list[tuple[Loop, tuple[Answer, ...]]]:
    """Each referral with the news that may be recorded about it."""
    return [(loop, () if loop.is_ended else NEWS) for loop in loops(case)]


def _why_not(prompt: Prompt, referral: Referral | None) -> str:
    if referral is None:
        return NO_PERSON
    if not prompt.session.can_create("ServiceRequest"):
        return NO_SCOPE
    return "" if may(prompt.role, Action.SEND) else NOT_YOUR_ROLE


def _shared(prompt: Prompt) -> dict[str, Any]:
    handle = prompt.session.handle
    return {
        "handle": handle,
        "form_token": form_token(handle),
        "shown_day": shown_day(),
        "assessment": prompt.assessment,
        "patient": prompt.case.chart.patient,
        "chart": prompt.case.chart,
        "on": prompt.on,
    }
