"""Example files in: JSONL with the published keys, CSV and TSV with a header.

Every bad row is named with its line and the reason.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from editing.errors import ExampleError, RowProblem
from editing.examples.example import Example, Kind
from editing.examples.json_rows import Row, json_rows
from editing.examples.rows import example_from_row, with_kind
from editing.examples.table_rows import table_rows
from editing.examples.text_files import read_text
from editing.examples.thresholds import nats_from_entered


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The good rows of a file and what is wrong with the others."""

    examples: tuple[Example, ...]
    problems: tuple[RowProblem, ...]

    def all_good(self, name: str) -> tuple[Example, ...]:
        """Return the examples of a file that has no bad row.

        Raises:
            ExampleError: It has; the message names each.
        """
        if self.problems:
            count = len(self.problems)
            rows = "row" if count == 1 else "rows"
            named = "; ".join(str(problem) for problem in self.problems)
            raise ExampleError(f"{count} {rows} of {name} cannot be used: {named}.", self.problems)
        return self.examples


def read_examples(
    path: Path,
    *,
    kind: Kind | None = None,
    threshold: float | None = None,
    columns: Mapping[str, str] | None = None,
) -> ReadResult:
    """Read the examples of a `.jsonl`, `.csv` or `.tsv` file.

    Args:
        path: The file.
        kind: For rows without one of their own; None leaves them without.
        threshold: As entered, for rows with a kind and no threshold of their own.
        columns: CSV and TSV: header to field (one of FIELDS, or "" to ride along), where the
            header's own words are not enough.

    Raises:
        ExampleError: The file as a whole cannot be read.
    """
    examples: list[Example] = []
    problems: list[RowProblem] = []
    for line, row in _reader(path, columns or {})(path):
        try:
            examples.append(_with_defaults(_example(row), kind, threshold))
        except ExampleError as error:
            problems.append(RowProblem(line, str(error).removesuffix(".")))
    if not examples and not problems:
        raise ExampleError(f"{path.name} holds no examples.")
    return ReadResult(tuple(examples), tuple(problems))


def read_texts(path: Path) -> list[str]:
    """Read general text: `{"text"}` rows of a `.jsonl`, or one paragraph a line of a text file.

    Raises:
        ExampleError: The file cannot be read, or a row of it has no text.
    """
    if path.suffix.lower() != ".jsonl":
        texts = [line for line in read_text(path).splitlines() if line.strip()]
    else:
        texts = [_text_of(path, line, row) for line, row in json_rows(path)]
    if not texts:
        raise ExampleError(f"{path.name} holds no text.")
    return texts


def _reader(path: Path, columns: Mapping[str, str]) -> Callable[[Path], Iterator[tuple[int, Row]]]:
    ending = path.suffix.lower()
    if ending == ".jsonl":
        return json_rows
    if ending in (".csv", ".tsv"):
        return lambda file: table_rows(file, columns)
    raise ExampleError(f"{path.name} is of no known kind. Examples come as .jsonl, .csv or .tsv.")


def _example(row: Row) -> Example:
    if isinstance(row, str):
        raise ExampleError(row)
    return example_from_row(row)


def _with_defaults(example: Example, kind: Kind | None, threshold: float | None) -> Example:
    if example.kind is None and kind is not None:
        example = with_kind(example, kind)
    if example.kind is None or threshold is None or example.threshold is not None:
        return example
    return replace(example, threshold=nats_from_entered(example.kind, threshold))


def _text_of(path: Path, line: int, row: Row) -> str:
    if isinstance(row, str):
        raise ExampleError(f"Line {line} of {path.name} cannot be used: {row}.")
    text = row.get("text")
    if not isinstance(text, str):
        raise ExampleError(f'Line {line} of {path.name} has no "text". General text needs it.')
    return text
