"""`dataclass` for what is made by the hundred for every chart: frozen to the type checker, and quick to make.

The library's own frozen classes set each field through `object.__setattr__`, at five times the cost of setting it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    def dataclass(*, frozen=False, eq=True, **options):
        """As dataclasses.dataclass; a frozen class has its equality and hash by value, and mypy keeps it frozen."""

        def made(cls):
            hashes = frozen and eq and "__hash__" not in vars(cls)
            return dataclasses.dataclass(cls, eq=eq, unsafe_hash=hashes, **options)

        return made


__all__ = ["dataclass"]
