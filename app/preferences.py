"""What the person prefers, kept as one JSON file in the data folder."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, cast, get_args

from editing.errors import EditingError

Appearance = Literal["system", "light", "dark", "high-contrast"]
Density = Literal["comfortable", "compact"]
AfterRestart = Literal["pause", "continue"]
Device = Literal["cpu", "cuda", "mps", "auto", "spread"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
FORMAT_VERSION = 1
SMALLEST_ZOOM, LARGEST_ZOOM = 85, 150
SHORTEST_WINDOW, LONGEST_WINDOW = 64, 1_000_000


_WORDS: dict[str, tuple[str, ...]] = {
    "appearance": get_args(Appearance),
    "density": get_args(Density),
    "device": get_args(Device),
    "queue_after_restart": get_args(AfterRestart),
    "log_level": get_args(LogLevel),
}
_SWITCHES = (
    "reduced_motion",
    "keep_awake",
    "confirm_leaving",
    "confirm_deleting",
    "restore_session",
    "pause_queue_on_failure",
)


class PreferencesError(EditingError):
    """The preferences file cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The person's choices; `dataclasses.replace` changes one."""

    appearance: Appearance = "system"
    zoom_percent: int = 100
    density: Density = "comfortable"
    reduced_motion: bool = False
    model_cache: str = ""
    """Where downloaded models are kept; empty leaves it to the system."""
    device: Device = "cpu"
    threads: int | None = None
    """Threads of the engine; None leaves one core to the window."""
    keep_awake: bool = True
    """Whether the computer is kept from falling asleep while a job runs."""
    queue_after_restart: AfterRestart = "pause"
    pause_queue_on_failure: bool = False
    """Whether the runs behind a failed one wait until they are let go on."""
    confirm_leaving: bool = True
    """Whether closing the window over a running job asks first."""
    confirm_deleting: bool = True
    restore_session: bool = True
    log_level: LogLevel = "INFO"
    base_pass_cache_bytes: int = 4 * 1024**3
    """How much of the disk the passes of untouched models may take."""
    longest_window: int = 2048
    """Tokens that general texts are read by, where a model's context is longer."""
    last_page: str = "home"
    others: dict[str, Any] = field(default_factory=dict[str, Any])
    """Entries of the file that this version does not know, written back as they were."""

    def __post_init__(self) -> None:
        """Refuse values that no form could give."""
        for name, words in _WORDS.items():
            _check(name, getattr(self, name) in words, " or ".join(words))
        for name in _SWITCHES:
            _check(name, isinstance(getattr(self, name), bool), "true or false")
        for name in ("last_page", "model_cache"):
            _check(name, isinstance(getattr(self, name), str), "a text")
        _check(
            "zoom_percent",
            _is_whole(self.zoom_percent, SMALLEST_ZOOM) and self.zoom_percent <= LARGEST_ZOOM,
            f"a whole number from {SMALLEST_ZOOM} to {LARGEST_ZOOM}",
        )
        _check(
            "threads",
            self.threads is None or _is_whole(self.threads, 1),
            "a whole number from 1, or null",
        )
        _check(
            "base_pass_cache_bytes",
            _is_whole(self.base_pass_cache_bytes, 0),
            "a whole number from 0",
        )
        _check(
            "longest_window",
            _is_whole(self.longest_window, SHORTEST_WINDOW)
            and self.longest_window <= LONGEST_WINDOW,
            f"a whole number from {SHORTEST_WINDOW} to {LONGEST_WINDOW}",
        )


def load_preferences(folder: Path) -> Preferences:
    """Read the preferences of a data folder; the defaults where none were saved.

    Raises:
        PreferencesError: The file is damaged, out of range or of a newer version.
    """
    path = preferences_file(folder)
    if not path.exists():
        return Preferences()
    try:
        return _from_record(_read(path))
    except (ValueError, PreferencesError) as error:
        raise PreferencesError(
            f"{path} cannot be used: {error}. Mend it, or delete it to start from the defaults."
        ) from error


def save_preferences(preferences: Preferences, folder: Path) -> None:
    """Write the preferences so that a crash leaves either the old file or the new one."""
    own = asdict(preferences)
    record = {**own.pop("others"), "format": FORMAT_VERSION, **own}
    path = preferences_file(folder)
    number, name = tempfile.mkstemp(dir=folder, prefix=path.name, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=2, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def preferences_file(folder: Path) -> Path:
    """Return where a data folder keeps the preferences."""
    return folder / "preferences.json"


def _read(path: Path) -> dict[str, Any]:
    record: object = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise PreferencesError("it holds no JSON object")
    return cast("dict[str, Any]", record)


def _from_record(record: dict[str, Any]) -> Preferences:
    version = record.pop("format", 1)
    if not _is_whole(version, 1):
        raise PreferencesError(f"its format is {version!r}, which is no version")
    if version > FORMAT_VERSION:
        raise PreferencesError(
            f"it was written by a newer Exemplar (format {version}; this one reads up to "
            f"{FORMAT_VERSION})"
        )
    known = {each.name for each in fields(Preferences)} - {"others"}
    others = {name: value for name, value in record.items() if name not in known}
    return Preferences(**{name: record[name] for name in known & record.keys()}, others=others)


def _check(name: str, holds: bool, wanted: str) -> None:
    if not holds:
        raise PreferencesError(f"{name} has to be {wanted}")


def _is_whole(value: object, at_least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= at_least
