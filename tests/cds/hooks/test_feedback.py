"""B6: what became of the cards, kept once, quieting what was asked to be quiet, and reported by rule."""

import json
import os
import subprocess
import sys
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds.hooks.clients import HookClient
from cds.hooks.report import as_text, report
from rules.rule import Priority
from tests.cds.hooks.catalogue import about_drafts, is_opioid
from tests.cds.hooks.hook_app import all_rules, rules_of, signing_client
from tests.cds.hooks.hook_json import BENZODIAZEPINE, OPIOID, draft, hook_request, ordering
from tests.cds.hooks.test_requests import JSON

AT = "2026-03-02T10:05:31.103Z"
DAY = 86_400
VISIT = hook_request("patient-view", OPIOID)
SYSTEM = "urn:previsit:override-reason"


def accepted(card, *suggestions, **changes):
    told = {"card": card, "outcome": "accepted", "outcomeTimestamp": AT}
    return told | {"acceptedSuggestions": [{"id": s} for s in suggestions]} | changes


def overridden(card, code=None, **changes):
    reason = {"overrideReason": {"reason": {"code": code, "system": SYSTEM}}} if code else {}
    return {"card": card, "outcome": "overridden", "outcomeTimestamp": AT} | reason | changes


def send(app, *items, service="patient-view", **more):
    return app.post(service, {"feedback": list(items)}, suffix="/feedback", **more)


def kept(app):
    with app.hooks.memory.engine.connect() as db:
        return db.exec_driver_sql("select card, outcome, reason_code, has_comment from cds_feedback").all()


def test_b6_1_accepted_and_overridden(hooks):
    (card,) = hooks.cards(VISIT)
    suggestion = card["suggestions"][0]["uuid"]
    assert send(hooks, accepted(card["uuid"], suggestion)).status_code == 200
    assert send(hooks, overridden(str(uuid4()), "does-not-apply")).status_code == 200
    assert [row.outcome for row in kept(hooks)] == ["accepted", "overridden"]


def test_b6_4_the_same_outcome_is_kept_once(hooks):
    card = str(uuid4())
    for _ in range(3):
        assert send(hooks, overridden(card), overridden(card)).status_code == 200
    assert len(kept(hooks)) == 1


GOOD = overridden(str(uuid4()))


@pytest.mark.parametrize(
    "item",
    [
        GOOD,
        {**GOOD, "card": str(uuid4()).upper()},
        {**GOOD, "outcomeTimestamp": "2026-03-02T10:05:31+00:00"},
        {**GOOD, "overrideReason": {}},
        {**GOOD, "overrideReason": {"reason": {"code": "x"}}},  # B6.3: as the public sandbox sends it
        {**GOOD, "overrideReason": {"userComment": "free text"}},
        {**GOOD, "overrideReason": {"reason": {"code": "x", "system": "urn:other", "display": "Because"}}},
        {**GOOD, "unknown": 1},
        accepted(str(uuid4())),
        accepted(str(uuid4()), "s1", "s2"),
    ],
)
def test_b6_2_items_that_are_taken(hooks, item):
    assert send(hooks, item).status_code == 200
    assert len(kept(hooks)) == 1


@pytest.mark.parametrize(
    "item",
    [
        None,
        7,
        "text",
        [],
        {},
        {**GOOD, "card": "not-a-uuid"},
        {**GOOD, "card": 7},
        {**GOOD, "outcome": "ignored"},
        {**GOOD, "outcome": ["accepted"]},
        {**GOOD, "outcomeTimestamp": "yesterday"},
        {**GOOD, "outcomeTimestamp": "2026-03-02T10:05:31"},  # no zone
        {**GOOD, "outcomeTimestamp": 7},
        {**GOOD, "overrideReason": "no"},
        {**GOOD, "overrideReason": {"reason": "no"}},
        {**GOOD, "overrideReason": {"reason": {}}},
        {**GOOD, "overrideReason": {"userComment": 7}},
        accepted(str(uuid4()), acceptedSuggestions=None),
        accepted(str(uuid4()), acceptedSuggestions=["s1"]),
        accepted(str(uuid4()), acceptedSuggestions={"id": "s1"}),
    ],
)
def test_b6_2_bad_items_are_named_and_good_ones_beside_them_kept(hooks, item):
    response = send(hooks, GOOD, item)
    assert (response.status_code, response.json) == (
        400,
        {"error": "These items of feedback could not be used: 1."},
    )
    assert len(kept(hooks)) == 1


