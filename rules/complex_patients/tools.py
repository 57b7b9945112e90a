"""The tools a team asks with: which rules speak of their results, and which are to be asked now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rules.case import Case
from rules.complex_patients import results
from rules.complex_patients.alcohol import ANY_BUT_NEVER, alcohol_screens
from rules.complex_patients.anxiety import anxiety_screen
from rules.complex_patients.depression import PHQ2_POSITIVE, full_screen
from rules.complex_patients.instruments import PHQ2, SINGLE_QUESTION, TAPS_ALCOHOL, TAPS_DRUGS, TAPS_MEDICINES
from rules.complex_patients.results import Result
from rules.complex_patients.scores import Screen, State, screen
from rules.complex_patients.substances import ONCE, dast_screen
from rules.complex_patients.trauma import trauma_screen
from rules.rule import Assessment, Status

Screens = Callable[[Case], tuple[Screen, ...]]


@dataclass(frozen=True, slots=True)
class Tool:
    """`screens` for tools with a cut-off, of which the policy chooses; `tell` for the others."""

    name: str
    rules: tuple[str, ...]  # whose guidance its result changes, the closest first
    screens: Screens | None = None
    tell: Callable[[Case], tuple[Result, ...]] = results.of_numbers
    policy_names: tuple[str, ...] = ()  # as policy.tools_in_use has it, where that is not the name

    def results(self, case: Case) -> tuple[Result, ...]:
        """What the chart of this case says by this tool, scored as the rules score it."""
        if self.screens is None:
            return self.tell(case)
        return tuple(results.of_screen(s) for s in self.screens(case) if s.state is not State.NONE)

    def is_used_by(self, tools_in_use: Iterable[str]) -> bool:
        """By the policy's list; those that rules ask for are used by every clinic."""
        names = set(self.policy_names or (self.name,))
        return self.screens is None or not names.isdisjoint(tools_in_use)

    def is_current(self, case: Case) -> bool:
        """A result on file that is not due again within the policy's lead time."""
        found = [s for s in self.screens(case) if s.state is not State.NONE] if self.screens else []
        is_done = all(s.state in (State.POSITIVE, State.NEGATIVE) for s in found)
        lead = case.policy.lead_days
        return (
            bool(found)
            and is_done
            and all(not s.due_on or (s.due_on - case.as_of).days > lead for s in found)
        )


def _taps(case: Case) -> tuple[Screen, ...]:
    return (
        screen(case, TAPS_ALCOHOL, ANY_BUT_NEVER),
        screen(case, TAPS_DRUGS, ONCE),
        screen(case, TAPS_MEDICINES, ONCE),
    )


_MOOD, _CARE = ("CX-01", "CX-02"), "RF-01"
_TAPS_NAMES = (TAPS_ALCOHOL.name, TAPS_DRUGS.name, TAPS_MEDICINES.name)
TOOLS: tuple[Tool, ...] = (
    Tool("PEG", ("PV-02", "PV-03"), tell=results.of_peg),
    Tool("PHQ-2", (*_MOOD, _CARE), lambda case: (screen(case, PHQ2, PHQ2_POSITIVE),)),
    Tool("PHQ-9", (*_MOOD, _CARE), lambda case: (full_screen(case),)),
    Tool("GAD-7", ("CX-03", _CARE), lambda case: (anxiety_screen(case),)),
    Tool("PC-PTSD-5", ("CX-04", _CARE), lambda case: (trauma_screen(case),)),
    Tool("AUDIT-C", ("CX-05", _CARE), lambda case: alcohol_screens(case)[:1]),
    Tool("AUDIT", ("CX-05", _CARE), lambda case: alcohol_screens(case)[1:]),
    Tool("single drug question", ("CX-06", _CARE), lambda case: (screen(case, SINGLE_QUESTION, ONCE),)),
    Tool("TAPS part 1", ("CX-05", "CX-06", _CARE), _taps, policy_names=_TAPS_NAMES),
    Tool("DAST-10", ("CX-06", _CARE), lambda case: (dast_screen(case),)),
    Tool("C-SSRS", ("CX-09", "CX-02"), tell=results.of_suicide_screen),
    Tool("DSM-5 criteria", ("CX-07", "RF-02"), tell=results.of_criteria),
    Tool("COMM", ("CX-07", "PV-09")),
    Tool("Opioid Risk Tool", ("PV-09",)),
)
BY_NAME = {tool.name: tool for tool in TOOLS}
# The tools that answer a rule's question, in the order in which they are asked.
_ASKED_BY: dict[str, tuple[str, ...]] = {
    "PV-02": ("PEG",),
    "CX-01": ("PHQ-2", "PHQ-9"),
    "CX-02": ("C-SSRS",),
    "CX-03": ("GAD-7",),
    "CX-04": ("PC-PTSD-5",),
    "CX-05": ("AUDIT-C", "AUDIT"),
    "CX-06": ("single drug question", "TAPS part 1", "DAST-10"),
    "CX-07": ("DSM-5 criteria",),
    "CX-09": ("C-SSRS",),
}
_DUE = frozenset({Status.INDICATED, Status.UPCOMING, Status.UNDETERMINED})


def to_ask(case: Case, assessment: Assessment) -> tuple[str, ...]:
    """The names of the tools that the policy uses and that are due, or not on file, for what this rule asks."""
    found = [BY_NAME[name] for name in _ASKED_BY.get(assessment.rule.id, ())]
    return tuple(tool.name for tool in found if _is_due(case, tool, assessment.status))


def _is_due(case: Case, tool: Tool, status: Status) -> bool:
    if tool.screens is None and tool.name != "PEG":
        return status is Status.INDICATED
    if status not in _DUE or not tool.is_used_by(case.policy.tools_in_use) or tool.is_current(case):
        return False
    # The PHQ-9 begins with the two questions of the PHQ-2.
    return tool.name != "PHQ-2" or not BY_NAME["PHQ-9"].is_current(case)
