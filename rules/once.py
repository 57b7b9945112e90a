"""A fact about one chart or case is worked out once, kept with it, and gone with it."""

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar


class Keeps(Protocol):
    """A chart or a case: it never changes, so that what was worked out from it stays true."""

    @property
    def worked_out(self) -> dict[object, Any]: ...


Subject = TypeVar("Subject", bound=Keeps)
Rest = ParamSpec("Rest")
Fact = TypeVar("Fact")


def once(
    work: Callable[Concatenate[Subject, Rest], Fact],
) -> Callable[Concatenate[Subject, Rest], Fact]:
    """Several rules ask for the same fact; the first asks, the others are told. The fact must not be changed."""

    def told(subject: Subject, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Fact:
        question = (work, args, *kwargs.items())
        answers: dict[object, Fact] = subject.worked_out
        if question not in answers:
            answers[question] = work(subject, *args, **kwargs)
        return answers[question]

    told.__doc__, told.__name__, told.__wrapped__ = work.__doc__, work.__name__, work  # type: ignore[attr-defined]
    return told
