"""What work is about, by content rather than by place: the same on every machine. Torch-free."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.operations.provenance import fingerprint_of_rows
from app.operations.requests import SAMPLED
from editing.errors import EditingError
from editing.tasks import SPLITS, load_task

_NAME_DIGITS = 10
_USUAL_DTYPE = "float32"


def fingerprint_of_task(task: str) -> dict[str, dict[str, Any]]:
    """Hash the rows of a task's splits, and say from where on they count as success.

    Raises:
        EditingError: There is no such task.
    """
    return {split: _split(task, split) for split in SPLITS}


def text_content(choice: str) -> str:
    """Hash a text file; what is sampled follows from the model.

    Raises:
        EditingError: There is no such file.
    """
    if choice == SAMPLED:
        return SAMPLED
    if not Path(choice).is_file():
        raise EditingError(f"There is no file {choice}. Check the spelling.")
    return hashlib.sha256(Path(choice).read_bytes()).hexdigest()


def content_name(header: Mapping[str, Any]) -> str:
    """Name a folder by the task, the method and the identity that its header has."""
    text = json.dumps(header["identity"], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:_NAME_DIGITS]
    return f"{header['task']}.{header['method']}.{digest}"


def precision_asked(dtype: str, window: int | None) -> dict[str, str | int]:
    """What is computed in, and how texts are read, where that is not as it usually is.

    What was measured in float32 and by the program's own windows keeps the name it has.
    """
    said: dict[str, str | int] = {} if dtype == _USUAL_DTYPE else {"dtype": dtype}
    return said if window is None else {**said, "window": window}


def precision_told(work: Mapping[str, Any]) -> str:
    """Say what `precision_asked` found, to follow the name of a text.

    Args:
        work: A header, or what was made of it.
    """
    dtype = f", in {work['dtype']}" if "dtype" in work else ""
    return dtype + (f", by windows of {work['window']}" if "window" in work else "")


def flag_given(flag: str, value: object | None) -> tuple[str, ...]:
    """A flag of the command that goes on with the work; nothing where it was not given."""
    return () if value is None else (flag, str(value))


def base_name(choice: str) -> str:
    """A file or folder without the folders above it; a hub id as it is."""
    return Path(choice).name if Path(choice).exists() else choice


def _split(task: str, split: str) -> dict[str, Any]:
    rows = load_task(task, split)
    return {
        "canonical": fingerprint_of_rows(rows.canonical)["sha256"],
        "evaluation": fingerprint_of_rows(rows.evaluation)["sha256"],
        "hard_negatives": fingerprint_of_rows(rows.hard_negatives)["sha256"],
        "thresholds": {str(kind): nats for kind, nats in rows.thresholds.items()},
    }
