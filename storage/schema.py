"""The schema's versions: brings a database up to date, and says in a sentence when it is not."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect

from storage.tables import metadata
from storage.transactions import alone, reading

UPGRADE = "previsit db upgrade"
_MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaProblem(Exception):
    """The database is not at the version this app needs; the message says what to run."""


def newest() -> str:
    """The version this app needs."""
    head = _scripts().get_current_head()
    assert head is not None  # there is one, and a test holds that there are not two
    return head


def version_of(engine: Engine) -> str | None:
    """The version a database has; None for an empty one and for one made before versions were kept."""
    with reading(engine) as db:
        return _context(db).get_current_revision()


def check_schema(engine: Engine) -> None:
    """Raises SchemaProblem unless the database is at exactly the version this app needs."""
    found, needed = version_of(engine), newest()
    if found == needed:
        return
    if found is None:
        raise SchemaProblem(f"The database has no tables of this version yet. Run: {UPGRADE}")
    if not _is_known(found):
        raise SchemaProblem(_newer(found, needed))
    raise SchemaProblem(
        f"The database has schema {found} and this version of previsit needs {needed}. "
        f"Make a backup, then run: {UPGRADE}"
    )


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Brings the database to the newest version, all or nothing; of several callers at once one does the work.

    Returns the versions before and after. Raises SchemaProblem for a database of a newer app.
    """
    with alone(engine, "schema") as db:
        before = _context(db).get_current_revision()
        if before is not None and not _is_known(before):
            raise SchemaProblem(_newer(before, newest()))
        command.upgrade(alembic_config(db), "head")
        return before, newest()


def create(engine: Engine) -> None:
    """The newest schema in an empty database, without the steps: for one in memory."""
    with alone(engine, "schema") as db:
        metadata.create_all(db)
        _context(db).stamp(_scripts(), newest())


def differences(engine: Engine) -> list[object]:
    """What in the database is not as the tables say; empty is good."""
    with reading(engine) as db:
        return list(compare_metadata(_context(db), metadata))


def has_tables(engine: Engine) -> bool:
    with reading(engine) as db:
        return any(inspect(db).has_table(name) for name in metadata.tables)


def _newer(found: str, needed: str) -> str:
    return (
        f"The database has schema {found}, made by a newer version of previsit; this one knows {needed}. "
        "Install the newer version, or restore the backup from before its upgrade."
    )


def _is_known(version: str) -> bool:
    try:
        return _scripts().get_revision(version) is not None
    except CommandError:
        return False


def _context(db: Connection) -> MigrationContext:
    return MigrationContext.configure(db)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config())


def alembic_config(db: Connection | None = None) -> Config:
    config = Config()
    # Alembic reads % in a path as the start of a setting's name.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = db
    return config
