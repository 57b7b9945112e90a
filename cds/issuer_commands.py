"""`previsit issuer ...`: the EHRs the app may be launched from."""

import os
from argparse import Namespace
from typing import Any


def add_commands(commands: Any) -> None:
    issuer = commands.add_parser("issuer", help="the EHRs the app may be launched from")
    kinds = issuer.add_subparsers(required=True, metavar="KIND")
    check = kinds.add_parser("check", help="whether launches from them will work, and what will not")
    check.add_argument("iss", metavar="ISS", nargs="?", help="one EHR; without it, all that are registered")
    check.add_argument("--issuers", metavar="FILE", help="in place of PREVISIT_ISSUERS")
    check.set_defaults(run=_check)


def _check(arguments: Namespace) -> int:
    # What is imported here would be loaded by every command.
    from cds.issuer_check import issuer_check_command

    return issuer_check_command(arguments, os.environ)
