"""Files of what was learnt once for a model; a damaged one counts as none."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from editing.examples import JSON, ExampleSet
from editing.models.language_model import LanguageModel

Kept = tuple[dict[str, Tensor], dict[str, Any]]
"""Tensors, and what is said about them."""


def kept_file(
    folder: Path | None, model: LanguageModel, what: str, told: Sequence[JSON]
) -> Path | None:
    """Name the file of what was learnt for a model in a certain way; None where none is kept.

    Args:
        told: All that decides what is learnt, beside the model.
    """
    if folder is None:
        return None
    way = hashlib.sha256(json.dumps([str(model.dtype), *told]).encode()).hexdigest()[:16]
    return folder / f"{what}-{model.fingerprint[:24]}-{way}.safetensors"


def read_kept(path: Path | None) -> Kept | None:
    """Read a file; None where there is none, or it is damaged and has to be learnt anew."""
    if path is None:
        return None
    with suppress(OSError, SafetensorError, ValueError, KeyError):
        file = safe_open(path, "pt")
        with file:
            about = json.loads(cast("dict[str, str]", file.metadata())["about"])
        return safetensors.torch.load_file(path), about
    return None


def write_kept(path: Path | None, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write a file whole or not at all."""
    if path is None:
        return
    partial = path.with_suffix(".partial")
    own = {name: tensor.contiguous() for name, tensor in tensors.items()}
    safetensors.torch.save_file(own, partial, metadata={"about": json.dumps(about)})
    partial.replace(path)


def told_of_sets(sets: Sequence[ExampleSet]) -> list[JSON]:
    """All that sets say, but not the ids, which are drawn anew whenever a file is read."""
    return [_told(each) for each in sets]


def _told(each: ExampleSet) -> list[JSON]:
    rows = [*each.canonical, *each.evaluation, *each.hard_negatives]
    said = [[r.prefix, r.suffix, r.other_suffix, r.kind, dict(r.extra)] for r in rows]
    return [each.name, len(each.canonical), len(each.evaluation), *said]
