"""A clinic's policy file: what it may change, and what it is told when it is wrong."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from rules.policy import Policy
from rules.policy_reading import PolicyError, policy_from
from rules.resource import Resource


def read(toml: str) -> Policy:
    return policy_from(tomllib.loads(toml))


def test_nothing_changed_is_the_default():
    assert read("") == Policy()


def test_what_a_clinic_may_change():
    policy = read(
        """
        clinic_name = "Riverside"
        peg_days = 60
        lead_days = 0
        mme_extra_care = 40
        dose_increase = 0.15
        consultation_mme = 120
        pdmp_every_prescription = true
        reviewed_on = 2026-01-31
        tools_in_use = ["PHQ-9", "GAD-7"]
        [[resources]]
        kind = "oud treatment"
        setting = "in this clinic"
        name = "Dr. Lindqvist"
        languages = ["en", "es"]
        prescribes_buprenorphine = true
        """
    )
    assert (policy.clinic_name, policy.peg_days, policy.lead_days) == ("Riverside", 60, 0)
    assert (policy.mme_extra_care, policy.dose_increase) == (Decimal(40), Decimal("0.15"))
    assert policy.consultation_mme == Decimal(120)
    assert policy.reviewed_on == date(2026, 1, 31)
    assert policy.resources == (
        Resource(
            "oud treatment",
            "in this clinic",
            "Dr. Lindqvist",
            languages=("en", "es"),
            prescribes_buprenorphine=True,
        ),
    )
    assert policy.agreement_days == Policy().agreement_days


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("peg_day = 60", "“peg_day” is not a setting; “peg_days” is."),
        ("colour = 1", "“colour” is not a setting."),
        ('peg_days = "60"', "“peg_days” must be a whole number (days) without quotes, not '60'."),
        ("peg_days = true", "“peg_days” must be a whole number (days) without quotes, not True."),
        ("peg_days = 60.5", "“peg_days” must be a whole number (days) without quotes, not 60.5."),
        ("peg_days = 0", "“peg_days” must be from 1 to 3660 (days), not 0."),
        ("peg_days = -1", "“peg_days” must be from 1 to 3660 (days), not -1."),
        ("peg_days = 3661", "“peg_days” must be from 1 to 3660 (days), not 3661."),
        ("lead_days = -1", "“lead_days” must be from 0 to 3660 (days), not -1."),
        ("dose_increase = 20", "“dose_increase” must be more than 0 and at most 1 (share), not 20."),
        ("dose_increase = 0", "“dose_increase” must be more than 0 and at most 1 (share), not 0."),
        ("mme_extra_care = nan", "“mme_extra_care” must be more than 0 and at most 1000 (MME/day), not nan."),
        ("mme_extra_care = 95", "“mme_extra_care” (95) must not be more than “mme_measure_flag” (90)."),
        ("pdmp_every_prescription = 1", "“pdmp_every_prescription” must be true or false, not 1."),
        ('clinic_name = " "', "“clinic_name” must be words in quotes, not ' '."),
        ('reviewed_on = "2026-01-31"', "“reviewed_on” must be a date without quotes"),
        ("reviewed_on = 2026-01-31T10:00:00", "“reviewed_on” must be a date without quotes"),
        ('tools_in_use = "PHQ-9"', "“tools_in_use” must be a list of words"),
        ('tools_in_use = ["PHQ9"]', "“tools_in_use” is one of “PHQ-2”"),
        ('part2_display = "show"', "“part2_display” is one of “withhold without consent”"),
        ('roles_shown_sensitive = ["doctor"]', "“roles_shown_sensitive” is one of “prescriber”"),
        ("resources = 1", "“resources” must be tables headed [[resources]]"),
        ("[[resources]]\nkind = 'oud treatment'", "[[resources]] number 1 has no setting and no name."),
        (
            "[[resources]]\nkind = 'yoga'\nsetting = 'community'\nname = 'A'",
            "[[resources]] number 1: “kind” is one of “behavioural health”",
        ),
        (
            "[[resources]]\nkind = 'oud treatment'\nsetting = 'community'\nname = 'A'\nwaiver = true",
            "[[resources]] number 1: “waiver” is not a part of a service.",
        ),
    ],
)
def test_mistakes_are_told(toml, told):
    with pytest.raises(PolicyError) as raised:
        read(toml)
    assert str(raised.value).startswith(told)


def test_every_mistake_at_once():
    with pytest.raises(PolicyError) as raised:
        read('peg_days = "60"\nlead_day = 3')
    assert len(raised.value.mistakes) == 2


@pytest.mark.parametrize("name", Policy.__dataclass_fields__)
def test_every_setting_can_be_read_back(name):
    default = getattr(Policy(), name)
    if default is None:
        return
    as_toml = [*default] if isinstance(default, tuple) else default
    assert getattr(policy_from({name: as_toml}), name) == default
