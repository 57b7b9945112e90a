"""The pages of the forms: choose one, fill it in, see what it says, and keep it here or write it to the EHR."""

import hashlib
import json
import logging
import secrets
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as BaseResponse

from audit.acts import ANSWERS_RECORDED, ANSWERS_TAKEN_BACK, PAGE_VIEWED, WRITTEN_BACK
from audit.request import at_once, audited, not_audited, written_now
from cds.day import chosen_day, shown_day
from cds.outcomes.store import StoreDown
from cds.reading import server_of
from cds.roles import Action, check_may
from cds.screening import sending, shown
from cds.screening.answers import Answers
from cds.screening.asked import Filled, read_form
from cds.screening.forms import Form, forms
from cds.screening.questionnaire import as_questionnaire
from cds.screening.reading import store
from cds.screening.resources import Sitting, resources_of
from cds.screening.store import TAKEN_BACK, Kept, NewSitting, ScreeningStore
from launch.browser import check_form, form_token
from launch.parts import parts
from launch.problems import LaunchProblem, Problem
from launch.session import LaunchSession, session_for
from storage.wiring import engine_of

log = logging.getLogger(__name__)
blueprint = Blueprint("screening", __name__)

NO_CLINICIAN = Problem(
    "no_clinician",
    403,
    "Nothing was recorded",
    "The EHR did not say which clinician is signed in, and what is recorded needs a person behind it.",
    "Go back to the form, where the answers still stand, and enter them in the EHR itself.",
)
NOT_KEPT = (
    "The app's database could not be reached, or did not confirm that it kept the answers. They still stand "
    "below: save them again in a minute. Saving the same answers twice keeps them once."
)
NOT_CHANGED = Problem(
    "not_kept",
    503,
    "Nothing was changed",
    "The app's database could not be reached.",
    "Go back and try again in a minute.",
)


def init_screening(app: Flask, config: Any) -> None:
    """Opens the store, adds the pages, and what templates/screening_link.html asks for. `config`: config.Config."""
    app.extensions["screening"] = ScreeningStore(
        engine_of(app, config), config.keys_of_patients, config.token_keys
    )
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(screening_asks=shown.asks, screening_address=_address)


@blueprint.get("/questionnaires/<form_id>")
@not_audited("what is asked, for everyone")
def questionnaire(form_id: str) -> Response:
    """What is asked, for everyone: it says nothing about a patient."""
    response = jsonify(as_questionnaire(_known(form_id), parts().config.public_url))
    response.content_type = "application/fhir+json"
    return response


@blueprint.get("/visit/<handle>/screening/")
@audited(PAGE_VIEWED)
def choose(handle: str) -> str:
    session = _session(handle)
    chart = shown.patient_chart(session, chosen_day())
    in_use = set(shown.policy().tools_in_use)
    return _page("screening.html", session, chart=chart, forms=forms().values(), in_use=in_use)


@blueprint.get("/visit/<handle>/screening/<form_id>")
@audited(PAGE_VIEWED)
def fill_in(handle: str, form_id: str) -> str:
    session, form = _session(handle), _known(form_id)
    before = request.args.get("go_on", type=int)
    begun = _kept(session, before) if before is not None else None
    given = begun.given if begun and begun.form_id == form.id else {}
    return _form_page(session, form, Filled(Answers(form, given), secrets.token_hex(16)))


@blueprint.post("/visit/<handle>/screening/<form_id>")
@audited(ANSWERS_RECORDED)
def answer(handle: str, form_id: str) -> BaseResponse:
    session, form = _session(handle), _known(form_id)
    check_form(handle)
    filled = read_form(form, request.form)
    if filled.errors or filled.unseen:
        return make_response(_form_page(session, form, filled, has_been_sent=True), 422)
    by = _by(session)
    written_now(details={"form": form.id})
    try:
        serial = _keep(session, filled, by)
        kept = store().one(session.issuer, session.patient_id, serial)
    except StoreDown as problem:
        log.error("screening not kept: %s", problem)
        return make_response(_form_page(session, form, filled, NOT_KEPT, has_been_sent=True), 503)
    log.info("screening kept: %s", form.id)
    why_not = _send(session, kept, by) if kept and request.form.get("save") == "ehr" else ""
    return _to_result(handle, serial, why_not)


