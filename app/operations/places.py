"""Where the verbs keep things: the library and the cache of base passes. Torch-free."""

from pathlib import Path

from app import paths
from app.preferences import load_preferences
from editing.library.index import Library


def open_library(data_dir: str | None) -> Library:
    """Open the library of a data folder.

    Raises:
        LibraryError: It is damaged, locked, or of a newer version.
    """
    return Library(paths.data_folder(data_dir))


def base_pass_cache(data_dir: str | None) -> tuple[Path, int]:
    """Return the folder of base passes and how many bytes it may take."""
    preferences = load_preferences(paths.data_folder(data_dir))
    return paths.cache_folder(data_dir) / "base-passes", preferences.base_pass_cache_bytes


def longest_window(data_dir: str | None) -> int:
    """Return how many tokens general texts are read by, where a model's context is longer."""
    return load_preferences(paths.data_folder(data_dir)).longest_window


def samples_folder(data_dir: str | None) -> Path:
    """Return the folder of texts sampled from models."""
    folder = paths.cache_folder(data_dir) / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def learnt_folder(data_dir: str | None, name: str) -> Path:
    """Return the folder of what a method has learnt once for all its fits."""
    folder = paths.data_folder(data_dir) / "learnt" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
