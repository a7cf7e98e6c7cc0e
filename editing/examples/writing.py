"""Example files out: the published keys, each row's own metadata in its place."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from editing.errors import ExampleError
from editing.examples.example import JSON, Example
from editing.examples.rows import row_from_example
from editing.examples.text_files import write_text


def write_examples(path: Path, examples: Sequence[Example]) -> None:
    """Write examples as `.jsonl`, `.csv` or `.tsv`, by the file's ending.

    Raises:
        ExampleError: The ending is another, or the place cannot be written.
    """
    rows = [row_from_example(example) for example in examples]
    ending = path.suffix.lower()
    if ending == ".jsonl":
        write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    elif ending in (".csv", ".tsv"):
        write_text(path, _table(rows, "," if ending == ".csv" else "\t"))
    else:
        raise ExampleError(f"{path.name} is of no known kind. Write .jsonl, .csv or .tsv.")


def _table(rows: Sequence[dict[str, JSON]], delimiter: str) -> str:
    """Every cell stands in quotes: programs that trim bare cells would eat leading spaces."""
    header = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(row.get(key, "")) for key in header] for row in rows)
    return text.getvalue()


def _cell(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
