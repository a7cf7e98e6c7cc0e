"""Load a model from the starter, a folder, or the hub; no code from a folder is ever run."""

import json
import pickle
from pathlib import Path
from typing import Any, cast

import huggingface_hub
import torch
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    StrictDataclassError,
)
from safetensors import SafetensorError
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from editing.errors import EditingError, UnsupportedModelError
from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
from editing.models.language_model import LanguageModel, fingerprint_of
from editing.models.layouts import layout_of
from editing.models.starter import BUNDLED, bundled_folder

BACKPACK_ARCHITECTURE = "BackpackGPT2LMHeadModel"
ENSEMBLE_ARCHITECTURE = "LogitEnsembleForCausalLM"
FILES = ("*.json", "*.safetensors", "*.bin", "*.txt", "*.model")
UNREADABLE = (
    OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError, StrictDataclassError,
)  # fmt: skip
"""What transformers raises over a configuration, weights or a tokenizer that do not fit."""


def load_model(
    source: str | Path,
    *,
    tokenizer: str | Path | None = None,
    device: str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> LanguageModel:
    """Load a model and its tokenizer.

    Args:
        source: A bundled model's name, a folder, or a hub id.
        tokenizer: Folder or hub id of the tokenizer where the model's folder has none.
        device: Where the weights go.
        dtype: What to compute in, whatever the file holds.

    Raises:
        EditingError: The folder is not a model, is incomplete, or cannot be fetched.
    """
    folder = model_folder(source)
    if _is_of(folder, ENSEMBLE_ARCHITECTURE):
        raise UnsupportedModelError(
            f"{source} is an exported ensemble of two models, which cannot be edited further here. "
            "Choose its large model and the ensemble's edit, or open it with transformers."
        )
    module = _load_module(folder, dtype)
    words = _load_tokenizer(model_folder(tokenizer) if tokenizer else folder)
    module.to(cast(Any, device)).eval().requires_grad_(False)
    vocab_size = min(len(words), module.config.vocab_size)
    return LanguageModel(
        module=module,
        tokenizer=words,
        layout=layout_of(module),
        fingerprint=fingerprint_of(module, words),
        source=str(source),
        context=int(module.config.max_position_embeddings),
        vocab_size=vocab_size,
    )


def model_folder(source: str | Path) -> Path:
    """Turn a source into a local folder, fetching a hub id where it is not in the cache.

    Raises:
        EditingError: It is neither a folder nor a hub id that can be fetched.
    """
    if str(source) in BUNDLED:
        return bundled_folder(str(source))
    path = Path(source).expanduser()
    if path.is_dir():
        return path
    try:
        return Path(huggingface_hub.snapshot_download(str(source), allow_patterns=list(FILES)))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise EditingError(
            f"{source} is neither a folder nor a model that could be fetched from the hub "
            f"({type(error).__name__}). Check the spelling and the connection."
        ) from error


def is_backpack_folder(folder: Path) -> bool:
    """Whether a folder's configuration is a Backpack's, whatever its model_type says."""
    return _is_of(folder, BACKPACK_ARCHITECTURE)


def _is_of(folder: Path, architecture: str) -> bool:
    return architecture in (_read_config(folder).get("architectures") or [])


def _read_config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        message = f"{folder} is not a model folder: it has no config.json."
        raise EditingError(message) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        message = f"{path} is not valid JSON ({error}). Fetch the model again."
        raise EditingError(message) from error
    if not isinstance(config, dict):
        raise EditingError(f"{path} is not a model's configuration. Fetch the model again.")
    return cast("dict[str, Any]", config)


def _load_module(folder: Path, dtype: torch.dtype) -> PreTrainedModel:
    try:
        module, info = _read_module(folder, dtype)
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
        named = ", ".join(missing[:3] or [str(key) for key in list(info["mismatched_keys"])[:3]])
        raise EditingError(
            f"The weights in {folder} are incomplete or of another shape ({named} …). "
            "Fetch the model again."
        )
    return module


def _read_module(folder: Path, dtype: torch.dtype) -> tuple[PreTrainedModel, dict[str, Any]]:
    arguments: dict[str, Any] = {"dtype": dtype, "output_loading_info": True}
    loader: Any = AutoModelForCausalLM
    if is_backpack_folder(folder):
        foreign = ("model_type", "auto_map", "architectures", "dtype", "torch_dtype")
        fields = {k: v for k, v in _read_config(folder).items() if k not in foreign}
        arguments["config"] = BackpackGPT2Config.from_dict(fields)
        loader = BackpackGPT2LMHeadModel
    return loader.from_pretrained(folder, trust_remote_code=False, **arguments)


def _load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    loader: Any = AutoTokenizer
    try:
        return loader.from_pretrained(folder, trust_remote_code=False)
    except UNREADABLE as error:
        raise EditingError(
            f"No tokenizer could be read from {folder}: {error}. "
            "Name a folder that has one with the model's tokenizer option."
        ) from error
