"""B5: which cards there are, and what they may hold."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.hooks.markdown import escaped, summary
from chart.terms import CONFIDENTIALITY
from rules.orders import sedatives, total_dose
from rules.policy import Policy
from rules.rule import Block, Guidance, Priority, Reason, Status
from tests.cds.hooks.catalogue import RULES, about_drafts, is_opioid
from tests.cds.hooks.hook_app import all_rules, rules_of
from tests.cds.hooks.hook_json import (
    BENZODIAZEPINE,
    CLINICIAN_HOOKS,
    OPIOID,
    draft,
    hook_request,
    ordering,
)
from tests.chart.fhir_json import RXNORM, bundle, request

NASTY = "[x](javascript:1)<img src=x onerror=alert(1)>|*_`\\ https://evil.test www.evil.test @you"
DEPRESSION = {
    "resourceType": "Condition", "id": "c9", "subject": {"reference": "Patient/p1"},
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {
        "text": "Opioid use disorder",
        "coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F11.20"}],
    },
}  # fmt: skip
ITEM_9 = {
    "resourceType": "Observation", "id": "o9", "status": "final", "subject": {"reference": "Patient/p1"},
    "category": [{"coding": [{"code": "survey"}]}], "effectiveDateTime": "2026-03-01",
    "code": {"coding": [{"system": "http://loinc.org", "code": "44260-8"}]}, "valueInteger": 2,
}  # fmt: skip


@pytest.mark.parametrize("hook", CLINICIAN_HOOKS)
def test_b5_1_nothing_to_say_is_an_empty_list(hooks, hook):
    context = {"draftOrders": bundle()} if hook.startswith("order") else {}
    assert hooks.cards(hook_request(hook, context=context)) == []


def test_one_summary_card_for_the_visit(hooks):
    cards = hooks.cards(hook_request("patient-view", OPIOID))
    assert [card["summary"] for card in cards] == ["1 thing to prepare for this visit"]
    assert rules_of(cards[0]) == ["PV-08"]
    assert "Naloxone at home" in cards[0]["detail"]


def test_a_finding_that_cannot_wait_has_its_own_card_before_the_summary(hooks):
    first, last = hooks.cards(hook_request("patient-view", OPIOID, BENZODIAZEPINE))
    assert (first["indicator"], rules_of(first)) == ("critical", ["PV-10"])
    assert "20 Feb 2026" in first["detail"]
    assert last["summary"] == "1 more thing to prepare for this visit"


def test_the_visit_being_booked(hooks):
    written = [*(f"2025-{month:02}-20" for month in range(6, 13)), "2026-01-20"]
    orders = [request(id=f"r-{day}", authoredOn=day, status="completed") for day in written]
    cards = hooks.cards(hook_request("appointment-book", *orders, OPIOID))
    assert cards[0]["summary"].endswith("to prepare for the visit being booked")


def test_pr_03_no_diagnosis_in_a_card(hooks):
    cards = hooks.cards(hook_request("patient-view", OPIOID, DEPRESSION, ITEM_9))
    assert "CX-02" in all_rules(cards)
    text = json.dumps([{k: v for k, v in card.items() if k != "extension"} for card in cards]).lower()
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text)  # a random id may well hold "f11"
    for word in ("use disorder", "f11", "phq", "self-harm", "suicid"):
        assert word not in text, word


def unnamed(priority):
    return about_drafts("CX-77", is_opioid, priority=priority, title="A diagnosis", block=Block.COMPLEX_NEEDS)


def test_pr_03_a_rule_without_a_neutral_text_says_only_that_it_speaks(hook_apps):
    (card,) = hook_apps(rules=(unnamed(Priority.SAFETY),)).cards(ordering(draft()))
    assert card["summary"] == "One finding needs attention before anything else: open the summary"
    assert "diagnosis" not in json.dumps(card)
    assert "oxycodone" not in json.dumps(card["detail"])


def test_pr_03_without_a_neutral_text_it_is_counted(hook_apps):
    rules = (about_drafts("OR-01", is_opioid), unnamed(Priority.ROUTINE))
    (card,) = hook_apps(rules=rules, cds_max_cards=1).cards(ordering(draft()))
    assert rules_of(card) == ["OR-01", "CX-77"]
    assert "1 item in the summary only" in card["detail"]
    assert "diagnosis" not in json.dumps(card)


LABELLED = request(
    id="r2",
    medicationCodeableConcept={"text": "oxycodone 5 mg tablet (program of Dr. Quiet)"},
    meta={"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "42CFRPart2"}]},
)


def test_d16_what_is_withheld_is_in_no_card_and_not_passed_over_in_silence(hooks):
    (card,) = hooks.cards(hook_request("patient-view", LABELLED))
    assert card["summary"].startswith("The opioid summary could not be checked completely")
    assert "not shown because of privacy settings" in card["detail"]
    assert "Quiet" not in json.dumps(card)


def test_d20_what_carries_a_label_is_counted_and_not_shown(hook_apps):
    apps = hook_apps(policy=Policy(part2_display="mark"))
    cards = apps.cards(hook_request("patient-view", LABELLED, BENZODIAZEPINE))
    assert "PV-10" in all_rules(cards)
    assert "Quiet" not in json.dumps(cards)
    assert "1 more finding in the summary" in cards[0]["detail"]


MORPHINE = {
    "coding": [{"system": RXNORM, "code": "891888", "display": "morphine sulfate 30 MG ER Oral Tablet"}]
}


@pytest.mark.parametrize("rule", [sedatives.RULE, total_dose.RULE])
def test_d20_neither_first_line_nor_advice_names_what_carries_a_label(hook_apps, rule):
    """Held back among the reasons, it was told in the sentence above them."""
    restricted = {"meta": {"security": [{"system": CONFIDENTIALITY, "code": "R"}]}}
    opioid = {**OPIOID, "id": "r7", "medicationCodeableConcept": MORPHINE}
    hidden = {**BENZODIAZEPINE, **restricted}, {**opioid, **restricted}
    (card,) = hook_apps(rules=(rule,)).cards(ordering(draft(days=3), resources=hidden))
    said = card["summary"] + card["detail"]
    assert "alprazolam" not in said
    assert "morphine" not in said
    assert card["summary"] == rule.title
    assert rule.advice.split(".")[0] in said


def test_b5_16_a_reason_lists_a_few_records_and_not_a_page_of_them(hook_apps):
    orders = [
        request(id=f"m{n}", medicationCodeableConcept={"text": f"Medicine number {n}"}) for n in range(9)
    ]

    def evaluate(case):
        return Guidance(Status.INDICATED, (Reason.of("All of them", case.chart.medication_requests),))

    many = replace(about_drafts("OR-01", is_opioid), evaluate=evaluate)
    (card,) = hook_apps(rules=(many,)).cards(ordering(draft(), resources=orders))
    assert card["detail"].count("Medicine number") == 6


def test_order_cards_are_one_a_rule_most_urgent_first(hooks):
    sedative = request(id="d2", medicationCodeableConcept=BENZODIAZEPINE["medicationCodeableConcept"])
    cards = hooks.cards(ordering(draft(), sedative))
    assert [rules_of(card) for card in cards] == [["OR-11"], ["OR-08"], ["OR-06"]]
    assert [card["indicator"] for card in cards] == ["critical", "warning", "info"]


@pytest.mark.parametrize(("most", "expected"), [(1, [4]), (2, [1, 3]), (3, [1, 1, 2]), (4, [1, 1, 1, 1])])
def test_b5_16_what_does_not_fit_is_gathered_in_the_last_card(hook_apps, most, expected):
    rules = tuple(about_drafts(f"OR-0{n}", is_opioid, priority=Priority.HIGH) for n in range(1, 5))
    cards = hook_apps(rules=rules, cds_max_cards=most).cards(ordering(draft()))
    assert [len(rules_of(card)) for card in cards] == expected


def test_safety_cards_beyond_the_limit_join_the_summary(hook_apps):
    apps = hook_apps(cds_max_cards=1)
    (card,) = apps.cards(hook_request("patient-view", OPIOID, BENZODIAZEPINE, ITEM_9))
    assert {"PV-10", "CX-02", "PV-08"} <= set(rules_of(card))
    assert card["indicator"] == "critical"


def test_b2_15_the_same_request_gives_the_same_cards_but_for_uuids(hooks):
    def plain(cards):
        uuids = {c["uuid"] for c in cards} | {s["uuid"] for c in cards for s in c.get("suggestions", ())}
        text = json.dumps(cards)
        for uuid in uuids:
            text = text.replace(uuid, "uuid")
        return text, uuids

    asked = hook_request("patient-view", OPIOID, BENZODIAZEPINE)
    first, second = plain(hooks.cards(asked)), plain(hooks.cards(asked))
    assert first[0] == second[0]
    assert not first[1] & second[1]


def test_b5_5_names_of_records_bring_no_markup(hooks):
    named = request(id="r1", medicationCodeableConcept={**OPIOID["medicationCodeableConcept"], "text": NASTY})
    cards = hooks.cards(hook_request("patient-view", named, BENZODIAZEPINE))
    assert "evil" in cards[0]["detail"]
    assert "https://evil" not in cards[0]["detail"]
    assert "<img" not in json.dumps(cards)


def test_b5_10_b5_11_the_link_opens_the_registered_launch_url(hooks):
    (card,) = hooks.cards(hook_request("patient-view", OPIOID))
    (link,) = card["links"]
    assert json.loads(link["appContext"]) == {"card": card["uuid"]}


MARKUP_LEFT = re.compile(r"(?<!\\)(?:\\\\)*[`*_{}\[\]()#|~!@$]")


@given(st.text(max_size=300))
def test_b5_5_escaped_text_has_no_markup_left(text):
    said = escaped(text)
    assert not MARKUP_LEFT.search(said)
    assert "<" not in said
    assert ">" not in said
    assert "\n" not in said


@given(st.text(min_size=1, max_size=400))
def test_b5_2_a_summary_is_short_enough_for_javascript(text):
    said = summary(text)
    assert len(said.encode("utf-16-le")) // 2 <= 139
    assert said == "" or said.isprintable()


@pytest.mark.parametrize("length", [138, 139, 140, 300])
def test_b5_2_a_summary_is_cut_at_a_word_only_where_it_must(length):
    text = ("word " * 100)[:length].strip()
    said = summary(text)
    assert (said == text) == (len(text) <= 139)
    assert said == text or re.fullmatch(r"(?:word )*word…", said)


def test_long_names_keep_the_summary_short(hook_apps):
    long = about_drafts("OR-01", is_opioid, title="A very long title indeed " * 20)
    (card,) = hook_apps(rules=(long,)).cards(ordering(draft()))
    assert card["summary"].endswith("…")


def test_a_rule_may_say_for_itself_what_a_card_says(hook_apps):
    neutral = about_drafts(
        "OR-12", is_opioid, title="A diagnosis", card="Something to review with this order"
    )
    (card,) = hook_apps(rules=(*RULES[:1], neutral)).cards(ordering(draft()))
    assert card["summary"] == "Something to review with this order"
    assert "diagnosis" not in json.dumps(card)
    assert card["detail"] == "The summary shows what was found."


def test_a_long_list_is_told_in_short_and_nothing_of_it_is_dropped(hook_apps):
    from rules.catalogue import RULES as ALL

    written = [*(f"2025-{month:02}-20" for month in range(6, 13)), "2026-01-20"]
    orders = [request(id=f"r-{day}", authoredOn=day, status="completed") for day in written]
    cards = hook_apps(rules=ALL).cards(hook_request("patient-view", *orders, OPIOID))
    last = cards[-1]
    told = int(last["summary"].split()[0])
    named = [line for line in last["detail"].splitlines() if line.startswith("- **")]
    also = next(line for line in last["detail"].splitlines() if line.startswith("- Also: "))
    in_summary_only = re.search(r"- (\d+) items? in the summary only", last["detail"])
    assert len(named) == 6
    assert len(named) + also.count(";") + 1 + int(in_summary_only[1]) == told
