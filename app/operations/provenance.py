"""What an edit was made from and with: fingerprints, versions, the time."""

import hashlib
import json
import os
import platform
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from editing.examples import Example, row_from_example
from editing.general_text import GeneralText

_PACKAGES = ("exemplar", "torch", "transformers", "safetensors", "numpy")


def fingerprint_of_rows(rows: Sequence[Example]) -> dict[str, Any]:
    """Count rows and hash what they say, kinds and thresholds included."""
    digest = hashlib.sha256()
    for row in rows:
        record = row_from_example(row)
        digest.update(json.dumps(record, sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return {"rows": len(rows), "sha256": digest.hexdigest()}


def fingerprint_of_text(text: GeneralText) -> dict[str, Any]:
    """Name a general text and hash its windows' token ids."""
    digest = hashlib.sha256()
    for window in text.sequences:
        digest.update(array("q", (window.first_scored, *window.ids)).tobytes() + b"\n")
    return {
        "name": text.name,
        "tokens": text.tokens,
        "sampled": text.sampled,
        "sha256": digest.hexdigest(),
    }


def versions() -> dict[str, str]:
    """Name what the same bits depend on: packages, machine, threads."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "threads": os.environ.get("OMP_NUM_THREADS", str(os.cpu_count())),
        **{name: _version(name) for name in _PACKAGES},
    }


def now() -> str:
    """Return the time, UTC, as ISO."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from its source folder
        return "source"
