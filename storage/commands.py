"""`previsit db ...`: the database brought up to date, looked at and tidied."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any


def add_commands(commands: Any) -> ArgumentParser:
    """Adds `db`. Each kind sets `act`: arguments, address of the database -> exit status.

    What is imported here would be loaded by every command; each brings its own.
    """
    db: ArgumentParser = commands.add_parser("db", help="the database: upgrade it, check it")
    kinds = db.add_subparsers(required=True, metavar="KIND")
    for name, act, told in (
        ("upgrade", upgrade_command, "bring the database to this version; make a backup first"),
        ("check", check_command, "whether the database is what this version needs"),
    ):
        kinds.add_parser(name, help=told).set_defaults(act=act)
    return db


def upgrade_command(_: Namespace, url: str) -> int:
    from storage.opening import opening
    from storage.schema import upgrade

    with opening(url) as engine:
        before, after = upgrade(engine)
    if before == after:
        print(f"The database has schema {after} already; nothing to do.")
    else:
        print(f"The database went from {f'schema {before}' if before else 'no schema'} to schema {after}.")
    return 0


def check_command(_: Namespace, url: str) -> int:
    from storage.opening import opening
    from storage.schema import check_schema, differences, newest

    with opening(url) as engine:
        check_schema(engine)
        found = differences(engine)
    if not found:
        print(f"The database has schema {newest()}, as this version needs.")
        return 0
    print(f"The database says it has schema {newest()}, but {len(found)} parts of it differ:")
    for one in found:
        print(f"  {one}")
    print("Restore a backup, or have the changes made by hand undone.")
    return 1