@pytest.mark.parametrize(
    "body", [None, [], {}, {"feedback": {}}, {"feedback": []}, {"feedback": [GOOD] * 501}]
)
def test_bodies_that_are_no_feedback(hooks, body):
    assert hooks.post("patient-view", body, suffix="/feedback").status_code == 400


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(JSON | st.dictionaries(st.sampled_from([*sorted(GOOD), "overrideReason"]), JSON), max_size=3))
def test_whatever_is_fed_back_is_answered(hooks, items):
    assert send(hooks, *items).status_code in (200, 400)


def test_b6_5_feedback_has_an_address_of_its_own(hooks):
    for_the_service = hooks.token(hooks.url("patient-view"))
    assert send(hooks, GOOD, token=for_the_service).status_code == 401


def test_b6_5_a_card_of_another_ehr_is_not_theirs(hook_apps, tmp_path):
    one = signing_client(tmp_path)
    app = hook_apps(one, HookClient("https://second.example.org", jwks_file=one.jwks_file))
    (card,) = app.cards(VISIT)
    second = app.token(app.url("patient-view", "/feedback"), iss="https://second.example.org")
    assert send(app, overridden(card["uuid"], "does-not-apply"), token=second).status_code == 200
    assert kept(app) == []
    assert app.cards(VISIT)


def test_b6_3_a_comment_is_not_kept(hooks, caplog):
    caplog.set_level("DEBUG")
    comment = {"overrideReason": {"userComment": "marker: Ada Quist said so"}}
    send(hooks, {**GOOD, **comment})
    assert kept(hooks)[0].has_comment
    with hooks.hooks.memory.engine.connect() as db:
        assert "marker" not in "\n".join(db.connection.driver_connection.iterdump())
    assert "marker" not in caplog.text


# Quiet


@pytest.mark.parametrize(
    ("code", "days"),
    [("snooze-1-month", 30), ("snooze-3-months", 90), ("already-done", 90), ("patient-declined", 90),
     ("does-not-apply", 365), ("will-act", 0), ("unknown", 0)],
)  # fmt: skip
def test_a_reason_quiets_the_rules_of_the_card_for_its_time(hooks, code, days):
    (card,) = hooks.cards(VISIT)
    send(hooks, overridden(card["uuid"], code))
    if days:
        hooks.now += days * DAY - 60
        assert hooks.cards(VISIT) == []
        hooks.now += 120
    assert all_rules(hooks.cards(VISIT)) == ["PV-08"]


@pytest.mark.parametrize(
    "codes", [("does-not-apply", "snooze-1-month"), ("snooze-1-month", "does-not-apply")]
)
def test_of_two_periods_the_later_end_counts(hooks, codes):
    cards = [hooks.cards(VISIT)[0]["uuid"] for _ in codes]
    for card, code in zip(cards, codes, strict=True):
        send(hooks, overridden(card, code))
    hooks.now += 364 * DAY
    assert hooks.cards(VISIT) == []


def test_another_patient_hears_it_still(hooks):
    (card,) = hooks.cards(VISIT)
    send(hooks, overridden(card["uuid"], "does-not-apply"))
    other = json.loads(json.dumps(VISIT).replace("Patient/p1", "Patient/p2").replace('"p1"', '"p2"'))
    assert all_rules(hooks.cards(other)) == ["PV-08"]


def test_another_system_of_reasons_means_something_else(hooks):
    (card,) = hooks.cards(VISIT)
    reason = {"overrideReason": {"reason": {"code": "does-not-apply", "system": "urn:other"}}}
    send(hooks, overridden(card["uuid"], **reason))
    assert hooks.cards(VISIT)


def test_what_cannot_wait_is_never_quieted(hooks):
    body = hook_request("patient-view", OPIOID, BENZODIAZEPINE)
    for card in hooks.cards(body):
        send(hooks, overridden(card["uuid"], "does-not-apply"))
    assert all_rules(hooks.cards(body)) == ["PV-10"]


@pytest.mark.parametrize(("priority", "delays"), [(Priority.SAFETY, False), (Priority.HIGH, True)])
def test_a_delay_is_not_offered_for_what_cannot_wait(hook_apps, priority, delays):
    (card,) = hook_apps(rules=(about_drafts("OR-01", is_opioid, priority=priority),)).cards(ordering(draft()))
    codes = {reason["code"] for reason in card["overrideReasons"]}
    assert ("snooze-1-month" in codes) == delays
    assert {"already-done", "does-not-apply", "patient-declined"} <= codes


