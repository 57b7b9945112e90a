"""One patient's record while it is being written, and the patient it becomes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sandbox.patients.people import shared_resources

BASE = "http://practice.example/fhir"
Resource = dict[str, Any]


@dataclass(frozen=True)
class PracticePatient:
    id: str
    name: str
    story: str
    shows: tuple[str, ...]  # ids of the rules this patient was made to show
    bundle: Resource


@dataclass
class Draft:
    """One patient's record while it is being written."""

    today: date
    id: str
    name: str
    doctor: str  # who prescribes, unless said otherwise
    entries: list[Resource] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)  # id: the foreign base it is known under

    def ago(self, days: int) -> str:
        return (self.today - timedelta(days=days)).isoformat()

    def moment(self, days_ago: int, time: str = "09:30") -> str:
        return f"{self.ago(days_ago)}T{time}:00-05:00"

    @property
    def subject(self) -> dict[str, str]:
        return {"reference": f"Patient/{self.id}", "display": self.name}

    def add(self, resource: Resource) -> str:
        """Keep the resource under the next free id, and answer with the reference to it."""
        kind = resource["resourceType"]
        number = sum(e["resourceType"] == kind for e in self.entries) + 1
        made = {"resourceType": kind, "id": f"{self.id}-{kind.lower()}-{number}"}
        self.entries.append({**made, **_without_nothing(resource)})
        return f"{kind}/{self.entries[-1]['id']}"

    def done(self, story: str, *shows: str) -> PracticePatient:
        mentioned = set(_references(self.entries))
        shared = [s for s in shared_resources() if f"{s['resourceType']}/{s['id']}" in mentioned]
        entry = [{"fullUrl": self._url(r), "resource": r} for r in (*self.entries, *shared)]
        bundle = {"resourceType": "Bundle", "id": self.id, "type": "collection", "entry": entry}
        return PracticePatient(self.id, self.name, story, shows, bundle)

    def _url(self, resource: Resource) -> str:
        base = self.elsewhere.get(resource["id"], BASE)
        return f"{base}/{resource['resourceType']}/{resource['id']}"


def _without_nothing(resource: Resource) -> Resource:
    return {key: value for key, value in resource.items() if value not in (None, [])}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("reference"), str):
            yield part["reference"]
        part = list(part.values())
    if isinstance(part, list):
        for below in part:
            yield from _references(below)
