"""What is written lightly is kept like all else, and does not make other writing lighter."""

from sqlalchemy import insert, select, text

from storage.tables.hooks import used_tokens
from storage.transactions import writing, writing_lightly
from tests.databases import engine_made


def test_it_is_kept_and_only_it_skips_the_wait_for_the_disk(tmp_path):
    engine = engine_made(f"sqlite:///{tmp_path}/a.sqlite3")
    try:
        for number, (write, level) in enumerate(((writing, 2), (writing_lightly, 1), (writing, 2))):
            with write(engine) as db:
                assert db.execute(text("PRAGMA synchronous")).scalar() == level
                db.execute(insert(used_tokens).values(hash=str(number), expires_at=1.0))
        with engine.connect() as db:
            assert len(db.execute(select(used_tokens.c.hash)).all()) == 3
    finally:
        engine.dispose()
