"""`previsit audit ...` as an operator meets it: checked, exported, tidied, and itself written down."""

import json
from datetime import UTC, datetime

import pytest
from fhir.resources.R4B.bundle import Bundle

from app import main
from audit.verify import Broken
from tests.audit.balp import check_event, details
from tests.audit.chains import EHR, KEY, as_owner, checked, trail_at, viewed
from tests.audit.clinic import act_of

DAY = 86_400
START = datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()


class Clock:
    now = START

    def __call__(self):
        return self.now


@pytest.fixture
def run(database, monkeypatch, capsys):
    """Runs `previsit audit ...`; returns the status, what was printed, and what was complained of."""
    monkeypatch.setenv("PREVISIT_DATABASE_URL", database)
    monkeypatch.setenv("PREVISIT_SECRET_KEY", KEY)

    def command(*arguments):
        status = main(["audit", *arguments])
        return (status, *capsys.readouterr())

    return command


@pytest.fixture
def days(database):
    """Three days, two records each: of patients a and b."""
    clock = Clock()
    trail = trail_at(database, clock=clock)
    for day in range(3):
        clock.now = START + day * DAY
        trail.append([viewed("a"), viewed("b")])
    yield trail
    trail.engine.dispose()


def test_verify_says_that_it_is_whole_and_shows_the_head(run, days, tmp_path):
    status, said, _ = run("verify")
    assert status == 0
    assert "The audit trail is whole: 6 records, the newest is 6." in said
    log = tmp_path / "app.log"
    log.write_text(said)
    status, said, _ = run("verify", "--heads", str(log))
    assert (status, "Heads from the log found in it: 1." in said) == (0, True)


def test_verify_says_which_record_is_broken_first(run, days):
    as_owner(days, "UPDATE audit_event SET act = 'x' WHERE seq IN (3, 5)")
    status, said, _ = run("verify")
    assert status == 1
    assert said.startswith("The audit trail is NOT whole. Record 3 was changed")


def test_verify_against_a_log_finds_a_cut_end(run, days, tmp_path):
    (tmp_path / "log").write_text(run("head")[1])
    with days.engine.connect() as db:
        link = db.exec_driver_sql("SELECT link FROM audit_event WHERE seq = 4").scalar()
    as_owner(days, "DELETE FROM audit_event WHERE seq > 4", f"UPDATE audit_head SET seq = 4, link = '{link}'")
    assert run("verify")[0] == 0
    status, said, _ = run("verify", "--heads", str(tmp_path / "log"))
    assert (status, "Records 5 to 6 are missing from the end" in said) == (1, True)


@pytest.mark.parametrize(
    ("wanted", "seqs"),
    [
        ([], "1234567"),
        (["--since", "2026-03-03"], "34567"),
        (["--since", "2026-03-03T09:00:00"], "34567"),
        (["--since", "2026-03-03T09:00:01"], "567"),
        (["--until", "2026-03-03"], "12"),
        (["--since", "2026-03-03", "--until", "2026-03-04"], "34"),
        (["--patient", "a"], "135"),
        (["--patient", f"{EHR}/Patient/b"], "246"),
        (["--patient", "%"], ""),
        (["--patient", "a", "--until", "2026-03-03"], "1"),
    ],
)
def test_export(run, days, wanted, seqs):
    """Everything asked for, the record of this export with it where it falls within."""
    status, said, _ = run("export", "--ndjson", *wanted)
    bodies = [json.loads(line) for line in said.splitlines()]
    assert status == 0
    assert "".join(tags(b)["urn:previsit:audit-seq"] for b in bodies) == seqs
    for body in bodies:
        check_event(body)


def tags(body):
    return {tag["system"]: tag["code"] for tag in body["meta"]["tag"]}


def test_an_export_is_a_bundle_and_is_written_down(run, days):
    status, said, _ = run("export", "--patient", "a", "--since", "2026-03-01")
    bundle = Bundle.model_validate_json(said)
    assert (status, len(bundle.entry)) == (0, 3)
    last = json.loads(run("export", "--ndjson")[1].splitlines()[-2])
    assert act_of(last) == "audit-exported"
    assert details(last) == {"since": "2026-03-01T00:00:00.000Z", "patient": "a"}
    assert last["agent"][0]["who"]["identifier"]["value"]


def test_an_export_of_nothing_is_a_bundle_too(run, days):
    Bundle.model_validate_json(run("export", "--until", "2020-01-01")[1])


def test_an_export_goes_into_a_new_file_for_its_owner_alone(run, days, tmp_path):
    file = tmp_path / "audit.json"
    assert run("export", "--output", str(file))[0] == 0
    assert file.stat().st_mode & 0o777 == 0o600
    status, _, told = run("export", "--output", str(file))
    assert (status, "File exists" in told) == (1, True)


def test_nothing_is_exported_that_cannot_be_written_down(run, days):
    as_owner(days, "DELETE FROM audit_head")
    status, said, told = run("export", "--ndjson")
    assert (status, said) == (1, "")
    assert "nothing was done, the audit trail cannot be written" in told


def test_purge_leaves_a_chain_that_can_be_checked(days):
    from audit.retention import purge

    removed = purge(days, START + DAY, "morgan")
    assert (removed.count, removed.through) == (2, 2)
    whole = checked(days)
    assert (whole.sealed, whole.seq, whole.count) == (2, 7, 5)
    days.append([viewed("c")])
    assert purge(days, START + 2 * DAY, "morgan").count == 2
    assert checked(days).sealed == 4
    assert purge(days, START + 2 * DAY, "morgan").count == 0


def test_purge_is_written_down(run, days):
    assert run("purge", "--older-than", "1")[0] == 0
    (body,) = [json.loads(line) for line in run("export", "--ndjson")[1].splitlines()][-2:-1]
    check_event(body)
    assert (act_of(body), details(body)["records"], details(body)["through"]) == ("audit-purged", "6", "6")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_seal SET through = 3",
        "UPDATE audit_seal SET at = 0",
        "DELETE FROM audit_seal",
        "DELETE FROM audit_event WHERE seq = 3",
        "UPDATE audit_seal SET link = (SELECT link FROM audit_event WHERE seq = 4)",
    ],
)
def test_a_seal_hides_nothing_but_what_it_was_made_for(days, statement):
    from audit.retention import purge

    purge(days, START + DAY, "morgan")
    as_owner(days, statement)
    with pytest.raises(Broken):
        checked(days)


def test_a_broken_chain_is_not_purged(run, days):
    as_owner(days, "UPDATE audit_event SET act = 'x' WHERE seq = 2")
    status, _, told = run("purge", "--older-than", "1")
    assert (status, "Nothing was removed: the audit trail is not whole. Record 2" in told) == (1, True)
    with days.engine.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM audit_event").scalar() == 6


@pytest.mark.parametrize("bad", [["export", "--since", "yesterday"], ["purge", "--older-than", "0"]])
def test_what_cannot_be_read_is_said(run, bad, capsys):
    with pytest.raises(SystemExit):
        run(*bad)
    assert "is not a" in capsys.readouterr().err
