"""The form "Record" of the summary page: one answer about one item, kept and shown again on the page."""

import logging
from typing import Any

from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from audit.acts import OUTCOME_RECORDED
from audit.request import about, audited, written_now
from cds.day import chosen_day, shown_day
from cds.outcomes.asked import read_form
from cds.outcomes.choices import choices, in_words, sets_tier, takes_a_day
from cds.outcomes.reading import store
from cds.outcomes.store import OutcomeStore, StoreDown
from cds.roles import Action, check_may
from launch.browser import check_form
from launch.parts import parts
from launch.problems import LaunchProblem, Problem
from launch.session import LaunchSession, session_for
from rules.outcome_kinds import TIERS
from storage.wiring import engine_of

log = logging.getLogger(__name__)
blueprint = Blueprint("outcomes", __name__)

NO_CLINICIAN = Problem(
    "no_clinician",
    403,
    "Nothing was recorded",
    "The EHR did not say which clinician is signed in, and what is recorded needs a person behind it.",
    "Go back to the summary; it can be read as before.",
)
NOT_KEPT = Problem(
    "not_kept",
    503,
    "This may not have been recorded",
    "The app's database could not be reached, or did not confirm that it kept your answer.",
    "Go back to the summary in a minute. It shows what is recorded; record your answer again if it is not there.",
)


def init_outcomes(app: Flask, config: Any) -> None:
    """Opens the store, adds the form's address and what templates/outcomes.html asks for. `config`: config.Config."""
    app.extensions["outcomes"] = OutcomeStore(
        engine_of(app, config), config.keys_of_patients, config.token_keys
    )
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        outcome_action=_action,
        outcome_choices=choices,
        outcome_takes_a_day=takes_a_day,
        outcome_sets_tier=sets_tier,
        outcome_words=in_words,
        outcome_tiers=TIERS,
    )


@blueprint.post("/visit/<handle>/outcomes")
@audited(OUTCOME_RECORDED)
def record(handle: str) -> Response:
    session = session_for(handle)
    check_form(handle)
    check_may(session, Action.RECORD)
    new = read_form(request.form, chosen_day(), _by(session), current_app.extensions["policy"])
    about(details={"rule": new.rule_id, "kind": new.kind.value})
    try:
        store().add(session.issuer, session.patient_id, new, parts().clock(), within=written_now)
    except StoreDown as problem:
        raise LaunchProblem(NOT_KEPT, str(problem)) from None
    log.info("outcome recorded: %s %s", new.rule_id, new.kind.value)
    page = url_for("cds.visit", handle=handle, as_of=shown_day(), _anchor=new.rule_id)
    return redirect(page, 303)


def _by(session: LaunchSession) -> str:
    if session.user is None or not session.user.is_clinician:
        raise LaunchProblem(NO_CLINICIAN)
    return session.user.fhir_user


def _action(handle: str) -> str:
    """Printed beside every item of a page, and worked out for the first."""
    made: dict[str, str] = g.setdefault("outcome_actions", {})
    if handle not in made:
        made[handle] = url_for("outcomes.record", handle=handle, as_of=shown_day())
    return made[handle]
