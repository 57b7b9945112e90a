"""The database: reachable, of this version, writable, its keys those of the settings, and room to grow."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Engine, Table, insert, literal_column, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from operation.doctor.deployment import Deployment
from operation.doctor.finding import Finding, mend, note, works
from storage.engine import IN_MEMORY
from storage.opening import CannotOpen, opening
from storage.rotation import KeyMissing, check_stand_ins, sealed_columns
from storage.schema import SchemaProblem, check_schema, differences, newest
from storage.tables import metadata
from storage.transactions import reading

_LOOKED_AT = 200  # sealed values of each kind
_MB = 1_000_000
_OVER_A_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs"}


def check_database(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.has("database_url"):
        return
    url = str(deployment.settings["database_url"])
    if url in IN_MEMORY:
        yield mend(
            "PREVISIT_DATABASE_URL is in memory: a restart forgets everything. Name a file or a server."
        )
        return
    yield from _file(url)
    if _is_missing(url):
        yield mend(f"There is no database yet at {_file_of(url)}. Run: previsit db upgrade")
        return
    try:
        with opening(url) as engine:
            yield from _inside(engine, deployment)
    except CannotOpen as problem:
        yield mend(str(problem))


def _inside(engine: Engine, deployment: Deployment) -> Iterator[Finding]:
    try:
        check_schema(engine)
    except SchemaProblem as problem:
        yield mend(str(problem))
        return
    if found := differences(engine):
        yield mend(
            f"{len(found)} parts of the database are not as schema {newest()} has them; "
            "`previsit db check` names them."
        )
    else:
        yield works(f"The database answers and has schema {newest()}, as this version needs.")
    yield from _writable(engine)
    yield from _keys(engine, deployment)
    if engine.dialect.name == "postgresql":
        yield from _encryption(engine)


def _writable(engine: Engine) -> Iterator[Finding]:
    """An insert of no rows asks for every right that an insert needs; and it is taken back."""
    refused = [table.name for table in metadata.sorted_tables if not _can_insert(engine, table)]
    if refused:
        yield mend(
            f"The database user may not write to {', '.join(refused)}. Make the app's user their owner, "
            "and look whether the disk is full or read-only."
        )
    else:
        yield works("It can be written to.")


def _can_insert(engine: Engine, table: Table) -> bool:
    columns = [column for column in table.columns if column is not table.autoincrement_column]
    nothing = select(*columns).where(literal_column("1 = 0"))
    try:
        with engine.connect() as db, db.begin() as transaction:
            db.execute(insert(table).from_select(columns, nothing, include_defaults=False))
            transaction.rollback()
    except SQLAlchemyError:
        return False
    return True


def _keys(engine: Engine, deployment: Deployment) -> Iterator[Finding]:
    settings = deployment.settings
    if deployment.has("secret_key", "patient_keys"):
        try:
            check_stand_ins(engine, settings["patient_keys"] or (settings["secret_key"],))
            yield works("The patient keys find every patient's rows.")
        except KeyMissing as problem:
            yield mend(str(problem))
    if deployment.has("token_keys"):
        yield from _seals(engine, settings["token_keys"])


def _seals(engine: Engine, token_keys: tuple[str, ...]) -> Iterator[Finding]:
    seal, unread = MultiFernet([Fernet(key) for key in token_keys]), 0
    with reading(engine) as db:
        for _, column in sealed_columns():
            wanted = select(column).where(column.is_not(None)).limit(_LOOKED_AT)
            unread += sum(not _opens(seal, value) for (value,) in db.execute(wanted))
    if unread:
        yield mend(
            f"Sealed values that no key of PREVISIT_TOKEN_KEYS opens: {unread} of those looked at. "
            "Add the earlier key after the new one, then run: previsit db rotate-keys"
        )
    else:
        yield works("The token keys open what they sealed.")


def _opens(seal: MultiFernet, value: bytes) -> bool:
    try:
        seal.decrypt(value)
    except InvalidToken:
        return False
    return True


def _encryption(engine: Engine) -> Iterator[Finding]:
    if not (engine.url.host or engine.url.query.get("host", "")) or _is_socket(engine):
        return
    with reading(engine) as db:
        is_encrypted = db.scalar(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
    if not is_encrypted:
        yield mend(
            "The connection to PostgreSQL is not encrypted. Add ?sslmode=verify-full to PREVISIT_DATABASE_URL."
        )
    elif "verify" not in str(engine.url.query.get("sslmode", "")):
        yield note(
            "The connection to PostgreSQL is encrypted, and whose server it is was not checked: "
            "?sslmode=verify-full does."
        )


def _is_socket(engine: Engine) -> bool:
    return str(engine.url.host or engine.url.query.get("host")).startswith("/")


def _file_of(url: str) -> Path | None:
    parsed = make_url(url) if url.startswith("sqlite") else None
    return Path(parsed.database) if parsed and parsed.database else None


def _is_missing(url: str) -> bool:
    """Asked first: looking into a SQLite file that is not there would make it."""
    path = _file_of(url)
    return path is not None and path.parent.is_dir() and not path.exists()


def _file(url: str) -> Iterator[Finding]:
    if (path := _file_of(url)) is None or not path.parent.is_dir():
        return
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & stat.S_IRWXO:
        yield mend(f"Every user of this machine may read {path}. Run: chmod 600 {path}*")
    free = shutil.disk_usage(path.parent).free
    if free < 100 * _MB:
        yield mend(f"The disk of the database has {free // _MB} MB left. Make room.")
    elif free < 1000 * _MB:
        yield note(f"The disk of the database has {free // _MB} MB left.")
    if (kind := _file_system(path)) in _OVER_A_NETWORK:
        yield mend(
            f"The database lies on a network file system ({kind}), where SQLite is not safe. Use a local disk."
        )


def _file_system(path: Path) -> str:
    """Of the mount that the path is below; empty where this cannot be told."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return ""
    here = path.resolve()
    above = [(place, kind) for place, kind in mounts if here.is_relative_to(place)]
    return max(above, key=lambda mount: len(mount[0]))[1] if above else ""
