"""The command line's `rows`: what the edits that answer by rows remember, and changing it."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.cli.progress import ProgressLine
from app.cli.tables import aligned
from app.operations.rows.requests import RowsRequest

Answer = tuple[Mapping[str, Any], list[str]]


def _list(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    return _carried_out(RowsRequest(arguments.name, data_dir=arguments.data_dir), progress)


def _switch(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    request = RowsRequest(
        edit=arguments.name,
        on=tuple(arguments.on),
        off=tuple(arguments.off),
        save=arguments.save,
        data_dir=arguments.data_dir,
    )
    return _carried_out(request, progress)


def _import(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    request = RowsRequest(
        edit=arguments.name,
        add=arguments.file,
        save=arguments.save,
        data_dir=arguments.data_dir,
    )
    return _carried_out(request, progress)


def _export(arguments: argparse.Namespace, progress: ProgressLine) -> Answer:
    from app.operations.rows.rows import write_rows

    request = RowsRequest(arguments.name, data_dir=arguments.data_dir)
    count = write_rows(request, Path(arguments.to).expanduser())
    return {"rows": count, "path": arguments.to}, [f"{count} rows are in {arguments.to}."]


def _carried_out(request: RowsRequest, progress: ProgressLine) -> Answer:
    from app.operations.rows.rows import run_rows

    result = run_rows(request, progress.report)
    head = ("id", "on", "kind", "row")
    rows = [(_text(row["id"]), _on(row), _text(row["kind"]), _line(row)) for row in result["rows"]]
    return result, aligned([head, *rows])


def _on(row: Mapping[str, Any]) -> str:
    return "on" if row["enabled"] else "off"


def _line(row: Mapping[str, Any]) -> str:
    """A row as one line; rows of early codebooks say only what they were made of."""
    return " ".join(_text(row.get("text") or row["prefix"] + row["suffix"]).split())


def _text(value: object) -> str:
    return str(value)


ROWS_COMMANDS: dict[str, Callable[[argparse.Namespace, ProgressLine], Answer]] = {
    "rows_list": _list,
    "rows_switch": _switch,
    "rows_import": _import,
    "rows_export": _export,
}
