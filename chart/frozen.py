"""`dataclass` and `cached_property` for what is made by the hundred for every chart: frozen for mypy, and quick.

The library's own frozen classes set each field through `object.__setattr__`, at five times the cost of setting it;
its cached properties take a lock at each first look (Python 3.11), where here the same answer may be found twice.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
    from functools import cached_property
else:
    import dataclasses

    def dataclass(*, frozen=False, eq=True, **options):
        """As dataclasses.dataclass; a frozen class has its equality and hash by value, and mypy keeps it frozen."""

        def made(cls):
            hashes = frozen and eq and "__hash__" not in vars(cls)
            return dataclasses.dataclass(cls, eq=eq, unsafe_hash=hashes, **options)

        return made

    class cached_property:
        def __init__(self, work):
            self._work, self.__doc__ = work, work.__doc__

        def __set_name__(self, _owner, name):
            self._name = name

        def __get__(self, instance, _owner=None):
            """Asked once: what it leaves in the instance's own dictionary is found before it is asked again."""
            if instance is None:
                return self
            found = vars(instance)[self._name] = self._work(instance)
            return found


__all__ = ["cached_property", "dataclass"]
