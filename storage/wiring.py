"""Puts the database into a Flask app: one engine for all its parts."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import Engine

from storage.engine import IN_MEMORY, open_engine
from storage.schema import create


def engine_of(app: Flask, config: Any) -> Engine:
    """The app's engine, opened by the first part that asks. `config` is config.Config.

    A database in memory is made here. Any other is looked at before the app is made: a worker that
    starts again while the database is away must come up and answer, not give up.
    """
    if "storage" not in app.extensions:
        app.extensions["storage"] = open_engine(config.database_url)
        if config.database_url in IN_MEMORY:
            create(app.extensions["storage"])
    engine: Engine = app.extensions["storage"]
    return engine
