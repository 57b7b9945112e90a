"""What stands behind one referral page: the prompt's answer for this chart, its options, and the draft for one."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import date

from cds.day import chosen_day
from cds.outcomes.reading import with_outcomes
from cds.reading import chart_of, server_of
from cds.referrals.as_fhir import Referral, service_request
from cds.roles import policy, role_of
from cds.summary import case_of
from chart.writing import Identifier
from launch.parts import parts
from launch.session import LaunchSession
from rules.case import Case
from rules.catalogue import RULES
from rules.referrals.directory import options as all_options
from rules.referrals.draft import KINDS_BY_RULE, draft_for
from rules.rule import Assessment, Option, Role

_RULES = {rule.id: rule for rule in RULES if rule.id in KINDS_BY_RULE}


def is_drafted(rule_id: str) -> bool:
    """Whether this prompt leads to a referral: RF-04 and RF-05 refer to no one."""
    return rule_id in _RULES


@dataclass(frozen=True)
class Prompt:
    """One referral prompt for the patient of one launch."""

    session: LaunchSession
    case: Case
    assessment: Assessment
    on: date
    role: Role

    @property
    def options(self) -> tuple[Option, ...]:
        """The prompt's own order; the whole directory where the prompt asks for none just now."""
        kind = KINDS_BY_RULE[self.assessment.rule.id]
        return self.assessment.guidance.options or all_options(self.case, kind)

    def option(self, key: str) -> Option | None:
        return next((o for o in self.options if key_of(o) == key), None)

    def referral(self, option: Option, note: str = "") -> Referral | None:
        """None where the EHR did not say which clinician is signed in: a referral is somebody's."""
        user = self.session.user
        if user is None or not user.is_clinician:
            return None
        draft = draft_for(self.assessment, option, self.case)
        return Referral(draft, self.case.chart.patient, user, self.session.encounter_id, self.on, note)


def prompt_for(session: LaunchSession, rule_id: str) -> Prompt:
    """Reads the chart anew, for a draft is made of what the record says now. KeyError for another rule.

    As for paper: a referral leaves the clinic, and what is kept off paper does not go along.
    """
    rule, role = _RULES[rule_id], role_of(session, server_of(session))
    chart = with_outcomes(chart_of(session, chosen_day()), session)
    case = case_of(chart, policy(), role, is_for_paper=True)
    return Prompt(session, case, rule.assess(case), chart.as_of, role)


def key_of(option: Option) -> str:
    """Names an option in a form and an address, without its words."""
    return hashlib.sha256(f"{option.kind}\0{option.name}".encode()).hexdigest()[:16]


def sending_key(session: LaunchSession, rule_id: str, option_key: str, on: date) -> str:
    """One referral of this patient to this service on this day: the same however often it is clicked."""
    whose = "\0".join(("referral", session.issuer, session.patient_id, rule_id, option_key, on.isoformat()))
    return hmac.new(parts().config.secret_key.encode(), whose.encode(), hashlib.sha256).hexdigest()


def identifier(key: str) -> Identifier:
    return Identifier(f"{parts().config.public_url}/referral", key)


def seen(referral: Referral) -> str:
    """A mark of everything that was reviewed but the note: what is sent is what was seen."""
    reviewed = service_request(referral, Identifier("", "")) | {"note": referral.draft.needs_notice}
    return hashlib.sha256(json.dumps(reviewed, sort_keys=True).encode()).hexdigest()[:32]
