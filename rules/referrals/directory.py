"""The options a referral prompt offers, from the clinic's own directory."""

from collections.abc import Callable, Iterable

from rules.case import Case
from rules.resource import COMMUNITY, IN_THIS_CLINIC, KIND_WORDS, SETTINGS, TELEHEALTH, Resource
from rules.rule import Option, Reason

_UNLISTED = {
    IN_THIS_CLINIC: "A colleague",
    COMMUNITY: "A service that the patient can reach",
    TELEHEALTH: "A service by video or telephone",
}


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
    return listed or tuple(Option(setting, _UNLISTED[setting], is_listed=False) for setting in SETTINGS)


def nothing_listed(case: Case, kind: str) -> tuple[Reason, ...]:
    """Said once, beside the ways to go that stand in for services."""
    if any(r.kind == kind for r in case.policy.resources):
        return ()
    return (Reason(f"The clinic's directory has no service for {KIND_WORDS.get(kind, kind)} yet"),)


def speaks(resource: Resource, language: str) -> bool:
    """Unknown on either side counts as yes."""
    if not language or not resource.languages:
        return True
    return language.partition("-")[0].lower() in {tag.partition("-")[0].lower() for tag in resource.languages}


def _option(resource: Resource, language: str) -> Option:
    told = [resource.detail, "prescribes buprenorphine" if resource.prescribes_buprenorphine else ""]
    told += [f"languages: {', '.join(resource.languages)}" if resource.languages else ""]
    told += [] if speaks(resource, language) else ["an interpreter is needed"]
    detail = "; ".join(t for t in told if t)
    return Option(
        resource.setting,
        resource.name,
        resource.contact,
        detail,
        languages=resource.languages,
        reference=resource.reference,
    )


def preferred(
    options: tuple[Option, ...], setting: str, language: str
) -> tuple[tuple[Option, ...], tuple[Option, ...]]:
    """What fits the patient's wishes, and the rest, which stays in reach. Unknown languages fit any wish."""
    fits = tuple(o for o in options if setting in ("", o.kind) and _is_spoken(o, language))
    return fits, tuple(o for o in options if o not in fits)


def _is_spoken(option: Option, language: str) -> bool:
    return not language or not option.languages or language in option.languages


def named(case: Case, name: str, kinds: Iterable[str]) -> Resource | None:
    """The directory's entry behind an option."""
    return next((r for r in case.policy.resources if r.name == name and r.kind in set(kinds)), None)
