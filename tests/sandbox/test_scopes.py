"""SMART scope syntax of both versions, and what a client gets of what it asks (A2.15, A2.16)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.scopes import granted, read_scope


@pytest.mark.parametrize(
    ("text", "kind", "letters"),
    [
        ("patient/Observation.rs", "Observation", "rs"),
        ("user/*.cruds", "*", "cruds"),
        ("system/Patient.c", "Patient", "c"),
        ("patient/Observation.read", "Observation", "rs"),
        ("patient/Observation.write", "Observation", "cud"),
        ("patient/*.*", "*", "cruds"),
    ],
)
def test_both_versions_are_read(text, kind, letters):
    scope = read_scope(text)
    assert (scope.resource_type, scope.letters) == (kind, letters)


@pytest.mark.parametrize("value", ["http://x.test/s%7Claboratory", "http://x.test/s|laboratory"])
def test_a_granular_scope_is_read_encoded_or_not(value):
    assert read_scope(f"patient/Observation.rs?category={value}").query == (
        ("category", "http://x.test/s|laboratory"),
    )


@pytest.mark.parametrize(
    "text",
    (
        "patient/Observation.sr patient/Observation. patient/Observation.rx patient/observation.rs "
        "patient/Observation patient/ patient patient/*.rr patient/Observation.Read user/.rs"
    ).split(" "),
)
def test_malformed_scopes_are_refused(text):
    with pytest.raises(ValueError, match="not a SMART scope"):
        read_scope(text)


@pytest.mark.parametrize("text", ["launch", "launch/patient", "openid", "fhirUser", "__x", ""])
def test_other_words_are_no_resource_scopes(text):
    assert read_scope(text) is None


@pytest.mark.parametrize(
    ("asked", "allowed", "given"),
    [
        ("openid launch", "openid launch", "openid launch"),
        ("openid tea", "openid", "openid"),
        ("patient/*.rs", "patient/*.rs", "patient/*.rs"),
        ("patient/*.read", "patient/*.rs", "patient/*.read"),
        ("patient/*.rs", "patient/*.read", "patient/*.rs"),
        ("patient/Condition.rs", "patient/*.cruds", "patient/Condition.rs"),
        ("patient/*.cruds", "patient/*.rs", "patient/*.rs"),
        ("patient/*.rs", "patient/Condition.rs patient/Patient.r", "patient/Condition.rs patient/Patient.r"),
        ("patient/Task.cruds", "patient/*.rs patient/Task.c", "patient/Task.crs"),
        ("patient/Task.write", "patient/*.rs patient/Task.c", "patient/Task.c"),
        ("patient/Task.c", "patient/*.rs", ""),
        ("user/*.rs", "patient/*.rs", ""),
        ("patient/Task.rs patient/Task.rs", "patient/*.rs", "patient/Task.rs"),
        ("patient/Task.rs?status=draft", "patient/*.rs", "patient/Task.rs?status=draft"),
        ("patient/Task.crs?status=draft", "patient/*.rs", "patient/Task.rs?status=draft"),
        ("patient/Task.rs", "patient/Task.rs?status=draft", ""),
    ],
)
def test_a_client_gets_the_overlap(asked, allowed, given):
    assert " ".join(granted(asked.split(), allowed.split())) == given


LETTERS = st.sets(st.sampled_from("cruds"), min_size=1).map(
    lambda found: "".join(c for c in "cruds" if c in found)
)
SCOPES = st.builds(
    "{}/{}.{}".format,
    st.sampled_from(("patient", "user")),
    st.sampled_from(("*", "Task", "Patient")),
    LETTERS,
)


@given(
    st.lists(SCOPES),
    st.lists(SCOPES),
    st.sampled_from(("Task", "Patient", "Other")),
    st.sampled_from("cruds"),
)
def test_what_is_granted_was_asked_and_allowed(asked, allowed, kind, letter):
    def level_permits(texts, level):
        return any(s.level == level and s.permits(kind, letter) for s in map(read_scope, texts))

    given_scopes = granted(asked, allowed)
    for level in ("patient", "user"):
        both = level_permits(asked, level) and level_permits(allowed, level)
        assert level_permits(given_scopes, level) == both
