"""Load a model from the starter, a folder, or the hub's cache; no code of a folder is run."""

import pickle
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, PreTrainedModel

from editing.errors import EditingError
from editing.models.backpack import BackpackGPT2LMHeadModel
from editing.models.folder import inspect_folder, read_config
from editing.models.folder.configuration import BACKPACK_ARCHITECTURE, is_of
from editing.models.folder.inspection import backpack_config
from editing.models.hub import cached_folder, hub_id_of
from editing.models.language_model import LanguageModel, fingerprint_of
from editing.models.layouts import layout_of
from editing.models.starter import BUNDLED, bundled_folder
from editing.models.tokenizer_loading import check_vocabulary, load_tokenizer, tokenizer_folder

DTYPES = ("float32", "bfloat16")
SPREAD = "spread"
"""Graphics cards first, what they do not hold in memory, the rest on the disk."""
UNREADABLE = (
    OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, SafetensorError,
    StrictDataclassError,
)  # fmt: skip
"""What transformers raises over a configuration or weights that do not fit."""
_NAMED = 3
"""Of what is missing, so many are named."""


def load_model(
    source: str | Path,
    *,
    tokenizer: str | Path | None = None,
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
    max_memory: Mapping[int | str, int] | None = None,
) -> LanguageModel:
    """Load a model and its tokenizer.

    Its fingerprint is of the numbers in its files, whatever is computed in.

    Args:
        source: A bundled model's name, a folder, or a hub id.
        tokenizer: Folder or hub id of the tokenizer where the model's folder has none.
        device: Where the weights go; with SPREAD wherever there is room, the disk at last.
        dtype: What to compute in, whatever the file holds.
        max_memory: Bytes to spread over, of graphics cards by their number and of the "cpu"; None
            for what is free.

    Raises:
        EditingError: The folder is not a model, is incomplete, or cannot be fetched.
    """
    folder = model_folder(source)
    stored = inspect_folder(folder).dtype
    plan = _plan(device, max_memory)
    exact = dtype if stored == str(dtype).removeprefix("torch.") or plan else torch.float32
    module = _load_module(folder, exact, plan)
    words_from = model_folder(tokenizer) if tokenizer else tokenizer_folder(folder)
    words = load_tokenizer(words_from)
    vocab_size = check_vocabulary(words, int(module.config.vocab_size), words_from)
    module.eval().requires_grad_(False)
    fingerprint = fingerprint_of(module, words)
    if not plan:
        module.to(cast(Any, dtype)).to(cast(Any, device))
    return LanguageModel(
        module=module,
        tokenizer=words,
        layout=layout_of(module),
        fingerprint=fingerprint,
        source=str(source),
        context=int(module.config.max_position_embeddings),
        vocab_size=vocab_size,
    )


def chosen_dtype(name: str | None) -> torch.dtype:
    """Return what to compute in, float32 where nothing is said.

    Raises:
        EditingError: There is no such choice.
    """
    known = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    if (name or "float32") not in known:
        raise EditingError(f"{name} is nothing to compute in. Choose {' or '.join(DTYPES)}.")
    return known[name or "float32"]


def chosen_device(name: str | None) -> str:
    """Return where to compute, the processor where nothing is said.

    Args:
        name: "cpu", "cuda", "mps", "auto" for the quickest there is, or SPREAD.

    Raises:
        EditingError: There is no such device here.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
        SPREAD: True,
    }
    if name == "auto":
        return next(device for device, is_there in there.items() if is_there)
    chosen = name or "cpu"
    kind, _, number = chosen.partition(":")
    if kind not in there or (number and not number.isdigit()):
        raise EditingError(f"There is no device {chosen!r}. Choose {', '.join(there)} or auto.")
    if not there[kind]:
        card = "NVIDIA graphics card" if kind == "cuda" else "Apple graphics card"
        raise EditingError(
            f"No {card} can be used here ({chosen}). Choose the processor in the settings, or set "
            "EXEMPLAR_DEVICE=cpu."
        )
    return chosen


def model_folder(source: str | Path) -> Path:
    """Turn a source into a local folder; a hub id is looked for in the hub's cache alone.

    Raises:
        EditingError: It is neither a folder nor a model that has been fetched.
    """
    if str(source) in BUNDLED:
        return bundled_folder(str(source))
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    model = hub_id_of(str(source))
    if model is None:
        raise EditingError(
            f"{source} is neither a folder nor a model of the hub. Check the spelling."
        )
    folder = cached_folder(model)
    if folder is None:
        raise EditingError(
            f"{source} is neither a folder nor a model that is on this computer. Check the "
            f"spelling; if it is on the hub, fetch it with `exemplar models add {source}`."
        )
    return folder


def _plan(device: str, max_memory: Mapping[int | str, int] | None) -> dict[str, Any]:
    """How a model is spread, as transformers is told; empty where it is in one place."""
    if device != SPREAD:
        return {}
    return {
        "device_map": "auto",
        "max_memory": dict(max_memory) if max_memory else None,
        "offload_folder": tempfile.mkdtemp(prefix="exemplar-weights-"),
    }


def _load_module(folder: Path, dtype: torch.dtype, plan: dict[str, Any]) -> PreTrainedModel:
    try:
        module, info = _read_module(folder, dtype, plan)
    except UNREADABLE as error:
        message = f"The model in {folder} cannot be loaded: {error}"
        raise EditingError(message) from error
    except pickle.UnpicklingError as error:
        raise EditingError(
            f"The model in {folder} cannot be loaded: its weights file holds more than tensors, "
            "and reading it would run code from it. Fetch the model as safetensors."
        ) from error
    missing = sorted(set(info["missing_keys"]))
    if missing or info["mismatched_keys"]:
        what = "are incomplete: they lack" if missing else "are of another shape than config.json:"
        names = missing or sorted(str(key) for key in info["mismatched_keys"])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        raise EditingError(
            f"The weights in {folder} {what} {', '.join(names[:_NAMED])}{more}. Fetch the model "
            "again."
        )
    _check_finite(module, folder)
    if plan:  # what transformers wrote there goes with the model
        weakref.finalize(module, shutil.rmtree, plan["offload_folder"], ignore_errors=True)
    return module


def _read_module(
    folder: Path, dtype: torch.dtype, plan: dict[str, Any]
) -> tuple[PreTrainedModel, dict[str, Any]]:
    arguments: dict[str, Any] = {"dtype": dtype, "output_loading_info": True, **plan}
    loader: Any = AutoModelForCausalLM
    config = read_config(folder)
    if is_of(config, BACKPACK_ARCHITECTURE):
        arguments["config"] = backpack_config(config)
        loader = BackpackGPT2LMHeadModel
    return loader.from_pretrained(folder, trust_remote_code=False, **arguments)


@torch.no_grad()
def _check_finite(module: PreTrainedModel, folder: Path) -> None:
    for name, parameter in module.named_parameters():
        if parameter.is_meta:  # kept elsewhere until it is used
            continue
        lowest, highest = torch.aminmax(parameter)  # of a NaN both are
        if not (torch.isfinite(lowest) and torch.isfinite(highest)):
            raise EditingError(
                f"{name} in {folder} has entries that are no numbers (NaN or infinite), so the "
                "model says nothing. Fetch the model again, or in another precision."
            )
