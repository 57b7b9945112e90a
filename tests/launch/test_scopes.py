"""Scope grammar and what a grant covers (A2.14, A2.15, A2.16, A5.2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launch.scopes import (
    Scope,
    Sharing,
    can_create,
    covers,
    create_scopes_for,
    parse,
    scopes_for,
    sharing,
    split,
)

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("patient/Observation.rs", Scope("patient", "Observation", "rs")),
        ("user/*.cruds", Scope("user", "*", "cruds")),
        ("system/Patient.r", Scope("system", "Patient", "r")),
        ("patient/Observation.read", Scope("patient", "Observation", "rs")),
        ("patient/Observation.write", Scope("patient", "Observation", "cud")),
        ("patient/*.*", Scope("patient", "*", "cruds")),
        ("patient/Observation.rs?a=b+c", Scope("patient", "Observation", "rs", (("a", "b+c"),))),
        ("patient/Observation.rs?a=1&b=2", Scope("patient", "Observation", "rs", (("a", "1"), ("b", "2")))),
        *[(word, None) for word in ("openid", "launch", "launch/patient", "fhirUser", "__x", "", "a b")],
        *[
            (f"patient/Observation{end}", None)
            for end in (".sr", ".", ".rx", "", ".rr", ".rs?", ".rs?a", ".rs?a=", ".rs?a=b&", ".read?a=b")
        ],
        ("patient/observation.rs", None),
        ("Patient/Observation.rs", None),
        ("patient/Observation.rs\n", None),
    ],
)
def test_a2_15_grammar(text, scope):
    assert parse(text) == scope


@pytest.mark.parametrize("pipe", ["|", "%7C", "%7c"])
def test_a2_15_query_is_read_in_either_form_and_written_percent_encoded(pipe):
    scope = parse(f"patient/Observation.rs?category={CATEGORY.replace('|', pipe)}")
    assert scope.query == (("category", CATEGORY),)
    assert scope.v2() == f"patient/Observation.rs?category={CATEGORY.replace('|', '%7C')}"


@given(
    st.sampled_from(["patient", "user", "system"]),
    st.sampled_from(["*", "Condition"]),
    st.sets(st.sampled_from("cruds"), min_size=1).map(
        lambda rights: "".join(sorted(rights, key="cruds".index))
    ),
    st.lists(st.tuples(st.text("abc-_", min_size=1), st.text(min_size=1)), max_size=2).map(tuple),
)
def test_a2_15_what_we_write_we_read(level, resource_type, rights, query):
    scope = Scope(level, resource_type, rights, query)
    assert parse(scope.v2()) == scope


def test_a2_15_only_a_space_separates():
    assert split("a  b\tc ") == ("a", "b\tc")


@pytest.mark.parametrize(
    ("granted", "answer"),
    [
        (["patient/Condition.rs"], Sharing.ALL),
        (["patient/*.read"], Sharing.ALL),
        (["patient/*.*"], Sharing.ALL),
        (["user/Condition.cruds"], Sharing.ALL),
        (["patient/Condition.r", "patient/Condition.s"], Sharing.ALL),
        (["patient/Condition.rs?category=x", "patient/*.rs"], Sharing.ALL),
        # narrowed: what is shared is not everything, and the page must say so
        (["patient/Condition.rs?category=x"], Sharing.PART),
        (["patient/Condition.r"], Sharing.PART),
        (["patient/Condition.cud"], Sharing.NONE),
        (["patient/Condition.write"], Sharing.NONE),
        (["patient/Observation.rs", "openid"], Sharing.NONE),
        (["system/*.rs"], Sharing.NONE),
        ([], Sharing.NONE),
    ],
)
def test_a2_16_a5_2_what_a_grant_shares(granted, answer):
    assert sharing(granted, "Condition") is answer
    assert covers(granted, "Condition") is (answer is Sharing.ALL)


@pytest.mark.parametrize(
    ("capabilities", "scopes"),
    [
        (["permission-v1"], ("patient/Condition.read", "patient/Patient.read")),
        (["permission-v2"], ("patient/Condition.rs", "patient/Patient.rs")),
        (["permission-v1", "permission-v2"], ("patient/Condition.rs", "patient/Patient.rs")),
        ([], ("patient/Condition.read", "patient/Patient.read")),
    ],
)
def test_a2_14_dialect_by_capability(capabilities, scopes):
    assert scopes_for(["Patient", "Condition", "Patient"], capabilities) == scopes


def test_v1_cannot_say_everything():
    for scope in (Scope("patient", "Condition", "r"), Scope("patient", "Condition", "rs", (("a", "b"),))):
        with pytest.raises(ValueError):
            scope.v1()


@pytest.mark.parametrize(
    ("capabilities", "asked"),
    [
        (("permission-v2",), ("patient/ServiceRequest.c", "patient/Task.c")),
        (("permission-v1",), ("patient/ServiceRequest.write", "patient/Task.write")),
        ((), ("patient/ServiceRequest.write", "patient/Task.write")),
    ],
)
def test_a5_2_what_is_asked_for_to_create(capabilities, asked):
    assert create_scopes_for(("Task", "ServiceRequest"), capabilities) == asked
    assert create_scopes_for((), capabilities) == ()


@pytest.mark.parametrize(
    ("granted", "answer"),
    [
        ("patient/ServiceRequest.c", True),
        ("patient/ServiceRequest.cruds", True),
        ("patient/ServiceRequest.write", True),
        ("user/ServiceRequest.write", True),
        ("patient/*.*", True),
        ("patient/*.write", True),
        ("patient/ServiceRequest.read", False),
        ("patient/ServiceRequest.ruds", False),
        ("patient/Task.c", False),
        ("system/ServiceRequest.c", False),
        ("patient/ServiceRequest.c?category=x", False),
        ("openid launch", False),
        ("", False),
    ],
)
def test_a5_2_whether_a_grant_lets_us_create(granted, answer):
    assert can_create(split(granted), "ServiceRequest") is answer
