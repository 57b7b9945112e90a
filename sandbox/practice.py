"""The practice EHR ready to use: synthetic patients in it, the app registered with it at every door."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from flask import Flask
from joserfc.jwk import KeySetSerialization

from sandbox.clients import EhrClient
from sandbox.data import load_directory
from sandbox.doors import CLIENTS, DOORS, METHODS, USUAL, Door
from sandbox.ehr import create_ehr
from sandbox.patients import practice_patients
from sandbox.store import Store


def doors(base_url: str, client_id: str) -> Iterator[tuple[str, str, str]]:
    """(iss, client id, how it authenticates) of each door but the usual one, for the app's list of issuers."""
    for door in DOORS:
        if door != USUAL:
            address = base_url + door.fhir_path + door.fhir_ending
            yield address, door.client_id(client_id), METHODS[door.client]


def practice_ehr(
    base_url: str,
    app_url: str,
    client_id: str,
    client_secret: str,
    today: date,
    data: Path | None = None,
    jwks: KeySetSerialization | None = None,
) -> Flask:
    """The EHR at `base_url` for the app at `app_url`; `data` is a folder of FHIR bundles to load as well."""
    store = Store()
    people = practice_patients(today)
    for patient in people:
        store.add_bundle(patient.bundle)
    for loaded in load_directory(data) if data else ():
        store.add_bundle(loaded.bundle)
        for problem in loaded.problems:
            print(f"{loaded.name}: {problem}", file=sys.stderr)
    return create_ehr(
        store,
        base_url,
        _clients(client_id, (f"{app_url}/callback",), client_secret, jwks),
        launch_url=f"{app_url}/launch",
        stories={patient.id: patient.story for patient in people},
        shows={patient.id: patient.shows for patient in people},
        cds_url=app_url,
    )


def _clients(
    client_id: str, callbacks: tuple[str, ...], secret: str, jwks: KeySetSerialization | None
) -> Iterator[EhrClient]:
    """The same app three times, once for each way to authenticate; the one that signs only where its keys are known."""
    for kind in CLIENTS if jwks else ("symmetric", "public"):
        method = METHODS[kind]
        yield EhrClient(
            Door(kind).client_id(client_id),
            callbacks,
            method,
            secret if kind == "symmetric" else None,
            jwks if kind == "asymmetric" else None,
        )
