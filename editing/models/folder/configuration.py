"""A model's config.json: read, and refused where it asks for code or for what is not there."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from editing.errors import EditingError, UnsupportedModelError
from editing.models.folder.paths import safe_file

BACKPACK_ARCHITECTURE = "BackpackGPT2LMHeadModel"
ENSEMBLE_ARCHITECTURE = "LogitEnsembleForCausalLM"
_ADAPTER = "adapter_config.json"
_IMPLEMENTATIONS = ("attn_implementation", "experts_implementation", "kernel")


def read_config(folder: Path) -> dict[str, Any]:
    """Read a folder's config.json.

    Raises:
        EditingError: There is none, it is cut short, or not a configuration.
    """
    path = safe_file(folder, "config.json")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise EditingError(_without_config(folder)) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise EditingError(
            f"{path} is cut short or damaged: it is no valid JSON{line}. Fetch this file again."
        ) from error
    if not isinstance(config, dict):
        raise EditingError(f"{path} is not a model's configuration. Fetch the model again.")
    return cast("dict[str, Any]", config)


def is_of(config: dict[str, Any], architecture: str) -> bool:
    """Whether a configuration names an architecture, whatever its model_type says."""
    return architecture in (config.get("architectures") or [])


def check_config(folder: Path, config: dict[str, Any]) -> None:
    """Refuse what cannot be opened here, or not without running code from elsewhere.

    Raises:
        UnsupportedModelError: It is of an unknown architecture, quantised, or wants code.
    """
    _check_adapter(folder)
    if is_of(config, ENSEMBLE_ARCHITECTURE):
        raise UnsupportedModelError(
            f"{folder} is an exported ensemble of two models, which cannot be edited further here. "
            "Choose its large model and the ensemble's edit, or open it with transformers."
        )
    if "quantization_config" in config:
        raise UnsupportedModelError(
            f"{folder} holds quantised weights, which cannot be edited. Fetch the same model in "
            "full precision."
        )
    for name, value in _entries(config):
        if name.lstrip("_").startswith(_IMPLEMENTATIONS) and "/" in str(value):
            raise UnsupportedModelError(
                f"{folder}/config.json asks for code from elsewhere ({name}: {value}), which is "
                "never run. Take that entry out of the file."
            )
    if not is_of(config, BACKPACK_ARCHITECTURE):
        _check_type(folder, config)


def _check_adapter(folder: Path) -> None:
    """Refuse an adapter's file: transformers would open the model it names in place of this one."""
    if os.path.lexists(folder / _ADAPTER):
        raise UnsupportedModelError(
            f"{folder} holds an adapter ({_ADAPTER}) beside a model, and opening it would lead to "
            "another model outside of the folder. Take that file out, or merge the adapter first."
        )


def _check_type(folder: Path, config: dict[str, Any]) -> None:
    kind = config.get("model_type")
    if isinstance(kind, str) and kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return
    own = " The code that lies beside it is never run." if "auto_map" in config else ""
    raise UnsupportedModelError(
        f"The model in {folder} cannot be loaded: its config.json says that it is of type "
        f"{kind!r}, which is no language model known here.{own} Choose a model of a known family."
    )


def _entries(config: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in config.items():
        yield name, value
        if isinstance(value, dict):
            yield from _entries(cast("dict[str, Any]", value))


def _without_config(folder: Path) -> str:
    if (folder / _ADAPTER).is_file():
        return (
            f"{folder} is an adapter, not a model: it has no config.json. Merge it into the model "
            "it was made for, and open the folder of that."
        )
    if any(folder.glob("*.gguf")):
        return (
            f"{folder} has no config.json but a GGUF file, which is made for running and cannot be "
            "edited. Fetch the same model as safetensors."
        )
    return (
        f"{folder} is not a model folder: it has no config.json. Choose the folder that has one "
        "beside the weights."
    )
