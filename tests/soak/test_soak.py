"""The soak for 20 seconds, and that its checks see what they are there for."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from cds.outcomes.reading import NOT_READ
from tests.soak.__main__ import arguments_of, soak
from tests.soak.caller import Caller, urgent
from tests.soak.ledger import Ledger
from tests.soak.pages import PageCheck, names_of, whose
from tests.soak.people import Person, Practice
from tests.soak.told import read_page
from tests.soak.wreck import Wreck, growth

ANA, BEN = (
    Person("ana-example", "Ana Example", "LFM-ana-example"),
    Person("ben-sample", "Ben Sample", "LFM-ben"),
)
PRACTICE = Practice((ANA, BEN))
VISIT = SimpleNamespace(handle="h-1", person=ANA, who="7")
PAGE = """<h1 class="patient-name"><bdi>Ana Example</bdi></h1><span>MRN <bdi>LFM-ana-example</bdi></span>
<form action="/visit/h-1/outcomes"><input name="form_token" value="0aff"></form>
<section class="gaps" aria-labelledby="gaps-title"><ul><li>Visits could not be read (why).</li></ul></section>
<h2 id="dose-title">Opioid dose today</h2><p class="number">45 <span class="unit">MME/day</span></p>
<p>Read from the EHR for 2 March: Conditions (3).
  MME/day by the CDC 2022 factors.</p> soak-note:ana-example:1-1 <footer></footer></html>"""
ANSWER = SimpleNamespace(began=10.0, ended=12.0)


def event(kind, fault="", at=11.0, url="?a"):
    is_well = fault in ("", "slow")
    return {"kind": kind, "url": url, "fault": fault or "200", "is_well": is_well, "began": at, "ended": at}


def wrongs(page, *events, calm=None, confirmed=(), is_away=False):
    ledger = Ledger()
    for note in confirmed:
        ledger.confirms(note, ANA.id, at=5.0)
    ehr = SimpleNamespace(ask=lambda *_, **__: {"events": events, "is_revoked": False})
    wreck = SimpleNamespace(database_away_during=lambda *_: is_away)
    check = PageCheck(SimpleNamespace(practice=PRACTICE, ehr=ehr), ledger, wreck, calm or {})
    return list(check.wrongs(VISIT, read_page(page), ANSWER))


def test_quick_soak_holds():
    """D13: twenty seconds of faults and killed workers, every answer looked into."""
    found = soak(arguments_of(["--quick"]))
    assert found["failures"] == []
    assert found["workers_killed"] >= 2
    assert found["answers"]["page"]["200"] > 5
    assert sum(found["ehr"]["faults"].values()) > found["ehr"]["faults"]["none"]
    json.dumps(found)


def test_a_page_as_it_must_be():
    assert wrongs(PAGE, confirmed=["soak-note:ana-example:1-1"]) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<bdi>Ana Example", "<bdi>Ben Sample", "headed"),
        ("LFM-ana-example", "LFM-other", "headed"),
        ("<footer>", "MedicationRequest/ben-sample-medicationrequest-1<footer>", "names"),
        ("/visit/h-1/", "/visit/h-2/", "another launch"),
        ("soak-note:ana-example:1-1", "soak-note:cas-third:1-1", "recorded for others"),
    ],
)
def test_mixed_patients_are_seen(old, new, told):
    assert any(
        "MIXED" in wrong and told in wrong
        for wrong in whose(read_page(PAGE.replace(old, new)), VISIT, PRACTICE)
    )


def test_a_page_that_ends_early_is_seen():
    assert wrongs(PAGE.removesuffix("</html>")) == ["the page ends before its end"]


def test_a_lost_answer_is_seen():
    assert "confirmed answers" in wrongs(PAGE, confirmed=["soak-note:ana-example:1-2"])[0]


def test_a_lost_answer_is_excused_by_an_outage_that_the_page_tells():
    page, lost = PAGE.replace("Visits could not be read", NOT_READ), ["soak-note:ana-example:1-2"]
    assert wrongs(page, confirmed=lost, is_away=True) == []
    assert "though the database was there" in wrongs(page)[0]
    assert "confirmed answers" in wrongs(PAGE, confirmed=lost, is_away=True)[0]


def test_a_failed_type_must_be_told():
    assert wrongs(PAGE, event("Encounter", "500")) == []
    assert "no gap is told" in wrongs(PAGE, event("Condition", "500"))[0]


def test_a_failure_that_passed_or_came_later_needs_no_word():
    assert wrongs(PAGE, event("Condition", "429"), event("Condition", at=11.5)) == []
    assert wrongs(PAGE, event("Condition", "500", at=13.0)) == []


def test_a_page_without_gaps_must_say_what_it_said_in_calm():
    calm = {ANA.id: read_page(PAGE)}
    assert wrongs(PAGE, calm=calm) == []
    assert any("sources" in wrong for wrong in wrongs(PAGE.replace("(3)", "(2)"), calm=calm))
    assert any("dose" in wrong for wrong in wrongs(PAGE.replace("45", "40"), calm=calm))


def test_a_gap_is_looked_for_by_the_search_that_failed():
    ask = "?patient=ana-example&_count=100&category="
    assert names_of("Condition", "/fhir/Condition?page=2") != names_of("Condition", f"{ask}health-concern")
    assert {*names_of("Condition", f"{ask}health-concern")} == {"Health concerns", "Problems and diagnoses"}
    assert "Visits" in names_of("Encounter", "?patient=ana-example&_count=100")


def card(summary, indicator="critical", **more):
    return {"uuid": "u-1", "summary": summary, "detail": "", "indicator": indicator} | more


def wrong_cards(cards, *events, calm=()):
    ehr = SimpleNamespace(ask=lambda *_, **__: {"events": events})
    caller = Caller(SimpleNamespace(practice=PRACTICE, ehr=ehr), Ledger(), None, {"key": list(calm)}, None)
    made = {"service": "s", "body": {"hook": "patient-view", "fhirAuthorization": {"access_token": "t"}}}
    return list(caller._wrongs(ANA, made, cards, 10.0, "key"))


def test_cards_that_hide_something_are_seen():
    stop = card("stop and look")
    assert wrong_cards([stop], calm=[stop]) == []
    assert "cannot wait" in wrong_cards([card("else", "info")], calm=[stop])[0]
    assert "no card" in wrong_cards([], calm=[card("else", "info")])[0]
    assert wrong_cards([card("else", detail="Not known here: Conditions")], calm=[stop]) == []
    assert "MIXED" in wrong_cards([card("Ben Sample")])[0]
    assert urgent([stop]) == {"stop and look"}


def test_a_kill_excuses_only_what_was_under_way():
    wreck = Wreck(None, 1, 1)
    wreck.kills.append(100.0)
    assert wreck.killed_during(99.0, 101.0)
    assert not wreck.killed_during(101.0, 102.0)
    assert not wreck.killed_during(97.0, 99.0)


def test_memory_that_grows_is_seen():
    assert growth([100.0] * 20) is None
    assert growth([100.0] * 100) == (100.0, 100.0, True)
    assert not growth([100.0 + n for n in range(100)])[2]


def test_the_same_card_twice_is_seen():
    ledger = Ledger()
    assert ledger.takes_cards([card("one")], ANA.id, "s") == []
    assert ledger.takes_cards([card("two")], BEN.id, "s") == ["u-1"]
    assert replace(ANA, name="x").words[1] == "x"
