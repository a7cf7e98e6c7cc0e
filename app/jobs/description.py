"""What the engine said about itself last time, so that forms are there before the engine is."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def load_description(data_folder: Path) -> dict[str, Any] | None:
    """Return the answer to `describe` that this version of the program kept, if any."""
    file = _file(data_folder)
    return json.loads(file.read_text("utf-8")) if file.exists() else None


def save_description(data_folder: Path, description: dict[str, Any]) -> None:
    """Keep an answer to `describe`."""
    file = _file(data_folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(description, ensure_ascii=False), "utf-8")
    part.replace(file)


def _file(data_folder: Path) -> Path:
    return data_folder / f"engine-{_program_version()}.json"


def _program_version() -> str:
    try:
        return version("exemplar")
    except PackageNotFoundError:  # run from its source folder
        return "source"
