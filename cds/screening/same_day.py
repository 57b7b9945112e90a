"""What cannot wait, by the rules, from the answers of one form alone: also when the rest of it is unfinished."""

from datetime import date

from cds.screening.answers import Answers
from cds.screening.forms import CHOICE, Form, Question
from cds.screening.resources import Sitting, chart_of_answers, resources_of
from chart.records import Chart
from rules.case import Case
from rules.catalogue import RULES
from rules.policy import Policy
from rules.referrals.directory import options
from rules.resource import BEHAVIOURAL_HEALTH
from rules.rule import Assessment, Option, Priority, Rule, Status

_SAFETY = tuple(rule for rule in RULES if rule.priority is Priority.SAFETY)


def same_day(case: Case, form: Form) -> tuple[Assessment, ...]:
    """The safety rules that this form's answers speak to and that ask for something today."""
    found = (rule.assess(case) for rule in safety_rules(form))
    return tuple(a for a in found if a.status is Status.INDICATED and a.priority is Priority.SAFETY)


def safety_rules(form: Form) -> tuple[Rule, ...]:
    return tuple(rule for rule in _SAFETY if form.may_need_help_today and rule.id in form.tool.rules)


def same_day_of(answers: Answers, on: date, policy: Policy) -> tuple[Assessment, ...]:
    """For answers that nobody has kept yet."""
    if not answers.form.may_need_help_today or not answers.given:
        return ()
    chart = chart_of_answers(resources_of(answers, _nobodys(on)), on, "")
    return same_day(Case(chart, policy), answers.form)


def opens_at_once(form: Form, policy: Policy) -> dict[str, frozenset[int]]:
    """For each question the places of the answers that ask for something today, whatever else is answered."""
    if not form.may_need_help_today:
        return {}
    asked = {q.name: _urgent_places(form, q, policy) for q in form.questions if q.kind == CHOICE}
    return {name: places for name, places in asked.items() if places}


def contacts(case: Case) -> tuple[Option, ...]:
    """Whom the clinic's policy names for help of this kind."""
    return options(case, BEHAVIOURAL_HEALTH)


def contacts_for(chart: Chart, policy: Policy) -> tuple[Option, ...]:
    return contacts(Case(chart, policy))


def _urgent_places(form: Form, question: Question, policy: Policy) -> frozenset[int]:
    day = date(2000, 1, 1)  # any: the answers are of the day on which they are judged
    return frozenset(
        place
        for place in range(len(question.options))
        if same_day_of(Answers(form, {question.name: place}), day, policy)
    )


def _nobodys(on: date) -> Sitting:
    return Sitting("", on, "", "", "")
