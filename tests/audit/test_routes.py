"""Guards over the whole app: every route says whether it is audited, and nothing sees an answer after the audit."""

from datetime import date

import pytest

from app import _parser, create_demo
from audit.acts import ACTS, Act, Party
from audit.request import _write_down

APP = create_demo("http://localhost:8022", today=date(2026, 3, 2))
# Commands that show or change what the app keeps about people, each written down by the act named here.
AUDITED_COMMANDS = {
    ("feedback", "report"): "report-made",
    ("db", "purge"): "purged",
    ("db", "rotate-keys"): "keys-rotated",
    ("audit", "export"): "audit-exported",
    ("audit", "purge"): "audit-purged",
}
# Nothing about anybody, or the operator's own files: said here once, so that a new command must be put somewhere.
OTHER_COMMANDS = {
    ("demo",): "synthetic patients",
    ("doctor",): "counts rows, and shows none",
    ("serve",): "its routes are audited",
    ("summarize",): "a file the operator has already",
    ("synth",): "synthetic patients",
    ("score",): "synthetic patients",
    ("mme",): "a file the operator has already",
    ("hook",): "a file the operator has already",
    ("rules",): "no patient",
    ("policy", "check"): "no patient",
    ("policy", "show"): "no patient",
    ("db", "upgrade"): "tables, not what is in them",
    ("db", "check"): "tables, not what is in them",
    ("audit", "verify"): "shows numbers and links only, and must work on a copy that cannot be written",
    ("issuer", "check"): "no patient",
    ("audit", "head"): "shows the newest number and link only",
}


def routes():
    return sorted({rule.endpoint for rule in APP.url_map.iter_rules()})


@pytest.mark.parametrize("endpoint", routes())
def test_every_route_declares_whether_it_is_audited(endpoint):
    """D23's counterpart for D11. Put @audited(ACT) or @not_audited("why") below the route."""
    view = APP.view_functions[endpoint]
    act, why = getattr(view, "audited", None), getattr(view, "not_audited", "")
    assert (act is None) != (not why), f"{endpoint}: say @audited(ACT) or @not_audited(why), one of the two"
    assert act is None or (isinstance(act, Act) and act in ACTS and act.client is not Party.OPERATOR)


def test_whatever_shows_a_patient_is_audited():
    for rule in APP.url_map.iter_rules():
        if rule.rule.startswith("/visit/"):
            assert getattr(APP.view_functions[rule.endpoint], "audited", None), rule.rule


def test_the_audit_has_the_last_word_on_every_answer():
    """Flask asks in reverse order: what comes before it in the list looks on (logs, metrics) or adds a header."""
    order = APP.after_request_funcs[None]
    later = {see.__module__ for see in order[: order.index(_write_down)]}
    assert later <= {"operation.logs", "operation.metrics", "operation.headers"}


def commands(parser, path=()):
    kinds = list(parser._subparsers._group_actions) if parser._subparsers else []
    if not kinds:
        yield path
    for kind in kinds:
        for name, inner in kind.choices.items():
            yield from commands(inner, (*path, name))


def test_every_command_is_audited_or_has_a_reason_not_to_be():
    known = set(AUDITED_COMMANDS) | set(OTHER_COMMANDS)
    assert set(commands(_parser())) == known, "name each command in one of the two tables"
    assert set(AUDITED_COMMANDS.values()) <= {act.name for act in ACTS if act.client is Party.OPERATOR}
