"""The catalogue of rules for people and programs: `previsit rules`, docs/rules.md."""

from collections.abc import Iterator
from typing import Any

from cds.policy_text import shown
from chart.when import day_in_words
from rules.catalogue import RULES
from rules.policy import Policy, described
from rules.rule import Rule, Source


def catalogue_json(policy: Policy) -> list[dict[str, Any]]:
    return [_rule_json(rule, policy) for rule in RULES]


def catalogue_text(policy: Policy) -> str:
    return "\n".join(line for rule in RULES for line in _rule_lines(rule, policy))


def catalogue_markdown(policy: Policy) -> str:
    """docs/rules.md, whole; a test keeps the file equal to this."""
    return "\n".join(_markdown(policy)) + "\n"


def thresholds(rule: Rule, policy: Policy) -> dict[str, str]:
    """Setting -> the value in force with its unit, of every policy setting the rule reads."""
    known = {name: (value, unit) for name, value, _, unit, _ in described(policy)}
    return {name: shown(*known[name]) for name in rule.policy}


def _rule_json(rule: Rule, policy: Policy) -> dict[str, Any]:
    return {
        "id": rule.id,
        "block": rule.block.value,
        "title": rule.title,
        "advice": rule.advice,
        "priority": rule.priority.value,
        "owner": rule.owner.value,
        "hooks": sorted(hook.value for hook in rule.hooks),
        "needs": sorted(rule.needs),
        "also_reads": sorted(rule.also_reads),
        "thresholds": thresholds(rule, policy),
        "is_referral": rule.is_referral,
        "source": _source_json(rule.source),
        "further_sources": [_source_json(source) for source in rule.further_sources],
    }


def _source_json(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "locator": source.locator,
        "url": source.url,
        "grade": source.grade,
        "reviewed": source.reviewed.isoformat(),
        "doubt": source.doubt,
    }


def _rule_lines(rule: Rule, policy: Policy) -> Iterator[str]:
    yield f"{rule.id}  {rule.title}  [{rule.block.value}]"
    yield f"    {rule.advice}"
    yield f"    reads {', '.join(sorted(rule.reads))}; spoken at {', '.join(sorted(h.value for h in rule.hooks))}"
    for name, value in thresholds(rule, policy).items():
        yield f"    {name} = {value}"
    yield f"    {rule.source.title}, {rule.source.locator} ({rule.source.url})"


def _markdown(policy: Policy) -> Iterator[str]:
    yield "# The rules"
    yield ""
    yield "Made from the catalogue by `make docs`; do not edit by hand. Thresholds are the defaults; a clinic's"
    yield "policy may change them, and `previsit rules --policy FILE` prints those in force."
    block = None
    for rule in RULES:
        if rule.block is not block:
            block = rule.block
            yield from ("", f"## {block.value}")
        yield from ("", f"### {rule.id} {rule.title}", "", rule.advice, "")
        yield f"- Reads: {', '.join(sorted(rule.needs))}" + (
            f"; where offered: {', '.join(sorted(rule.also_reads))}" if rule.also_reads else ""
        )
        if values := thresholds(rule, policy):
            yield f"- Thresholds: {'; '.join(f'`{name}` {value}' for name, value in values.items())}"
        yield f"- Owner: {rule.owner.value}. Priority: {rule.priority.value}."
        for source in (rule.source, *rule.further_sources):
            yield f"- Source: [{source.title}]({source.url}), {source.locator}" + _graded(source)


def _graded(source: Source) -> str:
    grade = f", {source.grade}" if source.grade else ""
    doubt = f" {source.doubt}" if source.doubt else ""
    return f"{grade}. Reviewed {day_in_words(source.reviewed)}.{doubt}"
