"""Folders of models among what is dropped on the page."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl

_CONFIG = "config.json"


def models_in(urls: Sequence[QUrl]) -> list[Path]:
    """Find models among what is dropped: a folder, or a file beside a configuration."""
    found: list[Path] = []
    for url in urls:
        path = Path(url.toLocalFile())
        folder = path if path.is_dir() else path.parent
        if url.isLocalFile() and (path.is_dir() or (folder / _CONFIG).is_file()):
            found.append(folder)
    return list(dict.fromkeys(found))
