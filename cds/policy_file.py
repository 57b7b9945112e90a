"""A clinic's policy from its TOML file, with messages that say what to mend."""

import tomllib
from decimal import Decimal
from pathlib import Path

from rules.policy import Policy
from rules.policy_reading import PolicyError, policy_from


class BadPolicy(Exception):
    """The policy file cannot be used; the message says what to change in it."""


def read_policy(path: Path) -> Policy:
    try:
        # Numbers stay as they are written: 0.1 is a tenth.
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except OSError as problem:
        raise BadPolicy(f"The policy {path} could not be opened: {problem.strerror}.") from None
    except (ValueError, ArithmeticError, RecursionError) as problem:
        raise BadPolicy(f"The policy {path} is not valid TOML: {problem}.") from None
    try:
        return policy_from(data)
    except PolicyError as problem:
        told = "".join(f"\n  - {one}" for one in problem.problems)
        raise BadPolicy(f"The policy {path} cannot be used:{told}") from None
