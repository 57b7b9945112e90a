"""The CapabilityStatement is true: what it names works, and what it does not name is refused or said to be left out."""

from functools import cache

import pytest

from tests.sandbox.practice import FHIR, Practice, bearer, ids

STRICT = {"Prefer": "handling=strict"}
LENIENT = {"Prefer": "handling=lenient"}
VALUES = {
    "token": "final",
    "date": "ge2020-01-01",
    "reference": "Patient/anna",
    "string": "a",
    "uri": "http://x",
}


@cache
def seen():
    """One EHR, its token for everything, and what it says of itself."""
    practice = Practice()
    token = practice.tokens(scope="launch user/*.rs patient/*.rs")
    statement = practice.http.get("/fhir/metadata").json
    return practice, token, {one["type"]: one for one in statement["rest"][0]["resource"]}


def named():
    return [
        (kind, one["name"], VALUES[one["type"]])
        for kind, told in seen()[2].items()
        for one in told["searchParam"]
    ]


def ask(path, **headers):
    practice, token, _ = seen()
    return practice.get(path, token, **headers)


def needed(kind, name):
    """As Epic does, a search of Observations wants a category or a code."""
    return (
        "&code=c-1" if kind == "Observation" and name not in ("code", "category", "_id", "identifier") else ""
    )


def test_every_search_parameter_that_is_named_can_be_searched_by():
    refused = [
        (kind, name, answer.json["issue"][0]["diagnostics"])
        for kind, name, value in named()
        if (answer := ask(f"{kind}?{name}={value}{needed(kind, name)}", **STRICT)).status_code != 200
    ]
    assert refused == []
    assert len(named()) > 150


def test_every_include_that_is_named_is_taken():
    asked = [(kind, text) for kind, told in seen()[2].items() for text in told["searchInclude"]]
    refused = [
        text for kind, text in asked
        if ask(f"{kind}?_include={text}{needed(kind, '')}", **STRICT).status_code != 200
    ]  # fmt: skip
    assert refused == []
    assert len(asked) > 30


UNKNOWN = [
    "colour=red",
    "_elements=id",
    "_revinclude=Provenance:target",
    "_has:Observation:patient:code=1",
    "patient.name=anna",
    "_include=Observation:nothing",
    "_include:iterate=MedicationRequest:medication",
    "_sort=colour",
    "_sort:desc=date",
    "_summary=text",
    "_total=maybe",
]


@pytest.mark.parametrize("asked", UNKNOWN)
def test_what_is_not_named_is_refused_by_a_strict_search(asked):
    answer = ask(f"Condition?code=279039007&{asked}", **STRICT)
    assert answer.status_code == 400
    assert answer.json["resourceType"] == "OperationOutcome"
    assert answer.json["issue"][0]["code"] == "not-supported"


@pytest.mark.parametrize("asked", UNKNOWN)
@pytest.mark.parametrize("prefer", [{}, LENIENT])
def test_a_lenient_search_leaves_it_out_and_says_so(asked, prefer):
    answer = ask(f"Condition?code=279039007&{asked}", **prefer)
    assert ids(answer) == ["pain"]
    told = [e["resource"] for e in answer.json["entry"] if e["search"]["mode"] == "outcome"]
    assert told[0]["issue"][0]["severity"] == "warning"
    own = next(link["url"] for link in answer.json["link"] if link["relation"] == "self")
    assert own == f"{FHIR}/Condition?code=279039007"


@pytest.mark.parametrize(
    "asked", ["code:in=x", "code:text=x", "recorded-date:exact=2026", "subject:identifier=x"]
)
def test_a_modifier_that_is_not_known_is_refused_always(asked):
    """FHIR R4, search: servers shall reject what has a modifier they do not support."""
    assert ask(f"Condition?{asked}").status_code == 400


def test_what_can_be_created_and_nothing_else():
    practice, token, told = seen()
    able = {kind for kind, one in told.items() if {"code": "create"} in one["interaction"]}
    assert able == {kind for kind, one in told.items() if one["conditionalCreate"]}
    for kind in told:
        status = practice.post(kind, {"resourceType": kind}, token).status_code
        assert status == (403 if kind in able else 405), kind  # the token may only read


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "Condition/pain"),
        ("PATCH", "Condition/pain"),
        ("DELETE", "Condition/pain"),
        ("GET", "Condition/pain/_history/1"),
        ("GET", "Patient/anna/$everything"),
        ("GET", "Condition/pain/_history"),
    ],
)
def test_interactions_that_are_not_named_do_not_happen(method, path):
    practice, token, _ = seen()
    answer = practice.http.open(f"/fhir/{path}", method=method, headers=bearer(token))
    assert answer.status_code in (404, 405)
    assert answer.json["resourceType"] == "OperationOutcome"
    assert practice.ehr.store.get("Condition", "pain")


@pytest.mark.parametrize(("asked", "found"), [("gt2000-01-01", True), ("lt2000-01-01", False)])
def test_last_updated_finds_what_was_loaded(asked, found):
    assert bool(ids(ask(f"Condition?_lastUpdated={asked}"))) == found


def test_every_type_that_is_named_can_be_read():
    practice, token, told = seen()
    for kind in told:
        for resource in practice.ehr.store.all(kind):
            assert practice.get(f"{kind}/{resource['id']}", token).status_code == 200
