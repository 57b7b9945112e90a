"""`previsit audit ...`: what can be asked of the audit trail at the command line."""

import argparse
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

KEEP_DAYS = 2192  # six years, the time HIPAA asks documentation to be kept (45 CFR 164.316(b)(2)(i))


def add_commands(commands: Any) -> ArgumentParser:
    """Adds `audit`. Each kind sets `act`, the name of a function of audit.operating, which --help need not load."""
    audit: ArgumentParser = commands.add_parser("audit", help="the audit trail: check it, export it, tidy it")
    kinds = audit.add_subparsers(required=True, metavar="KIND")
    verify = kinds.add_parser("verify", help="whether every record is as it was written, and none is missing")
    verify.add_argument("--heads", metavar="LOG", help="a log whose lines 'audit head' must be in the chain")
    verify.set_defaults(act="verify_command")
    _add_export(kinds)
    purge = kinds.add_parser("purge", help="remove records whose time is over, under a seal")
    purge.add_argument("--older-than", type=_days, default=KEEP_DAYS, metavar="DAYS")
    purge.set_defaults(act="purge_command")
    head = kinds.add_parser("head", help="the newest link, to keep where nobody can change it")
    head.set_defaults(act="head_command")
    return audit


def _add_export(kinds: Any) -> None:
    export = kinds.add_parser("export", help="records as FHIR AuditEvents; is itself written down")
    export.add_argument("--since", type=_moment, metavar="WHEN", help="a day or a time, such as 2026-03-01")
    export.add_argument("--until", type=_moment, metavar="WHEN", help="up to this day or time, without it")
    export.add_argument(
        "--patient", default="", metavar="ID", help="a patient's id, or the URL of the Patient"
    )
    export.add_argument("--ndjson", action="store_true", help="one AuditEvent a line in place of a Bundle")
    export.add_argument("--output", metavar="FILE", help="a new file in place of standard output")
    export.set_defaults(act="export_command")


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 40_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of days")


def _moment(text: str) -> float:
    """Days begin at midnight, UTC; a time without a zone is UTC."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it as 2026-03-01") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