@blueprint.get("/visit/<handle>/screening/kept/<int:serial>")
@audited(PAGE_VIEWED)
def result(handle: str, serial: int) -> str:
    session = _session(handle)
    kept = _kept(session, serial)
    context = shown.result_context(session, kept, chosen_day())
    return _page(
        "screening_result.html",
        session,
        **context,
        not_sent=sending.NOT_SENT.get(request.args.get("not_sent", ""), ""),
    )


@blueprint.post("/visit/<handle>/screening/kept/<int:serial>/ehr")
@audited(WRITTEN_BACK)
def send(handle: str, serial: int) -> BaseResponse:
    session = _session(handle)
    check_form(handle)
    kept = _kept(session, serial)
    why_not = "" if kept.is_taken_back else _send(session, kept, _by(session))
    return _to_result(handle, serial, why_not)


@blueprint.post("/visit/<handle>/screening/kept/<int:serial>/take-back")
@audited(ANSWERS_TAKEN_BACK)
def take_back(handle: str, serial: int) -> BaseResponse:
    """For answers entered by mistake: they stay on file and no longer count."""
    session = _session(handle)
    check_form(handle)
    kept, by = _kept(session, serial), _by(session)
    written_now(details={"form": kept.form_id, "serial": str(serial)})
    try:
        store().note((session.issuer, session.patient_id), kept, TAKEN_BACK, by, parts().clock())
    except StoreDown as problem:
        raise LaunchProblem(NOT_CHANGED, str(problem)) from None
    log.info("screening taken back: %s", kept.form_id)
    return _to_result(handle, serial, "")


def _session(handle: str) -> LaunchSession:
    """A form is for those who may record; the front desk sees none of it."""
    session = session_for(handle)
    check_may(session, Action.RECORD)
    return session


def _known(form_id: str) -> Form:
    return forms().get(form_id) or abort(404)


def _kept(session: LaunchSession, serial: int) -> Kept:
    try:
        found = store().one(session.issuer, session.patient_id, serial)
    except StoreDown as problem:
        raise LaunchProblem(NOT_CHANGED, str(problem)) from None
    return found if found and found.form_id in forms() else abort(404)


def _by(session: LaunchSession) -> str:
    if session.user is None or not session.user.is_clinician:
        raise LaunchProblem(NO_CLINICIAN)
    return session.user.fhir_user


def _keep(session: LaunchSession, filled: Filled, by: str) -> int:
    """The same page sent twice with the same answers is one sitting; sent again with others it is another."""
    on, form = chosen_day(), filled.answers.form
    told = json.dumps([filled.sitting, on.isoformat(), form.id, sorted(filled.answers.given.items())])
    mark = hashlib.sha256(told.encode()).hexdigest()
    sitting = Sitting(
        session.patient_id,
        on,
        by,
        mark,
        parts().config.public_url,
        session.encounter_id,
        shown.policy().is_part2_program,
    )
    new = NewSitting(mark, form.id, on, by, filled.answers.given, resources_of(filled.answers, sitting))
    return store().keep(session.issuer, session.patient_id, new, parts().clock())


def _send(session: LaunchSession, kept: Kept, by: str) -> str:
    server = server_of(session)
    at_once(WRITTEN_BACK, details={"form": kept.form_id, "stage": "about to be sent"})
    return sending.send(session, server, kept, by, parts().clock())


def _to_result(handle: str, serial: int, why_not: str) -> BaseResponse:
    named = {"as_of": shown_day(), "not_sent": why_not or None}
    return redirect(url_for("screening.result", handle=handle, serial=serial, **named), 303)


def _form_page(
    session: LaunchSession, form: Form, filled: Filled, trouble: str = "", *, has_been_sent: bool = False
) -> str:
    g.has_script = form.may_need_help_today
    context = shown.form_context(session, filled, chosen_day(), has_been_sent=has_been_sent)
    return _page("screening_form.html", session, **context, sitting=filled.sitting, trouble=trouble)


def _page(template: str, session: LaunchSession, **context: Any) -> str:
    return render_template(
        template,
        **context,
        handle=session.handle,
        form_token=form_token(session.handle),
        as_of=shown_day(),
    )


def _address(form: Form, handle: str) -> str:
    return url_for("screening.fill_in", handle=handle, form_id=form.id, as_of=shown_day())
