"""Pages that are sent while they are made, and faults that keep an answer from passing by the audit."""

import json

import pytest
from flask import Flask, Response, stream_with_context
from sqlalchemy import select

from audit.acts import CHART_READ, PAGE_VIEWED
from audit.request import also, audited, kept_now, not_audited, watch
from audit.trail import AuditDown
from storage.tables.audit import events
from tests.audit.chains import EHR, as_owner
from tests.audit.clinic import act_of

READ = {"issuer": EHR, "patient": "p1", "read": {"Patient": "read"}}


def kept(trail):
    with trail.engine.connect() as db:
        return [
            act_of(json.loads(b)) for b in db.execute(select(events.c.body).order_by(events.c.seq)).scalars()
        ]


@pytest.fixture
def app(trail):
    """What its one page has kept is asked between its pieces."""
    made, seen = Flask("streaming"), []
    watch(made, trail)
    made.extensions["seen"] = seen

    @made.get("/<how>")
    @audited(PAGE_VIEWED)
    def page(how):
        def pieces():
            yield "head "
            seen.append(kept(trail))
            also(CHART_READ, **READ)
            if how == "told":
                try:
                    kept_now()
                except AuditDown:
                    yield "stopped"
                    return
            yield "chart"
            seen.append(kept(trail))

        return Response(stream_with_context(pieces()))

    @made.get("/fault")
    @audited(PAGE_VIEWED)
    def fault():
        also(CHART_READ, **READ)
        return "chart"

    @made.get("/public")
    @not_audited("for everyone")
    def public():
        return Response(iter(["for everyone"]))

    return made


@pytest.mark.parametrize("how", ["told", "forgotten"])
def test_nothing_leaves_before_its_record_is_kept(app, trail, how):
    """The page before its first piece, the chart before the piece that shows it."""
    assert app.test_client().get(f"/{how}").text == "head chart"
    assert app.extensions["seen"] == [["page-viewed"], ["page-viewed", "chart-read"]]
    assert kept(trail) == ["page-viewed", "chart-read"]


@pytest.mark.parametrize(("how", "rest"), [("told", [b"stopped"]), ("forgotten", AuditDown)])
def test_nothing_more_leaves_once_it_cannot_be_kept(app, trail, how, rest):
    """A page that asks says so in a sentence; one that does not is cut off."""
    pieces = app.test_client().get(f"/{how}", buffered=False).iter_encoded()
    assert next(pieces) == b"head "
    as_owner(trail, "DELETE FROM audit_head")
    if rest is AuditDown:
        with pytest.raises(AuditDown):
            next(pieces)
    else:
        assert list(pieces) == rest


def test_a_page_is_not_begun_when_it_cannot_be_kept(app, trail):
    as_owner(trail, "ALTER TABLE audit_event RENAME TO elsewhere")
    answer = app.test_client().get("/told", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json) == (503, {"error": "The service cannot answer now."})


def test_what_was_read_is_told_though_a_fault_swallows_the_answer(app, trail):
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.after_request
    def breaks(response):
        raise ValueError

    assert app.test_client().get("/fault").status_code == 500
    assert kept(trail) == ["chart-read", "page-viewed"]


def test_a_public_stream_is_let_be(app, trail):
    assert app.test_client().get("/public").text == "for everyone"
    assert kept(trail) == []
