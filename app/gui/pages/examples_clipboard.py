"""Rows between the table and spreadsheets: text with tabs, quoted where a cell needs it."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt

from editing.errors import ExampleError
from editing.examples import Example, Kind, example_from_row

_HEADER = ("prefix", "suffix", "other")


def text_from_cells(cells: Mapping[tuple[int, int], QModelIndex]) -> str:
    """Write selected cells as rows with tabs; unselected cells between them are empty."""
    rows = sorted({row for row, _ in cells})
    columns = sorted({column for _, column in cells})
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    for row in rows:
        writer.writerow(_plain(cells.get((row, column))) for column in columns)
    return text.getvalue()


def rows_from_text(text: str) -> list[Example]:
    """Read pasted rows: JSON objects a line, or cells with tabs in the table's order.

    A first cell that is the name of a kind is taken as one, and a header row is left out.
    """
    if text.lstrip().startswith("{"):
        return _json_rows(text)
    cells = [row for row in csv.reader(io.StringIO(text), delimiter="\t") if any(row)]
    if cells and any(cell.strip().lower() in _HEADER for cell in cells[0]):
        del cells[0]
    return [_example(row) for row in cells]


def _json_rows(text: str) -> list[Example]:
    examples: list[Example] = []
    for line in filter(str.strip, text.splitlines()):
        try:
            record: Any = json.loads(line)
            examples.append(example_from_row(record))
        except (json.JSONDecodeError, AttributeError) as error:
            raise ExampleError("The clipboard holds no rows that can be read.") from error
    return examples


def _example(cells: Sequence[str]) -> Example:
    kinds = {name: kind for kind in Kind for name in (kind.label.casefold(), str(kind))}
    kind = kinds.get(cells[0].strip().casefold())
    texts = [*(cells[1:] if kind else cells), "", ""]
    other = texts[2] or None
    if kind is Kind.DECREASE and not texts[1]:
        return Example(texts[0], texts[2], kind=kind)
    if kind is not None and kind.needs_pair:
        other = texts[2]
    elif kind is not None:
        other = None
    return Example(texts[0], texts[1], other, kind)


def _plain(index: QModelIndex | None) -> str:
    if index is None:
        return ""
    text = index.data(Qt.ItemDataRole.EditRole)
    return str(text if text else index.data() or "") if index.column() else str(index.data() or "")
