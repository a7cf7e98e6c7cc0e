"""A report as Markdown, which reads as plain text too."""

from collections.abc import Iterable, Sequence

from app.operations.reports.document import Section
from app.operations.reports.tables import Table


def as_markdown(document: Sequence[Section]) -> str:
    """Write the document."""
    lines: list[str] = []
    for number, section in enumerate(document):
        lines += [f"{'##' if number else '#'} {section.title}", ""]
        for sentence in section.sentences:
            lines += [sentence, ""]
        for picture in section.pictures:
            lines += [f"![{picture.caption}]({picture.name}.svg)", ""]
        for table in section.tables:
            lines += [f"**{table.caption}**", "", *_table(table), ""]
        if section.bullets:
            lines += [*(f"* {bullet}" for bullet in section.bullets), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(table: Table) -> list[str]:
    rows = [table.head, *table.rows]
    widths = [max(len(_cell(row[i])) for row in rows) for i in range(len(table.head))]
    dashes = ["-" * width for width in widths]
    return [
        _line(table.head, widths),
        _line(dashes, widths),
        *(_line(r, widths) for r in table.rows),
    ]


def _line(cells: Iterable[str], widths: Sequence[int]) -> str:
    padded = (_cell(cell).ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
