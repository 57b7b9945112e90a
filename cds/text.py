"""The summary as plain text, for a terminal and for the visit note."""

from cds.outline import outline
from cds.summary import Summary


def as_text(summary: Summary, *, is_full: bool = True) -> str:
    """Every answer with its reasons; not full for the note, where ids and old records would be noise."""
    return (
        "\n".join(
            f"{chr(10) if line.is_heading else ''}{'  ' * line.level}{line}"
            for line in outline(summary, is_full=is_full)
        )
        + "\n"
    )
