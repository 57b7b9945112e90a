"""What `previsit audit ...` does: the trail checked, exported, and tidied when its time is over."""

import getpass
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

from audit.acts import AUDIT_EXPORTED, Act
from audit.chain import Keys
from audit.event import Event
from audit.trail import AuditDown, Trail, head_line, read_head

Command = Callable[[Namespace, Trail], int]


def verify_command(arguments: Namespace, trail: Trail) -> int:
    from audit.verify import Broken, check_chain, heads_in

    with _log(arguments.heads) as lines:
        logged = heads_in(lines)
    try:
        with trail.snapshot() as db:
            whole = check_chain(db, trail.keys, logged)
    except Broken as problem:
        print(f"The audit trail is NOT whole. {problem}")
        return 1
    removed = f" Records up to {whole.sealed} were removed under a seal." if whole.sealed else ""
    print(f"The audit trail is whole: {whole.count} records, the newest is {whole.seq}.{removed}")
    print(f"Heads from the log found in it: {whole.heads}." if arguments.heads else _CUT)
    print(head_line(whole.seq, whole.link))
    return 0


_CUT = "Whether records were cut off the end shows only against heads kept elsewhere: --heads LOG."


def export_command(arguments: Namespace, trail: Trail) -> int:
    from audit.export import Wanted, as_bundle, as_ndjson, bodies

    wanted = Wanted(arguments.since, arguments.until, arguments.patient)
    written_down(AUDIT_EXPORTED, **wanted.in_words())(arguments, trail)
    with trail.snapshot() as db, _output(arguments.output) as out:
        kept = read_head(db)
        found = bodies(db, wanted, through=kept[0] if kept else 0)
        out.writelines(as_ndjson(found) if arguments.ndjson else as_bundle(found))
    return 0


def purge_command(arguments: Namespace, trail: Trail) -> int:
    from audit.retention import purge
    from audit.verify import Broken

    before = datetime.now(UTC) - timedelta(days=arguments.older_than)
    try:
        removed = purge(trail, before.timestamp(), getpass.getuser())
    except Broken as problem:
        print(f"Nothing was removed: the audit trail is not whole. {problem}", file=sys.stderr)
        return 1
    print(f"Removed {removed.count} records older than {arguments.older_than} days, under a seal.")
    return 0


def head_command(_: Namespace, trail: Trail) -> int:
    with trail.snapshot() as db:
        kept = read_head(db)
    print(head_line(*kept) if kept else "The head of the chain is missing.")
    return 0 if kept else 1


def written_down(act: Act, **details: str) -> Command:
    """A step that writes down what somebody at the command line is about to do. Raises AuditDown: then do not."""

    def step(_: Namespace, trail: Trail) -> int:
        trail.append([Event(act, user=getpass.getuser(), details=details)])
        return 0

    return step


def on_trail(run: Command, arguments: Namespace, database_url: str, keys: Sequence[str], site: str) -> int:
    """Runs one command on the trail of the settings. Raises CannotOpen and SchemaProblem of storage."""
    from storage.opening import opening
    from storage.schema import check_schema

    with opening(database_url) as engine:
        check_schema(engine)
        try:
            return run(arguments, Trail(engine, Keys.of(keys), site))
        except AuditDown as problem:
            told = f"nothing was done, the audit trail cannot be written ({problem})"
        except OSError as problem:
            told = f"{problem.filename}: {problem.strerror}"
    print(f"previsit: {told}.", file=sys.stderr)
    return 1


@contextmanager
def _log(name: str | None) -> Iterator[TextIO | list[str]]:
    if name is None:
        yield []
        return
    with Path(name).open(encoding="utf-8", errors="replace") as lines:
        yield lines


@contextmanager
def _output(name: str | None) -> Iterator[TextIO]:
    if name is None:
        yield sys.stdout
        return
    with open(name, "x", encoding="utf-8", opener=_for_owner_alone) as file:
        yield file


def _for_owner_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
