"""A small catalogue for these tests: rules of the real one, and stand-ins for rules about orders."""

from chart.medications import DrugClass
from rules.complex_patients import self_harm_question
from rules.planned_visits import agreement, benzodiazepine, drug_test_due, long_term_therapy, naloxone, pdmp
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Source, Status

AT_ORDERS = frozenset({Hook.ORDER_SELECT, Hook.ORDER_SIGN})
SOURCE = Source("A guideline", "page 1", "https://example.org/guideline")


def about_drafts(rule_id, says, *, priority=Priority.ROUTINE, **more):
    """A rule that is indicated where `says(draft)` is true of a draft that is judged."""

    def evaluate(case):
        found = [draft for draft in case.chart.judged_drafts if says(draft)]
        if not found:
            return Guidance(Status.NOT_INDICATED, (Reason("No such draft"),))
        return Guidance(Status.INDICATED, tuple(Reason.of(f"Ordered: {d.display}", (d,)) for d in found))

    return Rule(
        id=rule_id,
        block=more.pop("block", Block.ORDERS),
        title=more.pop("title", f"Order rule {rule_id}"),
        advice="Consider this before signing.",
        source=SOURCE,
        needs=frozenset({"MedicationRequest"}),
        also_reads=more.pop("also_reads", frozenset({"Condition"})),
        evaluate=evaluate,
        priority=priority,
        hooks=AT_ORDERS,
        **more,
    )


def is_opioid(draft):
    return draft.is_any(DrugClass.OPIOID)


def is_sedative(draft):
    return draft.is_any(DrugClass.BENZODIAZEPINE)


# Whatever real rules come to read: this one reads problems and tasks at a visit.
READER = Rule(
    id="ZZ-01",
    block=Block.PLANNED_VISITS,
    title="A rule that finds nothing",
    advice="Nothing to do.",
    source=SOURCE,
    needs=frozenset({"Condition"}),
    also_reads=frozenset({"Task"}),
    evaluate=lambda case: Guidance(Status.NOT_INDICATED, (Reason("Nothing found"),)),
    hooks=frozenset({Hook.PATIENT_VIEW}),
)
ORDER_RULES = (
    about_drafts("OR-06", is_opioid, title="Supply over 7 days"),
    about_drafts("OR-08", is_opioid, title="Naloxone with this order", priority=Priority.HIGH),
    about_drafts("OR-11", is_sedative, title="Opioid and a sedating medicine", priority=Priority.SAFETY),
)
RULES = (
    READER,
    long_term_therapy.RULE,
    benzodiazepine.RULE,
    naloxone.RULE,
    agreement.RULE,
    pdmp.RULE,
    drug_test_due.RULE,
    self_harm_question.RULE,
    *ORDER_RULES,
)
