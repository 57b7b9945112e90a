"""References between resources: found, resolved against a bundle, and rewritten to `Type/id`."""

import re
from collections.abc import Iterator
from typing import Any

Resource = dict[str, Any]

# Elements that place a resource in a patient's compartment, where it is not `subject` or `patient`
# (FHIR R4, CompartmentDefinition patient).
COMPARTMENT_PATHS = {
    "Appointment": ("participant.actor",),
    "AppointmentResponse": ("actor",),
    "AuditEvent": ("agent.who", "entity.what"),
    "Communication": ("subject", "recipient"),
    "Coverage": ("beneficiary",),
    "Group": ("member.entity",),
    "Provenance": ("target",),
    "Schedule": ("actor",),
    "Task": ("for",),
}
_USUAL_PATHS = ("subject", "patient")

_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?identifier=([^|&]*)\|([^&]+)")
_VERSION = re.compile(r"/_history/[^/]+$")


def at_path(node: Any, path: str) -> Iterator[Any]:
    """Every value at a dotted path, lists flattened; whatever has another shape is passed over."""
    head, _, rest = path.partition(".")
    for item in node if isinstance(node, list) else [node]:
        if not isinstance(item, dict) or (value := item.get(head)) is None:
            continue
        if rest:
            yield from at_path(value, rest)
        else:
            yield from value if isinstance(value, list) else [value]


def every_reference(node: Any) -> Iterator[dict[str, Any]]:
    """Each Reference object in a resource, however deep."""
    if isinstance(node, list):
        for item in node:
            yield from every_reference(item)
    elif isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node
        for value in node.values():
            yield from every_reference(value)


def rewrite(resource: Resource, moved: dict[str, str]) -> None:
    for reference in every_reference(resource):
        text = _VERSION.sub("", reference["reference"])
        if text in moved:
            reference["reference"] = moved[text]


def conditional(text: str) -> tuple[str, str, str] | None:
    """`Practitioner?identifier=system|value`, as Synthea writes it, as (type, system, value)."""
    found = _CONDITIONAL.fullmatch(text)
    return (found[1], found[2], found[3]) if found else None


def local_target(reference: Any) -> str | None:
    """`Type/id` when a Reference points at a resource of this server."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    if not isinstance(text, str):
        return None
    text = _VERSION.sub("", text)
    return text if re.fullmatch(r"[A-Z][A-Za-z]+/[^/?#]+", text) else None


def patients_of(resource: Resource) -> frozenset[str]:
    """Ids of the patients in whose compartment a resource lies."""
    kind = resource.get("resourceType")
    if kind == "Patient":
        return frozenset({resource["id"]}) if isinstance(resource.get("id"), str) else frozenset()
    paths = COMPARTMENT_PATHS.get(str(kind), _USUAL_PATHS)
    targets = (local_target(value) for path in paths for value in at_path(resource, path))
    return frozenset(
        text.removeprefix("Patient/") for text in targets if text and text.startswith("Patient/")
    )
