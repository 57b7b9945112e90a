"""The patients of the practice as the soak knows them: what must be on their own pages, and on nobody else's."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    mrn: str
    is_of_concern: bool = True  # below that the services at a visit may be silent (rules/concern.py)

    @property
    def words(self):
        """Whatever tells that something is about this patient: every id of a record begins with theirs."""
        return (self.id, self.name, self.mrn)


@dataclass(frozen=True)
class Practice:
    people: tuple[Person, ...]
    pattern: re.Pattern = field(init=False, repr=False)

    def __post_init__(self):
        words = sorted((re.escape(w) for one in self.people for w in one.words), key=len, reverse=True)
        object.__setattr__(self, "pattern", re.compile("|".join(words)))

    def others_in(self, text, own):
        """Words of other patients in a text about one; found by one pass over it."""
        return sorted(set(self.pattern.findall(text)) - set(own.words))
