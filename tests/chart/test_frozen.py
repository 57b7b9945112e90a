"""The quick `dataclass`: equal and hashed by value, and refused by mypy where somebody would change one."""

from dataclasses import is_dataclass, replace
from decimal import Decimal

import pytest

from chart.frozen import cached_property, dataclass
from chart.instructions import Quantity
from chart.terms import Code, Concept


def test_equal_values_are_equal_and_hash_alike():
    one, same = (Quantity(Decimal(number), "mg") for number in ("5", "5.0"))
    assert one == same
    assert {one, same} == {one}
    assert replace(one, unit="g") != one


def test_it_has_slots_and_is_a_dataclass():
    assert is_dataclass(Quantity)
    assert not hasattr(Quantity(), "__dict__")


def test_a_hash_of_its_own_is_kept():
    concept = Concept((Code("a", "1", "one"),), "one")
    assert hash(concept) == hash(Concept((Code("a", "1", "uno"),), "one"))


def test_a_class_that_changes_has_no_hash():
    @dataclass(slots=True)
    class Open:
        number: int

    with pytest.raises(TypeError, match="unhashable"):
        hash(Open(1))


def test_identity_where_equality_is_not_wanted():
    @dataclass(frozen=True, eq=False)
    class Same:
        number: int

    assert Same(1) != Same(1)
    assert len({Same(1), Same(1)}) == 2


def test_mypy_keeps_it_frozen(tmp_path):
    api = pytest.importorskip("mypy.api")
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from chart.terms import Code\n\nCode('a', 'b').code = 'c'\n")
    said, _, status = api.run([str(wrong), "--follow-imports=silent", f"--cache-dir={tmp_path}/cache"])
    assert status == 1
    assert 'Property "code" defined in "Code" is read-only' in said


def test_a_cached_property_is_worked_out_once():
    asked = []

    @dataclass(frozen=True)
    class Sum:
        numbers: tuple

        @cached_property
        def total(self):
            """All of them."""
            asked.append(self.numbers)
            return sum(self.numbers)

    one, other = Sum((1, 2)), Sum((3,))
    assert [one.total, one.total, other.total, one.total] == [3, 3, 3, 3]
    assert asked == [(1, 2), (3,)]
    assert Sum.total.__doc__ == "All of them."
