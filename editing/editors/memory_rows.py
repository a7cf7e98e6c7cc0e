"""Rows of a memory as text: what is wanted of a prompt, since when, and whether it counts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from editing.errors import EditingError
from editing.examples import JSON, Example, Kind


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """One edit of the memory."""

    id: str
    prefix: str
    suffix: str
    other_suffix: str | None
    kind: Kind
    time: str
    """When it was written, ISO 8601, UTC."""
    enabled: bool = True

    @property
    def text(self) -> str:
        """The edit as one line, as a reader would be told of it."""
        first, second = self.prefix + self.suffix, self.other_suffix or ""
        return {
            Kind.INCREASE: first,
            Kind.DECREASE: f"Not: {first}",
            Kind.BALANCE: f"Either: {first} / {second.strip()}",
            Kind.PREFER: f"{first}, not{second}",
        }[self.kind]

    @property
    def example(self) -> Example:
        """The row as an example again."""
        return Example(self.prefix, self.suffix, self.other_suffix, self.kind, id=self.id)

    def to_json(self) -> dict[str, JSON]:
        """The row as plain values."""
        return {
            "id": self.id,
            "time": self.time,
            "text": self.text,
            "prefix": self.prefix,
            "suffix": self.suffix,
            "other_suffix": self.other_suffix,
            "kind": str(self.kind),
            "enabled": self.enabled,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, JSON]) -> "MemoryRow":
        """Read what `to_json` made.

        Raises:
            EditingError: Something is missing or of the wrong kind.
        """
        try:
            other = values["other_suffix"]
            return cls(
                id=str(values["id"]),
                prefix=str(values["prefix"]),
                suffix=str(values["suffix"]),
                other_suffix=None if other is None else str(other),
                kind=Kind(str(values["kind"])),
                time=str(values["time"]),
                enabled=bool(values["enabled"]),
            )
        except (KeyError, ValueError) as error:
            raise EditingError(
                f"A row of the memory cannot be read ({error}). It needs id, time, prefix, suffix, "
                "other_suffix, kind and enabled."
            ) from error


def new_rows(examples: Sequence[Example]) -> tuple[MemoryRow, ...]:
    """Write examples whose kind is known as rows of now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return tuple(
        MemoryRow(
            id=example.id,
            prefix=example.prefix,
            suffix=example.suffix,
            other_suffix=example.other_suffix,
            kind=example.kind or Kind.INCREASE,
            time=now,
        )
        for example in examples
    )


def rows_as_lines(rows: Sequence[MemoryRow]) -> str:
    """Write rows as JSONL."""
    return "".join(json.dumps(row.to_json(), ensure_ascii=False) + "\n" for row in rows)


def rows_from_lines(text: str) -> tuple[MemoryRow, ...]:
    """Read what `rows_as_lines` wrote, or the `memory.jsonl` of an exported model.

    Raises:
        EditingError: A line is no row; it is named.
    """
    rows: list[MemoryRow] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            rows.append(MemoryRow.from_json(cast("dict[str, JSON]", json.loads(line))))
        except (EditingError, ValueError, TypeError) as error:
            raise EditingError(f"Line {number} of the memory is no row. {error}") from error
    return tuple(rows)
