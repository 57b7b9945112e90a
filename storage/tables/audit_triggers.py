"""Triggers that refuse to change or remove what the audit trail holds, in SQLite and in PostgreSQL.

They stop accidents, and a stranger who may write rows but not alter tables. Whoever owns the tables can drop
them: then the chain shows what was done.
"""

_REFUSED = "the audit trail is append-only"
# What a seal stands for may go: the seal is written first. The head only moves on.
_SQLITE = {
    "audit_event": (
        "update BEFORE UPDATE ON audit_event",
        "delete BEFORE DELETE ON audit_event "
        "WHEN OLD.seq > (SELECT coalesce(max(through), 0) FROM audit_seal)",
    ),
    "audit_seal": ("update BEFORE UPDATE ON audit_seal", "delete BEFORE DELETE ON audit_seal"),
    "audit_head": (
        "back BEFORE UPDATE ON audit_head WHEN NEW.seq < OLD.seq",
        "delete BEFORE DELETE ON audit_head",
    ),
}
_POSTGRESQL = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'audit_event' AND TG_OP = 'DELETE' THEN
    IF OLD.seq <= (SELECT coalesce(max(through), 0) FROM audit_seal) THEN RETURN OLD; END IF;
  ELSIF TG_TABLE_NAME = 'audit_head' AND TG_OP = 'UPDATE' THEN
    IF NEW.seq >= OLD.seq THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'the audit trail is append-only';
END $$
"""


def statements(dialect: str, table: str) -> list[str]:
    """What makes the triggers of one table; the other tables must be there already."""
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        return [f"CREATE TRIGGER {table}_{when} {refuse}" for when in _SQLITE[table]]
    run = "EXECUTE FUNCTION audit_refuse()"
    return [
        _POSTGRESQL,
        f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {run}",
        f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {run}",
    ]
