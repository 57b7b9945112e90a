"""What was answered in one sitting: values by question, and what is still missing of them."""

from dataclasses import dataclass

from cds.screening.forms import CHOICE, YES_NO, Form, Question

Given = int | bool  # the place of the chosen option, yes or no, or a number


@dataclass(frozen=True, slots=True)
class Answers:
    form: Form
    given: dict[str, Given]  # by the question's name; a question that was skipped is not in it

    @property
    def missing(self) -> tuple[Question, ...]:
        """Questions that the tool needs and that are not answered."""
        if self._is_ended:
            return ()
        met = {q.one_of for q in self.form.questions if q.one_of and q.name in self.given}
        found = tuple(
            q for q in self.form.questions
            if q.name not in self.given and not q.is_optional and (not q.one_of or q.one_of not in met)
        )  # fmt: skip
        # A question that only leads to the others has nothing to add once they are all answered.
        return () if [q.is_opening and q.kind == YES_NO for q in found] == [True] else found

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def _is_ended(self) -> bool:
        """The first question ends the form with "no" or "never", unless another answer says otherwise."""
        opening = next((q.name for q in self.form.questions if q.is_opening), "")
        return opening in self.given and not any(self.given.values())

    def words(self, question: Question) -> str:
        """As it was answered: "Several days", "Yes", "7"."""
        value = self.given[question.name]
        if question.kind == CHOICE:
            return question.options[int(value)]
        if question.kind == YES_NO:
            return "Yes" if value else "No"
        return str(value)
