"""The rows of a JSONL file, each an object or the reason why it is none."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias, cast

from editing.examples.example import JSON
from editing.examples.text_files import is_utf16, read_bytes, read_text

Row: TypeAlias = dict[str, JSON] | str
"""A row's values, or the reason why it cannot be read."""


def json_rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield line numbers and rows; lines end at line feeds alone, as JSON strings hold others."""
    data = read_bytes(path)
    if is_utf16(data):
        data = read_text(path).encode()
    for line, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if raw.strip():
            yield line, _json_row(raw)


def _json_row(raw: bytes) -> Row:
    try:
        return _object(raw)
    except UnicodeDecodeError:
        return "it is not UTF-8 text"
    except json.JSONDecodeError as error:
        return f"it is not JSON ({error.msg} at column {error.colno})"
    except (ValueError, RecursionError) as error:
        return str(error)


def _object(raw: bytes) -> Row:
    row = json.loads(
        raw.decode("utf-8"),
        object_pairs_hook=_without_repetition,
        parse_float=finite,
        parse_constant=finite,
    )
    if not isinstance(row, dict):
        return 'it is not an object {"prefix": …, "suffix": …}'
    return cast(dict[str, JSON], row)


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"its key {twice} stands there twice")
    return row


def finite(text: str) -> float:
    """Read a number, refusing what JSON cannot hold.

    Raises:
        ValueError: It is no number, not one, or infinite.
    """
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number that can be kept")
    return value
