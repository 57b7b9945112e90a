"""A clinic's policy from its TOML file, with messages that say what to mend."""

import tomllib
from pathlib import Path

from rules.policy import Policy


class BadPolicy(Exception):
    """The policy file cannot be used; the message says what to change in it."""


def read_policy(path: Path) -> Policy:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise BadPolicy(f"The policy {path} could not be opened: {problem.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadPolicy(f"The policy {path} is not valid TOML: {problem}.") from None
    from rules.policy_reading import PolicyError, policy_from

    try:
        return policy_from(data)
    except PolicyError as problem:
        raise BadPolicy(f"The policy {path}: {problem}") from None
