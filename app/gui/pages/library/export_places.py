"""Where exports go, and how large they get. Torch-free."""

import json
from collections.abc import Iterable

from app.operations.disk_usage import base_folder

DTYPES = (("float32", 4), ("bfloat16", 2), ("float16", 2))
"""What weights can be written as, and the bytes each then takes."""


def weights_of(source: str) -> int | None:
    """Count a base model's weights by its files; None where they are not at hand."""
    folder = base_folder(source)
    if folder is None:
        return None
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    dtype = config.get("dtype") or config.get("torch_dtype") or "float32"
    found = [*folder.glob("model*.safetensors"), *folder.glob("pytorch_model*.bin")]
    return sum(path.stat().st_size for path in found) // dict(DTYPES).get(dtype, 4) or None


def folder_names(names: Iterable[str]) -> list[str]:
    """Make a folder's name of each edit's, all different."""
    made: list[str] = []
    for name in names:
        plain = _plain(name)
        tries = [plain, *(f"{plain}-{number}" for number in range(2, len(made) + 3))]
        made.append(next(each for each in tries if each not in made))
    return made


def _plain(name: str) -> str:
    kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
    return "-".join(part for part in kept.lower().split("-") if part) or "edit"
