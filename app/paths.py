"""Where the program keeps things: one folder per user, or the one the person names."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_data_path

_NAME = "exemplar"


def data_folder(override: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder that holds everything, created where it is not there yet.

    Args:
        override: The value of `--data-dir`; without it EXEMPLAR_DATA_DIR counts, then the per-user
            data directory of the system.
    """
    chosen = override or os.environ.get("EXEMPLAR_DATA_DIR")
    return _created(Path(chosen).expanduser().resolve() if chosen else _default_data_folder())


def library_file(override: str | os.PathLike[str] | None = None) -> Path:
    """Return the library's database file, which may not be there yet."""
    return data_folder(override) / "library.db"


def edits_folder(override: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of saved edits, one folder each."""
    return _created(data_folder(override) / "edits")


def jobs_folder(override: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of jobs, one folder each."""
    return _created(data_folder(override) / "jobs")


def trash_folder(override: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder where deleted things wait for an undo."""
    return _created(data_folder(override) / "trash")


def logs_folder(override: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of log files."""
    return _created(data_folder(override) / "logs")


def cache_folder(override: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder of what can be computed again: the system's, or inside a chosen folder."""
    data = data_folder(override)
    if data == _default_data_folder():
        return _created(user_cache_path(_NAME, appauthor=False))
    return _created(data / "cache")


def _default_data_folder() -> Path:
    return user_data_path(_NAME, appauthor=False).resolve()


def _created(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
