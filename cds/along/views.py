"""The page "Take along", the PDF, and the document saved to the chart: each a click, none on view."""

import logging
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, g, redirect, render_template, request, url_for

from audit.acts import COPIED, PDF_MADE, WRITTEN_BACK
from audit.request import about, at_once, audited
from cds.along.document import document, identifier
from cds.along.pdf import as_pdf
from cds.along.short import as_short
from cds.day import shown_day
from cds.notice import notice_of
from cds.reading import server_of
from cds.roles import Action, check_may, may, role_of
from cds.text import as_text
from cds.visit import summary_to_take
from chart.when import day_in_words
from chart.writing import NotWritten, create
from launch.browser import check_form, form_token
from launch.session import LaunchSession, session_for

log = logging.getLogger(__name__)
blueprint = Blueprint("along", __name__)

_KIND = "DocumentReference"
_SAVED = {
    "new": "The document was saved to the patient’s chart.",
    "there": "The patient’s chart holds this document already; nothing was added.",
}
_NOT_GRANTED = "The EHR does not let this app save documents; copy the text or use the PDF."
_NOT_YOUR_ROLE = "Saving to the chart is not open to your role."
_NO_PERSON = "The EHR did not say who is signed in, and a document needs a person behind it."


def init_along(app: Flask, config: Any) -> None:
    app.extensions["public_url"] = config.public_url
    app.register_blueprint(blueprint)


@blueprint.get("/visit/<handle>/along")
@audited(COPIED)
def choose(handle: str) -> Response:
    return _page(session_for(handle), _SAVED.get(request.args.get("saved", ""), ""))


@blueprint.get("/visit/<handle>/summary.pdf")
@audited(PDF_MADE)
def pdf(handle: str) -> Response:
    session = session_for(handle)
    check_may(session, Action.TAKE_ALONG)
    summary = summary_to_take(session)
    log.info("summary taken along: pdf")
    # The name of the file stays on the machine that opens it: no patient in it.
    headers = {"Content-Disposition": 'inline; filename="pre-visit-summary.pdf"'}
    return Response(as_pdf(summary), mimetype="application/pdf", headers=headers)


@blueprint.post("/visit/<handle>/document")
@audited(WRITTEN_BACK)
def save(handle: str) -> Response:
    session = session_for(handle)
    check_form(handle)
    check_may(session, Action.TAKE_ALONG)
    check_may(session, Action.SEND)
    if _why_not(session):
        return _page(session, f"Nothing was saved. {_why_not(session)}", 403)
    summary = summary_to_take(session)
    made = as_pdf(summary)
    known_as = identifier(session, made, current_app.extensions["public_url"])
    at_once(WRITTEN_BACK, details={"document": _KIND, "stage": "about to be sent"})
    try:
        created = create(server_of(session), document(summary, session, made, known_as), known_as)
    except NotWritten as problem:
        log.warning("document not saved: %s", problem)
        return _page(session, f"The document was not saved. {problem.refusal.value}", 502)
    about(created=created.id)
    log.info("summary taken along: document")
    saved = "new" if created.is_new else "there"
    return cast(
        Response, redirect(url_for("along.choose", handle=handle, as_of=shown_day(), saved=saved), 303)
    )


def _page(session: LaunchSession, told: str, status: int = 200) -> Response:
    check_may(session, Action.TAKE_ALONG)
    summary, handle = summary_to_take(session), session.handle
    here = {"handle": handle, "as_of": shown_day()}
    why_not = _why_not(session)
    page = render_template(
        "along.html",
        chart=summary.case.chart,
        handle=handle,
        form_token=form_token(handle),
        told=told,
        notice=notice_of(summary.case.chart),
        short=as_short(summary),
        note=as_text(summary, is_full=False),
        day=day_in_words(summary.case.as_of),
        back=url_for("cds.visit", **here),
        pdf=url_for("along.pdf", **here),
        save=url_for("along.save", **here),
        can_save=not why_not,
        why_not=why_not,
    )
    log.info("summary taken along: text")
    g.has_script = True  # the copy buttons
    return Response(page, status, mimetype="text/html")


def _why_not(session: LaunchSession) -> str:
    """Why this person cannot save a document here; empty where they can."""
    if not session.can_create(_KIND):
        return _NOT_GRANTED
    if not may(role_of(session, server_of(session)), Action.SEND):
        return _NOT_YOUR_ROLE
    return "" if session.user and session.user.is_clinician else _NO_PERSON