def test_a_finding_that_becomes_urgent_speaks_again(hook_apps, tmp_path):
    url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
    calm = hook_apps(database_url=url, rules=(about_drafts("OR-01", is_opioid),))
    (card,) = calm.cards(ordering(draft()))
    send(calm, overridden(card["uuid"], "snooze-3-months"), service="order-sign")
    assert calm.cards(ordering(draft())) == []
    urgent = hook_apps(database_url=url, rules=(about_drafts("OR-01", is_opioid, priority=Priority.SAFETY),))
    assert urgent.cards(ordering(draft()))


@pytest.mark.parametrize(
    ("rule", "priority", "speaks"),
    [("OR-04", Priority.HIGH, True), ("OR-13", Priority.HIGH, True), ("OR-04", Priority.ROUTINE, False),
     ("OR-13", Priority.ROUTINE, False), ("OR-12", Priority.HIGH, False)],
)  # fmt: skip
def test_what_is_news_of_this_order_is_not_quieted_by_the_last_one(hook_apps, rule, priority, speaks):
    """A dose that rises, and one that cannot be told."""
    hooks = hook_apps(rules=(about_drafts(rule, is_opioid, priority=priority),))
    (card,) = hooks.cards(ordering(draft()))
    assert ("snooze-1-month" in {r["code"] for r in card["overrideReasons"]}) is not speaks
    send(hooks, overridden(card["uuid"], "does-not-apply"), service="order-sign")
    assert bool(hooks.cards(ordering(draft()))) is speaks


def test_a_card_about_gaps_alone_quiets_no_rule(hooks):
    """Set aside on a day when records could not be read, it must not silence a year of findings."""
    body = hook_request("patient-view", OPIOID)
    partial = hook_request("patient-view")
    partial["prefetch"]["medicationRequests"]["total"] = 1
    (card,) = hooks.cards(partial)
    assert card["source"]["topic"]["code"] == "incomplete"
    assert "snooze-1-month" not in {r["code"] for r in card["overrideReasons"]}
    expected = all_rules(hooks.cards(body))
    send(hooks, overridden(card["uuid"], "does-not-apply"))
    assert all_rules(hooks.cards(body)) == expected
    assert report(hooks.hooks.memory.engine)["incomplete"].overridden == 1


def test_no_patient_is_named_in_the_database(hooks):
    (card,) = hooks.cards(VISIT)
    send(hooks, overridden(card["uuid"], "snooze-1-month"))
    with hooks.hooks.memory.engine.connect() as db:
        dump = "\n".join(db.connection.driver_connection.iterdump())
    assert "Quist" not in dump
    assert "'p1'" not in dump
    assert "Patient/p1" not in dump


# Report


def test_the_report_counts_by_rule(hooks):
    """B6.6: what was not answered is not counted as refused."""
    first, second = (hooks.cards(VISIT)[0] for _ in range(2))
    hooks.cards(VISIT)
    send(hooks, accepted(first["uuid"]), overridden(second["uuid"], "patient-declined"))
    line = report(hooks.hooks.memory.engine)["PV-08"]
    assert (line.shown, line.accepted, line.overridden, dict(line.reasons)) == (
        3,
        1,
        1,
        {"patient-declined": 1},
    )
    text = as_text(report(hooks.hooks.memory.engine))
    assert "Offered, and the patient declined: 1" in text
    assert "it may not have been seen" in text


def test_every_rule_of_a_card_is_counted(hooks):
    cards = hooks.cards(hook_request("patient-view", OPIOID, BENZODIAZEPINE))
    assert set(report(hooks.hooks.memory.engine)) == {rule for card in cards for rule in rules_of(card)}


def test_the_report_command(tmp_path, hook_apps):
    url = f"sqlite:///{tmp_path / 'report.sqlite3'}"
    hook_apps(database_url=url).cards(VISIT)
    run = subprocess.run(
        [sys.executable, "-m", "app", "feedback", "report"],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PREVISIT_DATABASE_URL": url,
            "PREVISIT_SECRET_KEY": "a secret key of more than 32 characters",
        },
        check=True,
    )
    assert "PV-08" in run.stdout
