"""`previsit db ...`: the database brought up to date, looked at, tidied and sealed anew."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.rotation import Count
    from storage.settings import DatabaseSettings


def add_commands(commands: Any) -> ArgumentParser:
    """Adds `db`. Each kind sets `act`: arguments, DatabaseSettings -> exit status; and `keys` where it needs those.

    What is imported here would be loaded by every command; each brings its own.
    """
    db: ArgumentParser = commands.add_parser("db", help="the database: upgrade, check, purge, rotate keys")
    kinds = db.add_subparsers(required=True, metavar="KIND")
    upgrade = kinds.add_parser("upgrade", help="bring it to this version; make a backup first")
    upgrade.set_defaults(act=upgrade_command)
    check = kinds.add_parser("check", help="whether it is what this version needs; changes nothing")
    check.set_defaults(act=check_command)
    purge = kinds.add_parser("purge", help="remove what is over and what has been kept long enough")
    purge.add_argument("--rehearse", action="store_true", help="count what would be removed, and keep it")
    purge.set_defaults(act=purge_command)
    rotate = kinds.add_parser("rotate-keys", help="seal every value with the first of the keys")
    rotate.add_argument(
        "--set-aside",
        action="store_true",
        help="when an earlier patient key is lost for good: keep what it covered, and start without it",
    )
    rotate.set_defaults(act=rotate_command, keys=True)
    return db


def upgrade_command(_: Namespace, settings: DatabaseSettings) -> int:
    from storage.opening import opening
    from storage.schema import upgrade

    with opening(settings.url) as engine:
        before, after = upgrade(engine)
    if before == after:
        print(f"The database has schema {after} already; nothing to do.")
    else:
        print(f"The database went from {f'schema {before}' if before else 'no schema'} to schema {after}.")
    return 0


def check_command(_: Namespace, settings: DatabaseSettings) -> int:
    from storage.opening import opening
    from storage.schema import check_schema, differences, newest

    with opening(settings.url) as engine:
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


def purge_command(arguments: Namespace, settings: DatabaseSettings) -> int:
    from storage.opening import opening
    from storage.retention import purge
    from storage.schema import check_schema

    with opening(settings.url) as engine:
        check_schema(engine)
        counts = purge(engine, settings.retention, time.time(), rehearse=arguments.rehearse)
    print("Would be removed:" if arguments.rehearse else "Removed:")
    for what, count in counts.items():
        print(f"{count:>10}  {what}")
    return 0


def rotate_command(arguments: Namespace, settings: DatabaseSettings) -> int:
    """1 where something could not be opened: it stays as it is, for the day the key is found."""
    from storage.opening import opening
    from storage.rotation import rekey, reseal, set_aside
    from storage.schema import check_schema
    from storage.stand_ins import StandIns

    stand_ins = StandIns(settings.patient_keys)
    with opening(settings.url) as engine:
        check_schema(engine)
        sealed = reseal(engine, settings.token_keys)
        keyed = rekey(engine, settings.token_keys, stand_ins)
        aside = set_aside(engine, stand_ins) if arguments.set_aside else 0
    _print_counts("Sealed values", sealed)
    _print_counts("Stand-ins of patients", keyed)
    if aside:
        print(f"Set aside: {aside}. They stay in the database, and no patient's page shows them.")
    lost = any(count.unreadable for count in (*sealed.values(), *keyed.values()))
    if lost:
        print(
            "What could not be opened was left as it is. Add the earlier key to the setting and run this again."
        )
    return 1 if lost else 0


def _print_counts(title: str, counts: dict[str, Count]) -> None:
    print(f"{title:<24}{'renewed':>10}{'had the newest key':>20}{'could not be opened':>21}")
    for table, count in counts.items():
        print(f"  {table:<22}{count.renewed:>10}{count.newest:>20}{count.unreadable:>21}")
