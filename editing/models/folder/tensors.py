"""What tensors a weights file holds, read from its header alone."""

import json
import pickle
import re
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from editing.errors import EditingError

_LENGTH = 8
_POINTER = 64
"""Bytes in which git-lfs names itself, where it has left a pointer in place of a file."""
_LONGEST_HEADER = 100_000_000
_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "I16": 2, "U16": 2,
    "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
}  # fmt: skip
DTYPES = {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64"}
"""What a model can be computed from, by the names in the files' headers."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor in a file."""

    name: str
    file: str
    shape: tuple[int, ...]
    dtype: str
    """As torch calls it, "float32"; other kinds as the file does."""
    size: int
    """Bytes."""

    @property
    def numbers(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


def tensors_of(path: Path) -> list[StoredTensor]:
    """Read what tensors a file holds, without reading them.

    Raises:
        EditingError: The file is cut short, damaged, or holds more than tensors.
    """
    with path.open("rb") as file:
        begin = file.read(_POINTER)
    if b"git-lfs" in begin:
        what = "it is only git-lfs's pointer to the file, which was never fetched"
        raise EditingError(_damaged(path, what))
    if begin.lstrip().startswith(b"<"):
        raise EditingError(_damaged(path, "it is a web page that came in place of the file"))
    return _safe(path) if path.suffix == ".safetensors" else _pickled(path)


def _safe(path: Path) -> list[StoredTensor]:
    size = path.stat().st_size
    header, begin = _header(path, size)
    header.pop("__metadata__", None)
    found: list[StoredTensor] = []
    ends = [0]
    for name, about in header.items():
        try:
            kind, shape = str(about["dtype"]), tuple(int(n) for n in about["shape"])
            first, last = (int(n) for n in about["data_offsets"])
        except (KeyError, TypeError, ValueError) as error:
            raise EditingError(_damaged(path, f"its header does not describe {name}")) from error
        if kind not in _BYTES or last - first != prod(shape) * _BYTES[kind]:
            what = f"{name} is labelled {kind} {list(shape)} but takes {last - first} bytes"
            raise EditingError(_damaged(path, what))
        ends.append(last)
        found.append(StoredTensor(name, path.name, shape, DTYPES.get(kind, kind), last - first))
    if size != begin + max(ends):
        short = "cut short" if size < begin + max(ends) else "too long"
        what = f"it is {short}: it has {size} bytes and should have {begin + max(ends)}"
        raise EditingError(_damaged(path, what))
    return found


def _header(path: Path, size: int) -> tuple[dict[str, Any], int]:
    """Read the header, and where the numbers begin."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH), "little")
        if length > min(size - _LENGTH, _LONGEST_HEADER):
            raise EditingError(_damaged(path, "it is cut short: it ends within its header"))
        text = file.read(length)
    try:
        header = json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise EditingError(_damaged(path, "it is no safetensors file")) from error
    if not isinstance(header, dict):
        raise EditingError(_damaged(path, "it is no safetensors file"))
    return cast("dict[str, Any]", header), _LENGTH + length


def _pickled(path: Path) -> list[StoredTensor]:
    """Let torch's weights-only reader say what there is; the numbers stay on the disk."""
    try:
        state = cast("object", torch.load(path, map_location="meta", weights_only=True))
    except pickle.UnpicklingError as error:
        raise EditingError(_with_code(path, str(error))) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError) as error:
        raise EditingError(_damaged(path, _meant(error))) from error
    if not isinstance(state, dict):
        raise EditingError(_damaged(path, "it holds no named tensors"))
    tensors = cast("dict[object, object]", state)
    return [
        StoredTensor(
            name=str(name),
            file=path.name,
            shape=tuple(value.shape),
            dtype=str(value.dtype).split(".")[1],
            size=value.numel() * value.element_size(),
        )
        for name, value in tensors.items()
        if isinstance(value, Tensor)
    ]


def _with_code(path: Path, said: str) -> str:
    named = re.search(r"GLOBAL (\S+)", said)
    what = f" ({named[1]})" if named else ""
    return (
        f"{path} cannot be loaded: it holds more than tensors{what}, and reading it would run code "
        "from it. Fetch the model as safetensors."
    )


def _meant(error: Exception) -> str:
    """Say what torch's reader means."""
    said = str(error)
    if isinstance(error, EOFError) or "zip archive" in said or "central directory" in said:
        return "it is cut short or damaged"
    return said.partition(".")[0]


def _damaged(path: Path, what: str) -> str:
    return f"{path} cannot be loaded: {what}. Fetch this file again."
