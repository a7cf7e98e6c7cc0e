"""Names in a model's folder, none of which may lead out of it."""

import re
from pathlib import Path

from editing.errors import EditingError

READ = re.compile(r".*\.(?:json|safetensors|bin|txt|model|jinja)")
"""What is ever opened of a model's folder."""
_TEMPLATES = "additional_chat_templates"
"""A folder that transformers reads with every tokenizer."""
_PLAIN = re.compile(r"[^/\\:]+")


def safe_file(folder: Path, name: str, *, named_by: str = "") -> Path:
    """Return a file of a model's folder.

    A link may lead to another place of the folder, or, in the hub's cache, to the blobs that belong
    to it; nowhere else.

    Args:
        folder: The model's folder.
        name: The file's name.
        named_by: The file of the folder that names it.

    Raises:
        EditingError: The name, or the link behind it, leads out of the folder.
    """
    path = folder / name
    if not _PLAIN.fullmatch(name) or name in {".", ".."}:
        raise EditingError(
            f"{folder / named_by} names a file outside of the model's folder ({name}). Such a "
            "folder is not opened; fetch the model again from where it was published."
        )
    _check_place(folder, path)
    return path


def check_links(folder: Path) -> None:
    """Refuse a folder of which a file that would be read is a link that leads out of it.

    Raises:
        EditingError: There is one.
    """
    for path in sorted(folder.iterdir()):
        if path.is_symlink() and (READ.fullmatch(path.name) or path.name == _TEMPLATES):
            safe_file(folder, path.name)
    for path in sorted((folder / _TEMPLATES).glob("*")):
        if path.is_symlink():
            _check_place(folder, path)


def _check_place(folder: Path, path: Path) -> None:
    real = path.resolve()
    if not any(real.is_relative_to(root) for root in _roots(folder.resolve())):
        raise EditingError(
            f"{path} is a link that leads out of the model's folder. Such a folder is not opened; "
            "put the file itself there."
        )


def _roots(folder: Path) -> list[Path]:
    """Where files of a folder may lie; a snapshot in the hub's cache consists of links to blobs."""
    model = folder.parent.parent
    if folder.parent.name == "snapshots" and model.name.startswith("models--"):
        return [folder, model / "blobs", model.parent / "blobs"]
    return [folder]
