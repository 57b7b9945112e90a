"""Puts the audit trail into a Flask app."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask

from audit.chain import Keys
from audit.request import watch
from audit.trail import Trail
from storage.wiring import engine_of


def init_audit(app: Flask, config: Any, clock: Callable[[], float] = time.time) -> None:
    """Before every other part: what is registered first has the last word on an answer. `config`: config.Config."""
    keys = Keys.of(config.audit_keys or (config.secret_key,))
    watch(app, Trail(engine_of(app, config), keys, config.public_url, clock))
