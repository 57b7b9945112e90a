"""The practice EHR ready to use: synthetic patients in it, the app registered with it."""

import sys
from datetime import date
from pathlib import Path

from flask import Flask

from sandbox.clients import EhrClient
from sandbox.data import load_directory
from sandbox.ehr import create_ehr
from sandbox.patients import practice_patients
from sandbox.store import Store


def practice_ehr(
    base_url: str, app_url: str, client_id: str, client_secret: str, today: date, data: Path | None = None
) -> Flask:
    """The EHR at `base_url` for the app at `app_url`; `data` is a folder of FHIR bundles to load as well."""
    store = Store()
    stories = {}
    for patient in practice_patients(today):
        store.add_bundle(patient.bundle)
        stories[patient.id] = patient.story
    for loaded in load_directory(data) if data else ():
        store.add_bundle(loaded.bundle)
        for problem in loaded.problems:
            print(f"{loaded.name}: {problem}", file=sys.stderr)
    client = EhrClient(client_id, (f"{app_url}/callback",), "client_secret_basic", client_secret)
    return create_ehr(
        store, base_url, [client], launch_url=f"{app_url}/launch", stories=stories, cds_url=app_url
    )
