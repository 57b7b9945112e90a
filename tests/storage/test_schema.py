"""The tables and the schema's versions say the same, on both databases, from whatever they start."""

import threading
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage import schema
from storage.engine import open_engine
from storage.schema import (
    SchemaProblem,
    check_schema,
    create,
    differences,
    has_tables,
    newest,
    upgrade,
    version_of,
)
from storage.tables import metadata


@pytest.fixture
def empty(empty_database):
    engine = open_engine(empty_database)
    yield engine
    engine.dispose()


def run(engine, *statements):
    with engine.begin() as db:
        for statement in statements:
            db.exec_driver_sql(statement)


def test_upgrading_an_empty_database_makes_exactly_the_tables(empty):
    assert upgrade(empty) == (None, newest())
    assert differences(empty) == []
    assert version_of(empty) == newest()
    check_schema(empty)


def test_what_is_made_in_one_go_is_the_same(empty):
    create(empty)
    assert differences(empty) == []
    check_schema(empty)
    assert upgrade(empty) == (newest(), newest())


def test_names_are_the_same_either_way(empty_database, empty):
    upgrade(empty)
    stepwise = names(empty)
    for table in [*metadata.tables, "alembic_version"]:
        run(empty, f"DROP TABLE {table}")
    create(empty)
    assert names(empty) == stepwise
    assert any("cds_feedback_issuer_hash_card_outcome_key" in name for name in stepwise)


def names(engine):
    look = inspect(engine)
    found = set()
    for table in metadata.tables:
        found.add(f"{table} {look.get_pk_constraint(table)['name']}")
        found |= {f"{table} {one['name']}" for one in look.get_unique_constraints(table)}
        found |= {f"{table} {one['name']}" for one in look.get_indexes(table)}
    return found


def before_versions(engine):
    """The statements of the last release before versions were kept."""
    file = Path(__file__).parent / f"before_versions.{engine.dialect.name}.sql"
    return [line for line in file.read_text().splitlines() if line]


def test_a_database_from_before_versions_is_taken_over_with_its_rows(empty):
    run(empty, *before_versions(empty), "INSERT INTO cds_quiet_rule VALUES ('p', 'PV-02', 9.0)")
    with pytest.raises(SchemaProblem, match="Run: previsit db upgrade"):
        check_schema(empty)
    upgrade(empty)
    check_schema(empty)
    assert differences(empty) == []
    with empty.connect() as db:
        assert db.execute(text("SELECT patient, rule, until FROM cds_quiet_rule")).all() == [
            ("p", "PV-02", 9.0)
        ]


def test_a_database_that_has_only_some_of_the_old_tables_gets_the_others(empty):
    run(empty, *[line for line in before_versions(empty) if "launch_" in line])
    assert has_tables(empty)
    upgrade(empty)
    assert differences(empty) == []


def test_an_older_database_says_what_to_run(empty, monkeypatch):
    upgrade(empty)
    monkeypatch.setattr(schema, "newest", lambda: "9999")
    with pytest.raises(SchemaProblem) as told:
        check_schema(empty)
    assert "and this version of previsit needs 9999" in str(told.value)
    assert str(told.value).endswith("Make a backup, then run: previsit db upgrade")


@pytest.mark.parametrize("act", [check_schema, upgrade])
def test_a_newer_database_is_left_alone(empty, act):
    upgrade(empty)
    run(empty, "UPDATE alembic_version SET version_num = '7777'")
    with pytest.raises(SchemaProblem, match="has schema 7777, made by a newer version of previsit"):
        act(empty)
    assert version_of(empty) == "7777"


def test_upgrades_at_the_same_time_do_the_work_once(empty_database):
    engines = [open_engine(empty_database) for _ in range(6)]
    seen, start = [], threading.Barrier(len(engines))

    def work(engine):
        start.wait()
        seen.append(upgrade(engine))

    threads = [threading.Thread(target=work, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen, key=str) == sorted(
        [(None, newest())] + [(newest(), newest())] * (len(engines) - 1), key=str
    )
    assert differences(engines[0]) == []
    for engine in engines:
        engine.dispose()


def test_a_step_that_fails_leaves_the_database_as_it_was(empty, monkeypatch):
    def fails(config, _):
        config.attributes["connection"].exec_driver_sql("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("in the middle")

    monkeypatch.setattr(schema.command, "upgrade", fails)
    with pytest.raises(RuntimeError):
        upgrade(empty)
    assert inspect(empty).get_table_names() == []


def test_a_difference_is_seen(empty):
    upgrade(empty)
    run(empty, "DROP TABLE cds_outcome")
    assert any("cds_outcome" in str(one) for one in differences(empty))


def test_versions_follow_each_other_in_one_line():
    scripts: ScriptDirectory = schema._scripts()
    assert len(scripts.get_heads()) == 1, "two revisions have the same down_revision: renumber the later one"
    files = sorted(Path(scripts.versions).glob("[0-9]*.py"))
    assert [f.name[:4] for f in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    for file in files:
        one = scripts.get_revision(file.name[:4])
        assert one.down_revision == (None if one.revision == "0001" else f"{int(one.revision) - 1:04}")
