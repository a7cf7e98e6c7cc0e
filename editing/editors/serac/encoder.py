"""Opening a text encoder from a folder on this machine, of the sort of DistilBERT or MiniLM."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from transformers import AutoModel, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from editing.errors import EditingError
from editing.models.backpack import TextEncoder
from editing.models.language_model import fingerprint_of

MODULES = "modules.json"
"""Names the parts of a folder that holds more than an encoder, such as how states are pooled."""
POOLER = "pooler"
"""A part that some encoders have and this program does not use."""
PROBES = ("A text.", "Another text, which is longer.")


@dataclass(frozen=True, slots=True)
class OpenedEncoder:
    """A text encoder, and where it is from."""

    folder: str
    fingerprint: str
    encoder: TextEncoder


def open_encoder(folder: str, fingerprint: str | None = None) -> OpenedEncoder:
    """Open a folder; no code in it is run, and nothing is fetched.

    Args:
        fingerprint: What it has to have, where it was used before.

    Raises:
        EditingError: There is no encoder, or it is another one by now.
    """
    place = _place_in(Path(folder))
    if not (place / "config.json").is_file():
        raise EditingError(
            f"{folder} holds no text encoder. Give a folder with a model such as DistilBERT, "
            "or leave the setting empty to compare texts by the model itself."
        )
    encoder = _opened(place, folder)
    found = fingerprint_of(encoder.module, encoder.tokenizer)
    if fingerprint not in (None, found):
        raise EditingError(
            f"The text encoder in {folder} is another one than when the scope was trained "
            f"(fingerprint {found[:12]} instead of {str(fingerprint)[:12]})."
        )
    return OpenedEncoder(folder, found, encoder)


def _place_in(folder: Path) -> Path:
    """Where the encoder lies: the folder, or the part of it that its list of parts names first."""
    if not (folder / "config.json").is_file():
        with suppress(OSError, ValueError, KeyError, TypeError, IndexError):
            parts = json.loads((folder / MODULES).read_text(encoding="utf-8"))
            named = folder / str(parts[0]["path"])
            if named.resolve().is_relative_to(folder.resolve()):
                return named
    return folder


def _opened(place: Path, folder: str) -> TextEncoder:
    load: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        opened, about = cast(Any, AutoModel).from_pretrained(
            place, dtype=torch.float32, output_loading_info=True, **load
        )
        tokenizer = cast(Any, AutoTokenizer).from_pretrained(place, **load)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise EditingError(f"The text encoder in {folder} cannot be opened ({error}).") from error
    lacking = sorted(str(name) for name in about["missing_keys"])
    if [name for name in lacking if not name.startswith(POOLER)]:
        raise EditingError(
            f"The text encoder in {folder} lacks weights, {lacking[0]} for instance. Give a folder "
            "that holds the whole encoder."
        )
    if lacking:  # drawn at random at each opening, and not used
        opened.pooler = None
    module = cast(PreTrainedModel, opened.eval().requires_grad_(False))
    encoder = TextEncoder(module, cast(PreTrainedTokenizerBase, tokenizer))
    try:
        encoder.states(PROBES)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise EditingError(
            f"The model in {folder} does not read texts as an encoder does ({error}). Give a "
            "folder with a model such as DistilBERT."
        ) from error
    return encoder
