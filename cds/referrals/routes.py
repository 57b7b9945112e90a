"""The referral pages: choose a service, review the draft, send it or take it along. Only a POST sends."""

import logging
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from audit.acts import PAGE_VIEWED, WRITTEN_BACK
from audit.request import about, at_once, audited
from cds.day import chosen_day, shown_day
from cds.outcomes.store import NewOutcome
from cds.referrals.as_fhir import Referral
from cds.referrals.delivery import note_sent, post, sending_store
from cds.referrals.drafting import (
    Prompt,
    is_drafted,
    key_of,
    prompt_for,
    seen,
    sending_key,
)
from cds.referrals.pages import choosing, loops_of, reviewing
from cds.referrals.problems import (
    BAD_FORM,
    BEING_SENT,
    CHANGED,
    NO_CLINICIAN,
    NO_SUCH,
    NOT_GRANTED,
    NOT_KEPT,
    told,
)
from cds.referrals.store import BeingSent, SendingStore, Sent, StoreDown
from cds.roles import Action, check_may
from chart.outcomes import OutcomeKind
from chart.writing import NotWritten
from launch.browser import check_form
from launch.problems import LaunchProblem
from launch.session import LaunchSession, session_for
from rules.rule import Option
from storage.wiring import engine_of

log = logging.getLogger(__name__)
blueprint = Blueprint("referrals", __name__)

LONGEST_NOTE = 1000


def init_referrals(app: Flask, config: Any) -> None:
    """Adds the pages, the store, and what templates/loops.html asks for. `config` is config.Config."""
    app.extensions["sendings"] = SendingStore(engine_of(app, config), config.token_keys)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(referral_url=_url, referral_loops=loops_of)


def _url(handle: str, rule_id: str) -> str | None:
    """Where a prompt leads; None for those that refer to no one."""
    if not is_drafted(rule_id):
        return None
    return url_for("referrals.choose", handle=handle, rule_id=rule_id, as_of=shown_day())


@blueprint.get("/visit/<handle>/referrals/<rule_id>")
@audited(PAGE_VIEWED)
def choose(handle: str, rule_id: str) -> str:
    prompt = _prompt(handle, rule_id)
    if not (key := request.args.get("to", "")):
        return render_template("referral.html", **choosing(prompt, request.args))
    return _review(prompt, _option(prompt, key))


@blueprint.post("/visit/<handle>/referrals/<rule_id>/text")
@audited(PAGE_VIEWED)
def with_note(handle: str, rule_id: str) -> str:
    """The same draft with the note in its text. A POST, because a note does not belong in an address."""
    check_form(handle)
    prompt = _prompt(handle, rule_id)
    return _review(prompt, _option(prompt, request.form.get("to", "")), note=_note())


@blueprint.post("/visit/<handle>/referrals/<rule_id>/send")
@audited(WRITTEN_BACK)
def dispatch(handle: str, rule_id: str) -> Response | str | tuple[str, int]:
    session = session_for(handle)
    check_form(handle)
    _check_may_send(session, rule_id)
    option_key, on, note = request.form.get("to", ""), _drafted_on(), _note()
    key = sending_key(session, rule_id, option_key, on)
    try:
        # A reload or a second click: no chart is read and nothing is sent.
        if done := sending_store().sent(key):
            return _after(session, rule_id, option_key, key, done, on)
    except StoreDown as problem:
        log.error("referral not sent: database %s", problem)
        prompt = prompt_for(session, rule_id)
        return _review(prompt, _option(prompt, option_key), note, NOT_KEPT), 503
    prompt = prompt_for(session, rule_id)
    option = _option(prompt, option_key)
    referral = prompt.referral(option, note)
    if referral is None or request.form.get("seen") != seen(referral):
        return _review(prompt, option, note, CHANGED), 409
    return _send(prompt, option, referral, key)


