"""The practice EHR stays on its own machine unless someone says that they know better."""

import pytest

from app import _parser, main
from sandbox.exposure import KNOWN, TooPublic, check_exposure, is_own

URL = "https://practice.example.org"


def asked(*arguments):
    return _parser().parse_args(["demo", *arguments])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--bind", "localhost"],
        ["--bind", "127.0.0.1"],
        ["--bind", "127.8.9.1"],
        ["--bind", "::1"],
        ["--bind", "0.0.0.0", KNOWN, "--url", URL],
        ["--bind", "127.0.0.1", KNOWN, "--url", f"{URL}:8443"],
    ],
)
def test_on_this_machine_or_as_meant_it_starts(arguments):
    assert check_exposure(asked(*arguments)) is None


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--bind", "0.0.0.0"], "can be reached by others"),
        (["--bind", "::"], "can be reached by others"),
        (["--bind", "192.168.1.5"], KNOWN),
        (["--bind", "practice.example.org"], "can be reached by others"),
        (["--url", URL], "can be reached by others"),
        (["--bind", "0.0.0.0", "--url", URL], KNOWN),
        (["--bind", "0.0.0.0", KNOWN], "needs --url"),
        (["--bind", "0.0.0.0", KNOWN, "--url", "http://practice.example.org"], "must be an https address"),
        (["--bind", "0.0.0.0", KNOWN, "--url", f"{URL}/ehr"], "must be an https address"),
        (["--bind", "0.0.0.0", KNOWN, "--url", "https://a@practice.example.org"], "must be an https address"),
        (["--bind", "0.0.0.0", KNOWN, "--url", "https://x:y"], "must be an https address"),
    ],
)
def test_where_others_can_reach_it_it_does_not(arguments, why):
    with pytest.raises(TooPublic, match=why):
        check_exposure(asked(*arguments))


def test_the_command_ends_with_a_sentence(capsys):
    assert main(["demo", "--bind", "0.0.0.0"]) == 2
    assert capsys.readouterr().err.startswith("previsit: 0.0.0.0 can be reached by others")


def test_an_address_of_another_machine_is_said(capsys):
    with pytest.raises(SystemExit, match="cannot be listened on"):
        main(["demo", "--bind", "192.0.2.1", KNOWN, "--url", URL])


@pytest.mark.parametrize(
    ("host", "is_it"), [("localhost", True), ("[::1]", True), ("10.0.0.1", False), ("", False)]
)
def test_what_only_this_machine_can_reach(host, is_it):
    assert is_own(host) is is_it
