"""The options a referral prompt offers, from the clinic's own directory."""

from collections.abc import Callable, Iterable

from rules.case import Case
from rules.resource import SETTINGS, Resource
from rules.rule import Option

NOTHING_ENTERED = "no service entered in the clinic's directory yet"


def options(case: Case, kind: str, *, first: Callable[[Resource], bool] | None = None) -> tuple[Option, ...]:
    """The directory's services of this kind: `first` ones before others, then by setting, then by language.

    Language sorts and never hides: an interpreter can help where no service speaks it.
    """
    found = [r for r in case.policy.resources if r.kind == kind]
    language = case.chart.patient.language
    found.sort(
        key=lambda r: (not (first and first(r)), SETTINGS.index(r.setting), not speaks(r, language), r.name)
    )
    listed = tuple(_option(r, language) for r in found)
    return listed or tuple(Option(setting, _route(setting), detail=NOTHING_ENTERED) for setting in SETTINGS)


def speaks(resource: Resource, language: str) -> bool:
    """Unknown on either side counts as yes."""
    if not language or not resource.languages:
        return True
    return language.partition("-")[0].lower() in {tag.partition("-")[0].lower() for tag in resource.languages}


def _option(resource: Resource, language: str) -> Option:
    told = [resource.detail, "prescribes buprenorphine" if resource.prescribes_buprenorphine else ""]
    told += [f"languages: {', '.join(resource.languages)}" if resource.languages else ""]
    told += [] if speaks(resource, language) else ["an interpreter is needed"]
    return Option(resource.setting, resource.name, resource.contact, "; ".join(t for t in told if t))


def _route(setting: str) -> str:
    return {"in this clinic": "A colleague in this clinic", "community": "A service in the community"}.get(
        setting, "A telehealth service"
    )


def named(case: Case, name: str, kinds: Iterable[str]) -> Resource | None:
    """The directory's entry behind an option."""
    return next((r for r in case.policy.resources if r.name == name and r.kind in set(kinds)), None)
