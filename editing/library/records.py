"""`edit.json`: what an edit folder says about itself, with its own checksum. Torch-free."""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from editing.errors import LibraryError

FORMAT = 1
RECORD, TENSORS = "edit.json", "edit.safetensors"
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,79}")


def new_edit_id() -> str:
    """Return an id no other edit has; ids sort by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"


def read_record(folder: Path) -> dict[str, Any]:
    """Read an edit folder's record.

    Raises:
        LibraryError: It is missing, damaged, or of a newer version.
    """
    path = folder / RECORD
    try:
        record: object = json.loads(path.read_bytes())
    except OSError as error:
        raise LibraryError(f"{folder} is not an edit: {path} cannot be read.") from error
    except ValueError as error:
        raise LibraryError(f"{path} is damaged: it is not JSON ({error}).") from error
    if not isinstance(record, dict):
        raise LibraryError(f"{path} is damaged: it holds no object.")
    return _checked(path, cast(dict[str, Any], record))


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write an edit folder's record with its checksum: temporary name, fsync, rename."""
    full = {"format": FORMAT, **record}
    full["checksum"] = _checksum(full)
    data = json.dumps(full, indent=1, ensure_ascii=False).encode()
    temporary = folder / f".{RECORD}.part"
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / RECORD)
    sync_folder(folder)


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut, where the system can."""
    if os.name == "posix":
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _checked(path: Path, record: dict[str, Any]) -> dict[str, Any]:
    version = record.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise LibraryError(f"{path} was written by a newer Exemplar. Update it to use this edit.")
    if record.get("checksum") != _checksum(record):
        raise LibraryError(f"{path} is damaged or was changed: its checksum does not fit.")
    # Ids become folder names and file names are opened: neither may lead elsewhere.
    if not _ID.fullmatch(str(record.get("id"))) or list(record.get("files", ())) != [TENSORS]:
        raise LibraryError(f"{path} is not an edit's record: its id or its files are unusual.")
    return record


def _checksum(record: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in record.items() if key != "checksum"}
    text = json.dumps(rest, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
