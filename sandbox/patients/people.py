"""The practice's people and organizations, the same for every patient."""

from typing import Any

ORGANIZATIONS = {
    "clinic": "Larkspur Family Medicine",
    "hospital": "Cedar Valley Hospital",
    "pharmacy": "Market Street Pharmacy",
    "second-pharmacy": "Ridge Road Drugs",
    "hospital-pharmacy": "Cedar Valley Outpatient Pharmacy",
    "mail-pharmacy": "Northline Mail Pharmacy",
    "counseling": "Willow Court Counseling",
    "recovery-program": "Harbor Light Recovery Program",
}
PRACTITIONERS = {
    "osei": ("Abena", "Osei", "Dr."),
    "lindqvist": ("Maja", "Lindqvist", "NP"),
    "bhattarai": ("Suresh", "Bhattarai", "Dr."),
    "haddad": ("Nadia", "Haddad", "Dr."),
    "romero": ("Ximena", "Romero-Vance", "Dr."),
}


def reference(name: str) -> dict[str, str]:
    """A FHIR Reference, with its display, to one of the people or organizations above."""
    if name in ORGANIZATIONS:
        return {"reference": f"Organization/{name}", "display": ORGANIZATIONS[name]}
    given, family, title = PRACTITIONERS[name]
    return {"reference": f"Practitioner/{name}", "display": f"{title} {given} {family}"}


def shared_resources() -> tuple[dict[str, Any], ...]:
    return (*map(_practitioner, PRACTITIONERS), *map(_organization, ORGANIZATIONS))


def _practitioner(name: str) -> dict[str, Any]:
    given, family, title = PRACTITIONERS[name]
    return {
        "resourceType": "Practitioner",
        "id": name,
        "active": True,
        "name": [{"use": "official", "family": family, "given": [given], "prefix": [title]}],
    }


def _organization(name: str) -> dict[str, Any]:
    return {"resourceType": "Organization", "id": name, "active": True, "name": ORGANIZATIONS[name]}
