"""Launch context: whose chart and which visit the EHR opened the app for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from launch.issuers import IssuerRegistration
from launch.problems import NO_PATIENT, TOKEN_UNREADABLE, LaunchProblem

FHIR_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True)
class Context:
    patient_id: str
    encounter_id: str | None
    need_patient_banner: bool
    references: tuple[str, ...]  # fhirContext: relative references on the launching FHIR server


def read_context(registration: IssuerRegistration, members: dict[str, Any]) -> Context:
    patient = members.get("patient")
    if patient is None or patient == "":
        raise LaunchProblem(NO_PATIENT, "the token response names no patient")
    if _id(patient, "Patient") is None:
        raise LaunchProblem(TOKEN_UNREADABLE, "patient is not a FHIR id")
    return Context(
        _id(patient, "Patient") or "",
        _id(members.get("encounter"), "Encounter"),
        _is_banner_needed(members.get("need_patient_banner")),
        tuple(_references(registration, members.get("fhirContext"))),
    )


def _is_banner_needed(stated: Any) -> bool:
    # Missing or odd is taken as true: a banner too many is safe, one too few is not.
    return stated is not False and stated != "false"


def _id(value: Any, resource_type: str) -> str | None:
    # Some EHRs send "Patient/123" where SMART says "123".
    bare = value.removeprefix(f"{resource_type}/") if isinstance(value, str) else ""
    return bare if FHIR_ID.fullmatch(bare) else None


def _references(registration: IssuerRegistration, listed: Any) -> list[str]:
    """References of fhirContext: objects in SMART 2, plain strings in older drafts; other hosts ignored."""
    items = listed if isinstance(listed, list) else []
    texts = [item.get("reference") if isinstance(item, dict) else item for item in items]
    relative = [text.removeprefix(f"{registration.fhir_base}/") for text in texts if isinstance(text, str)]
    return [text for text in relative if REFERENCE.fullmatch(text)]
