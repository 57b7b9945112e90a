"""`make revision MESSAGE="what changes"`: writes the next revision from the difference between tables and revisions."""

import sys
import tempfile

from alembic import command

from storage.engine import open_engine
from storage.schema import alembic_config, newest, upgrade


def write_revision(message: str) -> str:
    """Returns its number. The file is to be read and mended by hand."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/empty.sqlite3")
        upgrade(engine)
        number = f"{int(newest()) + 1:04}"
        with engine.begin() as db:
            command.revision(alembic_config(db), message, autogenerate=True, rev_id=number)
        engine.dispose()
    return number


if __name__ == "__main__":
    print(write_revision(sys.argv[1]))
