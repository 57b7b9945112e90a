"""A clinic's policy is read whole; every slip is named at once, with what to write instead."""

from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.link import Link, links_beside
from rules.policy import Policy, described
from rules.policy_limits import IN_ORDER
from rules.policy_reading import CLINIC, LISTS, SETTINGS, PolicyError, policy_from
from rules.resource import Resource

SERVICE = {"kind": "oud treatment", "setting": "in this clinic", "name": "Dr. Okonkwo-Hale"}
LEAFLET = {"title": "Naloxone at home", "url": "https://alder-creek.example.org/naloxone"}


def problems_of(data):
    with pytest.raises(PolicyError) as raised:
        policy_from(data)
    return raised.value.problems


def test_an_empty_file_keeps_every_default():
    assert policy_from({}) == Policy()


def test_every_setting_is_reachable_and_cited():
    reachable = [*CLINIC.values(), *SETTINGS, *LISTS]
    assert sorted(reachable) == sorted(f.name for f in fields(Policy))
    assert {name for name, *_ in described(Policy())} == set(reachable)
    assert all(source for *_, source in described(Policy()))


def test_the_defaults_are_in_order():
    for lower, upper in IN_ORDER:
        assert getattr(Policy(), lower) <= getattr(Policy(), upper)


@pytest.mark.parametrize(("lower", "upper"), IN_ORDER)
def test_what_must_not_exceed_what(lower, upper):
    least = getattr(Policy(), upper)
    assert getattr(policy_from({"settings": {lower: least}}), lower) == least
    above = least + (1 if isinstance(least, int) else Decimal("0.0001"))
    assert (
        f"{lower} ({above}) is above {upper} ({least}); change one of them so that it is not."
        in problems_of({"settings": {lower: above}})
    )


def test_order_is_not_judged_on_a_value_that_could_not_be_read():
    told = problems_of({"settings": {"visit_days": 0, "visit_days_team_plan": 120}})
    assert [t.split()[0] for t in told] == ["visit_days"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"settings": {"visit_dys": 60}}, '"visit_dys" is not a name this app knows; did you mean visit_days?'),
        ({"settings": {"qqq": 1}}, '"qqq" is not a name this app knows; `previsit policy show` lists every setting.'),
        ({"clinic": {"nam": "A"}}, '"nam" is not a name this app knows; did you mean name?'),
        ({"clinic": {"visit_days": 60}}, "visit_days stands in the wrong place; write it below the line [settings]"),
        ({"settings": {"clinic_name": "A"}}, "write it below the line [clinic], as name = …"),
        ({"visit_days": 60}, "visit_days stands in the wrong place; write it below the line [settings]"),
        ({"visit_dayz": 60}, "did you mean visit_days?"),
        ({"setings": {"visit_days": 60}}, 'There is no section "setings"; did you mean [settings]?'),
        ({"xyz": {}}, 'There is no section "xyz"; write [clinic], [settings], [[resources]], [[links]].'),
        ({"resource": [SERVICE]}, "did you mean [[resources]]?"),
        ({"settings": 5}, "settings is 5; write [settings] on a line of its own."),
        ({"settings": [{"visit_days": 60}]}, "write [settings] on a line of its own."),
        ({"resources": SERVICE}, "resources is a section; write [[resources]] above each entry."),
        ({"resources": ["A"]}, '[[resources]] number 1 is "A"; write [[resources]] above each entry.'),
        ({"resources": [SERVICE | {"nmae": "B"}]}, 'number 1: "nmae" is not a name this app knows; did you mean name?'),
        ({"resources": [SERVICE | {"visit_days": 9}]}, "write it below the line [settings]"),
        ({"resources": [{"kind": "oud treatment", "name": "A"}]}, 'setting is missing; write one of "in this clinic"'),
        ({"resources": [SERVICE | {"kind": "oud"}]}, 'number 1: kind is "oud"; write one of "behavioural health"'),
        ({"resources": [SERVICE | {"name": ""}]}, 'number 1: name is ""; write 1 to 200 characters'),
        ({"resources": [SERVICE | {"languages": ["Spanish"]}]}, 'languages has "Spanish"; write a list of language'),
        ({"resources": [SERVICE | {"prescribes_buprenorphine": "yes"}]}, "write true or false"),
        ({"resources": [SERVICE, SERVICE | {"contact": "555-0119"}]}, "[[resources]] number 2 is there twice"),
        ({"links": [LEAFLET | {"url": "http://example.org"}]}, "write an address that begins with https://"),
        ({"links": [LEAFLET | {"url": "https://example.org/a b"}]}, "write an address that begins with https://"),
        ({"links": [LEAFLET | {"rules": ["PV-99"]}]}, 'rules has "PV-99"; write a list of any of the ids'),
        ({"links": [LEAFLET | {"language": "Spanish"}]}, "write a language code"),
        ({"links": [LEAFLET, LEAFLET]}, "[[links]] number 2 is there twice"),
    ],
)  # fmt: skip
def test_each_slip_has_its_sentence(data, told):
    (said,) = problems_of(data)
    assert told in said


def test_the_directory_and_the_links_are_typed():
    policy = policy_from(
        {
            "resources": [SERVICE | {"languages": ["en", "es-MX"], "prescribes_buprenorphine": True}],
            "links": [LEAFLET | {"rules": ["PV-08"], "language": "en"}],
        }
    )
    assert policy.resources == (
        Resource(**SERVICE, languages=("en", "es-MX"), prescribes_buprenorphine=True),
    )
    assert policy.links == (Link(**LEAFLET, rules=("PV-08",), language="en"),)


def test_links_beside_a_rule():
    agreement, naloxone = (
        Link("A", "https://a.example.org", ("PV-04",)),
        Link("N", "https://n.example.org", ("PV-08",)),
    )
    assert links_beside((agreement, naloxone), "PV-08") == (naloxone,)
    assert links_beside((agreement, naloxone), "PV-01") == ()


def test_all_problems_are_told_at_once():
    data = {
        "clinic": {"name": ""},
        "settings": {"visit_days": 0, "peg_dys": 5, "mme_extra_care": 100},
        "resources": [{"kind": "oud"}],
    }  # fmt: skip
    told = problems_of(data)
    assert len(told) == 7
    assert all(one.endswith((".", "?")) for one in told)


Anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def entries(*keys):
    return Anything | st.lists(st.dictionaries(st.sampled_from(keys), Anything), max_size=2)


Sections = st.fixed_dictionaries(
    {},
    optional={
        "clinic": Anything | st.dictionaries(st.sampled_from(sorted(CLINIC)), Anything),
        "settings": Anything | st.dictionaries(st.sampled_from(SETTINGS), Anything, max_size=4),
         "resources": entries("kind", "name", "setting"),
         "links": entries("title", "url", "rules"),
    },
)  # fmt: skip


@given(Sections | st.dictionaries(st.text(max_size=8), Anything, max_size=3))
def test_any_content_is_a_policy_or_a_list_of_sentences(data):
    try:
        policy = policy_from(data)
    except PolicyError as error:
        told = error.problems
        policy = Policy()
    else:
        told = ("It can be used.",)
    assert told
    assert all(0 < len(one) < 2000 for one in told)
    assert all(getattr(policy, lower) <= getattr(policy, upper) for lower, upper in IN_ORDER)
