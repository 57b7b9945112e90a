"""The newest part of the audit trail: whether every record is as it was written."""

from __future__ import annotations

from collections.abc import Iterator

from audit.chain import Keys
from audit.verify import Broken, check_newest
from operation.doctor.deployment import Deployment
from operation.doctor.finding import Finding, mend, note, works
from storage.engine import IN_MEMORY
from storage.opening import CannotOpen, opening
from storage.schema import SchemaProblem, check_schema
from storage.transactions import reading

NEWEST = 2000  # records; all of them is what `previsit audit verify` looks at


def check_audit(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.has("database_url", "secret_key", "audit_keys"):
        return
    settings = deployment.settings
    if not settings["audit_keys"]:
        yield note(
            "PREVISIT_AUDIT_KEYS is not set: who has PREVISIT_SECRET_KEY can write the trail anew. "
            "Make a key of its own, and keep the old one after it."
        )
    keys = Keys.of(settings["audit_keys"] or (settings["secret_key"],))
    if settings["database_url"] not in IN_MEMORY:
        yield from _newest(settings["database_url"], keys)


def _newest(url: str, keys: Keys) -> Iterator[Finding]:
    try:
        with opening(url) as engine:
            check_schema(engine)
            with reading(engine) as db:
                whole = check_newest(db, keys, NEWEST)
    except Broken as problem:
        yield mend(
            f"The audit trail is not whole: {problem} Keep the database as it is, and find out who could change it."
        )
    except (CannotOpen, SchemaProblem):
        return  # told with the database
    else:
        yield works(f"The newest {whole.count} records of the audit trail are as they were written.")