@blueprint.get("/visit/<handle>/referrals/<rule_id>/sent")
@audited(PAGE_VIEWED)
def sent(handle: str, rule_id: str) -> str:
    """What became of it, from the app's own memory; nothing is sent or written here."""
    session = session_for(handle)
    on = _day(request.args.get("on", ""))
    done = sending_store().sent(sending_key(session, rule_id, request.args.get("to", ""), on)) if on else None
    if done is None or not is_drafted(rule_id):
        raise LaunchProblem(NO_SUCH)
    return render_template("referral_sent.html", handle=handle, sent=done, shown_day=shown_day())


def _send(prompt: Prompt, option: Option, referral: Referral, key: str) -> Response | tuple[str, int]:
    session, rule_id = prompt.session, prompt.assessment.rule.id
    at_once(WRITTEN_BACK, details={"rule": rule_id, "stage": "about to be sent"})
    try:
        done = post(session, referral, key, prompt.case.policy)
    except NotWritten as problem:
        log.warning("referral not sent: %s", problem)
        return _review(prompt, option, referral.note, told(problem)), 502
    except BeingSent:
        return _review(prompt, option, referral.note, BEING_SENT), 409
    except StoreDown as problem:
        log.error("referral not sent: database %s", problem)
        return _review(prompt, option, referral.note, NOT_KEPT), 503
    about(created=done.request_id, details={"rule": rule_id})
    log.info("referral sent: %s", rule_id)
    return _after(
        session, rule_id, key_of(option), key, done, prompt.on, option.name if option.is_listed else ""
    )


def _after(
    session: LaunchSession, rule_id: str, option_key: str, key: str, done: Sent, on: date, service: str = ""
) -> Response:
    """Recorded once as an answer of the app; it is sent whatever becomes of the record."""
    new = NewOutcome(
        rule_id, OutcomeKind.REFERRAL_SENT, on, None, _by(session),
        value=service or _service(option_key), about=done.request_id,
    )  # fmt: skip
    note_sent(session, key, done, new)
    page = url_for(
        "referrals.sent", handle=session.handle, rule_id=rule_id, to=option_key, on=on, as_of=shown_day()
    )
    return redirect(page, 303)


def _service(option_key: str) -> str:
    """Its name by the directory, after a crash that came before it was recorded."""
    resources = current_app.extensions["policy"].resources
    options = (Option(r.setting, r.name) for r in resources)
    return next((o.name for o in options if key_of(o) == option_key), "")


def _review(prompt: Prompt, option: Option, note: str = "", problem: str = "") -> str:
    return render_template("referral_review.html", **reviewing(prompt, option, note, problem))


def _prompt(handle: str, rule_id: str) -> Prompt:
    session = session_for(handle)
    if not is_drafted(rule_id):
        raise LaunchProblem(NO_SUCH)
    check_may(session, Action.TAKE_ALONG)
    return prompt_for(session, rule_id)


def _option(prompt: Prompt, key: str) -> Option:
    if (option := prompt.option(key)) is None:
        raise LaunchProblem(NO_SUCH)
    return option


def _check_may_send(session: LaunchSession, rule_id: str) -> None:
    if not is_drafted(rule_id):
        raise LaunchProblem(NO_SUCH)
    _by(session)
    check_may(session, Action.SEND)
    if not session.can_create("ServiceRequest"):
        raise LaunchProblem(NOT_GRANTED)


def _by(session: LaunchSession) -> str:
    if session.user is None or not session.user.is_clinician:
        raise LaunchProblem(NO_CLINICIAN)
    return session.user.fhir_user


def _drafted_on() -> date:
    """The day of the page that was looked at: today, or yesterday where midnight came between."""
    on = _day(request.form.get("on", ""))
    if on is None or not timedelta(0) <= chosen_day() - on <= timedelta(days=1):
        raise LaunchProblem(BAD_FORM)
    return on


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _note() -> str:
    note = request.form.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        raise LaunchProblem(BAD_FORM, "note too long")
    return note
