"""The forms a team can fill in on the spot, from forms/*.toml: their questions, codes, licence and source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from chart.terms import ACT_CODE, LOINC
from rules.codes import rows
from rules.complex_patients.tools import BY_NAME, Tool

CHOICE, YES_NO, SCALE, NUMBER = "choice", "yes or no", "scale", "number"
SCALE_HIGH = 10
# As people meet them; the rest are results of forms filled in elsewhere.
_ORDER = (
    "peg", "phq-2", "phq-9", "gad-7", "pc-ptsd-5", "audit-c", "single-drug-question", "taps-1", "dsm-5-oud",
    "c-ssrs", "audit", "dast-10", "comm", "ort",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    name: str  # of the field in the form, and in its link id; the LOINC code where it has one
    number: int
    text: str
    kind: str
    options: tuple[str, ...] = ()
    code: str = ""  # LOINC
    short: str = ""
    before: str = ""
    after: str = ""
    least: str = ""
    most_words: str = ""
    most: int = SCALE_HIGH
    is_optional: bool = False
    is_opening: bool = False  # "no" or "never" to it ends the form
    one_of: str = ""  # one answer among the questions of this name is enough

    @property
    def label(self) -> str:
        return self.short or self.text

    @property
    def link_id(self) -> str:
        """As LOINC's own forms write it, so that the code is found again where an item carries none."""
        return f"/{self.code}" if self.code else self.name


@dataclass(frozen=True, slots=True)
class Form:
    id: str
    title: str
    name: str
    tool: Tool
    questions: tuple[Question, ...]
    licence: str
    source: str = ""
    ask: str = ""
    panel: str = ""  # LOINC, as is `total`
    total: str = ""
    observe: str = "total"  # what becomes an Observation: the total, every item, or a panel of them
    also_observed: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()  # sensitivity of what is answered here
    may_need_help_today: bool = False
    is_for_clinician: bool = False
    is_score_entry: bool = False

    def question(self, name: str) -> Question:
        return next(q for q in self.questions if q.name == name)


@cache
def forms() -> Mapping[str, Form]:
    folder = resources.files("cds.screening") / "forms"
    found = (_form(tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))) for name in _ORDER)
    return {form.id: form for form in found}


def forms_of(tool_name: str) -> list[Form]:
    return [form for form in forms().values() if form.tool.name == tool_name]


@cache
def answer_code(words: str) -> str:
    """The LOINC answer code that our tables have for these words, or nothing."""
    return next(
        (r.code for r in rows() if r.group == "answer" and r.system == LOINC and r.display == words), ""
    )


def _form(read: dict[str, Any]) -> Form:
    questions = tuple(_question(q, n, read) for n, q in enumerate(read["question"], 1))
    plain = {key: read[key] for key in _TEXTS & set(read)}
    return Form(
        tool=BY_NAME[read["tool"]],
        questions=questions,
        also_observed=tuple(read.get("also_observed", ())),
        labels=tuple((ACT_CODE, code) for code in read.get("labels", ())),
        **plain,
    )


_TEXTS = {
    "id", "title", "name", "licence", "source", "ask", "panel", "total", "observe", "may_need_help_today",
    "is_for_clinician", "is_score_entry",
}  # fmt: skip


def _question(read: dict[str, Any], number: int, form: dict[str, Any]) -> Question:
    kind = form["kind"]
    options = tuple(read.get("options", form.get("options", ()))) if kind == CHOICE else ()
    plain = {k: v for k, v in read.items() if k not in ("link", "options", "most")}
    most = form.get("most", SCALE_HIGH)
    return Question(
        name=read.get("code") or read["link"],
        number=number,
        kind=kind,
        options=options,
        most=most,
        most_words=read.get("most", ""),
        **plain,
    )
