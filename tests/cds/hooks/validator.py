"""One strict reading of CDS Hooks 2.0.1 that every response in these tests is held against."""

import json
import re
from copy import deepcopy
from uuid import UUID

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

LAUNCH_URL = "https://previsit.example.org/launch"
MARKUP = re.compile(r"<[a-zA-Z/!]|\]\(|\x00")
CARD = {
    "uuid", "summary", "detail", "indicator", "source", "overrideReasons", "extension", "suggestions",
    "selectionBehavior", "links",
}  # fmt: skip
REQUIRED = {"uuid", "summary", "indicator", "source", "overrideReasons", "extension"}


def check_discovery(body):
    check_nothing_is_empty(body)
    ids = [service["id"] for service in body["services"]]
    assert len(ids) == len(set(ids))
    for service in body["services"]:
        assert set(service) == {"hook", "id", "title", "description", "prefetch", "usageRequirements"}
        assert all(isinstance(service[name], str) for name in set(service) - {"prefetch"})
        assert all(isinstance(template, str) for template in service["prefetch"].values())


def check_response(body, asked=None, *, most=5):
    """`asked` is the request it answers: what is created or changed must be about it."""
    assert set(body) == {"cards"}
    check_nothing_is_empty(body)
    assert len(body["cards"]) <= most
    uuids = []
    for card in body["cards"]:
        uuids += [card["uuid"], *(s["uuid"] for s in card.get("suggestions", ()))]
        check_card(card, asked or {})
    assert len(uuids) == len(set(uuids))
    topics = [card["source"]["topic"]["code"] for card in body["cards"]]
    assert len(topics) == len(set(topics))
    order = [("critical", "warning", "info").index(card["indicator"]) for card in body["cards"][:-1]]
    assert order == sorted(order)


def check_nothing_is_empty(value, path="$"):
    """Only `cards` and `services` may be empty, and nothing may be null."""
    assert value is not None, path
    if isinstance(value, dict | list | str):
        assert len(value) or path in ("$.cards", "$.services"), path
    items = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    for name, item in items:
        check_nothing_is_empty(item, f"{path}.{name}")


def check_card(card, asked):
    assert set(card) >= REQUIRED
    assert set(card) <= CARD
    assert str(UUID(card["uuid"])) == card["uuid"]
    assert card["summary"].isprintable()
    assert 0 < len(card["summary"].encode("utf-16-le")) // 2 < 140
    assert not MARKUP.search(card["detail"])
    assert card["indicator"] in {"info", "warning", "critical"}
    check_source(card["source"])
    for reason in card["overrideReasons"]:
        check_coding(reason)
    rules = card["extension"]["org.previsit.rules"]
    assert rules
    assert all(re.fullmatch(r"[A-Z]{2,3}-\d\d", rule) for rule in rules)
    assert ("suggestions" in card) == ("selectionBehavior" in card)
    if "suggestions" in card:
        assert card["selectionBehavior"] in {"any", "at-most-one"}
        for suggestion in card["suggestions"]:
            check_suggestion(suggestion, asked)
    for link in card.get("links", ()):
        check_link(link)


def check_source(source):
    assert set(source) == {"label", "url", "topic"}
    assert source["url"].startswith("https://")
    check_coding(source["topic"])


def check_coding(coding):
    assert set(coding) == {"system", "code", "display"}
    assert all(isinstance(part, str) for part in coding.values())


def check_suggestion(suggestion, asked):
    assert set(suggestion) == {"label", "uuid", "actions"}
    assert suggestion["label"].isprintable()
    assert str(UUID(suggestion["uuid"])) == suggestion["uuid"]
    for action in suggestion["actions"]:
        assert action["type"] in {"create", "update", "delete"}
        assert action["description"]
        CHECKS[action["type"]](action, asked)


def check_create(action, asked):
    assert set(action) == {"type", "description", "resource"}
    resource = action["resource"]
    assert "id" not in resource
    assert resource["status"] == "draft"
    assert resource["intent"] in {"proposal", "order"}
    assert resource["subject"] == {"reference": f"Patient/{asked['context']['patientId']}"}
    check_fhir(resource)


def without_length(order):
    """The order but for how long it lasts: its supply, and the days its directions speak of."""
    kept = deepcopy({k: v for k, v in order.items() if k != "dispenseRequest"})
    for given in kept.get("dosageInstruction") or ():
        repeat = given.get("timing", {}).get("repeat", {}) if isinstance(given, dict) else {}
        repeat.pop("boundsDuration", None)
        repeat.get("boundsPeriod", {}).pop("end", None)
    return kept


def check_update(action, asked):
    assert set(action) == {"type", "description", "resource"}
    resource = action["resource"]
    before = drafts_in(asked)[f"{resource['resourceType']}/{resource['id']}"]
    assert without_length(resource) == without_length(before)
    if is_valid(before):  # what the EHR sent amiss is kept as it is
        check_fhir(resource)


def check_delete(action, asked):
    assert set(action) == {"type", "description", "resourceId"}
    assert action["resourceId"] in drafts_in(asked)


CHECKS = {"create": check_create, "update": check_update, "delete": check_delete}


def check_fhir(resource):
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def is_valid(resource):
    try:
        check_fhir(resource)
    except ValidationError:
        return False
    return True


def check_link(link):
    assert set(link) <= {"label", "url", "type", "appContext"}
    assert link["type"] == "smart"
    assert link["url"] == LAUNCH_URL
    assert set(json.loads(link["appContext"])) == {"card"}


def drafts_in(asked):
    drafts = asked["context"].get("draftOrders") or {}
    entries = drafts.get("entry", [drafts]) if isinstance(drafts, dict) else drafts
    entries = entries if isinstance(entries, list) else [entries]
    resources = [entry.get("resource", entry) for entry in entries if isinstance(entry, dict)]
    return {f"{r['resourceType']}/{r['id']}": r for r in resources if isinstance(r, dict) and r.get("id")}
