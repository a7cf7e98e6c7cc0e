"""Look into a model's folder: what it is, by its configuration and the tensors in its files."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from huggingface_hub.errors import StrictDataclassError
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedModel

from editing.errors import EditingError
from editing.models.backpack import BackpackGPT2Config, BackpackGPT2LMHeadModel
from editing.models.folder.configuration import (
    BACKPACK_ARCHITECTURE,
    check_config,
    is_of,
    read_config,
)
from editing.models.folder.paths import check_links
from editing.models.folder.tensors import StoredTensor
from editing.models.folder.weights import StoredWeights, stored_weights
from editing.models.layouts import Layout, layout_of_names
from editing.progress import Progress, Report

_MASK = re.compile(r".*\.(?:attn|attention)\.(?:bias|masked_bias)|.*rotary_emb\.inv_freq")
"""Constants that files of older releases carry beside the weights."""
_CHUNK = 1 << 22
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """What is known of a model without loading it."""

    folder: Path
    architecture: str
    """As its configuration calls it."""
    layout: Layout
    layers: int
    parameters: int
    """Stored numbers, tied ones once where they are stored once."""
    rows: int
    """Of the word embedding."""
    dtype: str
    """Of the stored weights; several are named in one breath."""
    files: tuple[Path, ...]
    size: int
    """Bytes of the weights' files."""
    notes: tuple[str, ...]
    """What is odd but does no harm."""
    outline: PreTrainedModel = field(repr=False, compare=False)
    """The model as its configuration describes it, on the meta device: shapes without numbers."""

    @property
    def context(self) -> int:
        """The longest sequence, in tokens."""
        return int(cast(Any, self.outline.config).max_position_embeddings)

    def checksum(self, report: Report) -> str:
        """Hash the weights' files: SHA-256 of their own, in the order of their names.

        A file in the hub's cache is named by its hash there, and has to have it.

        Raises:
            EditingError: A file is not what the hub published.
        """
        whole, done = hashlib.sha256(), 0
        for path in sorted(self.files):
            published = _published_hash(path)
            own = hashlib.sha256()
            with path.open("rb") as file:
                while piece := file.read(_CHUNK):
                    whole.update(piece)
                    if published:
                        own.update(piece)
                    done += len(piece)
                    report(Progress("hashing files", done, self.size, path.name))
            if published and own.hexdigest() != published:
                raise EditingError(
                    f"{path} is not what the hub published: its hash is another. Remove the model "
                    "together with its files and fetch it again."
                )
        return whole.hexdigest()


def inspect_folder(folder: Path) -> FolderFacts:
    """Find out what a folder holds, and refuse what is unsafe, broken or unknown.

    No code of the folder is run, and no weight is read.

    Raises:
        EditingError: Something is missing, damaged, leads out of the folder, or does not fit.
        UnsupportedModelError: It is whole, but nothing that can be edited here.
    """
    config = read_config(folder)
    check_links(folder)
    check_config(folder, config)
    weights = stored_weights(folder)
    layout, layers = layout_of_names(weights.tensors, str(folder))
    module = _expected(folder, config)
    _check_shapes(folder, module, weights)
    counted = [tensor for name, tensor in weights.tensors.items() if not _MASK.fullmatch(name)]
    named = config.get("architectures") or [config.get("model_type")]
    return FolderFacts(
        folder=folder,
        architecture=str(named[0]),
        layout=layout,
        layers=layers,
        parameters=sum(tensor.numbers for tensor in counted),
        rows=int(cast(Any, module).config.vocab_size),
        dtype=_dtypes(counted),
        files=weights.files,
        size=weights.size,
        notes=(*_notes(config, counted), *_size_notes(weights)),
        outline=module,
    )


def _published_hash(path: Path) -> str:
    """The SHA-256 that names a file in the hub's cache; empty for files that lie elsewhere."""
    real = path.resolve()
    is_blob = real.parent.name == "blobs" and _SHA256.fullmatch(real.name)
    return real.name if is_blob else ""


def _expected(folder: Path, config: dict[str, Any]) -> PreTrainedModel:
    """Build the module that the configuration describes, without any numbers."""
    try:
        with torch.device("meta"):
            if is_of(config, BACKPACK_ARCHITECTURE):
                return BackpackGPT2LMHeadModel(backpack_config(config))
            auto: Any = AutoConfig
            read = auto.from_pretrained(folder, trust_remote_code=False)
            loader: Any = AutoModelForCausalLM
            return loader.from_config(read, trust_remote_code=False, dtype=torch.float32)
    except (ValueError, TypeError, KeyError, RuntimeError, OSError, AttributeError,
            ZeroDivisionError, ImportError, StrictDataclassError) as error:  # fmt: skip
        said = " ".join(str(error).split()).rpartition("Error: ")[2]
        raise EditingError(
            f"The model in {folder} cannot be loaded: its config.json describes no model that can "
            f"be built ({said}). Fetch this file again."
        ) from error


def backpack_config(config: dict[str, Any]) -> BackpackGPT2Config:
    """Read a Backpack's configuration, leaving out what names other classes and code."""
    foreign = ("model_type", "auto_map", "architectures", "dtype", "torch_dtype")
    return BackpackGPT2Config.from_dict({k: v for k, v in config.items() if k not in foreign})


def _check_shapes(folder: Path, module: nn.Module, weights: StoredWeights) -> None:
    """Compare each stored tensor with the parameter of its name, the base's prefix apart."""
    prefix = f"{getattr(module, 'base_model_prefix', '')}."
    for name, parameter in module.named_parameters():
        stored = weights.tensors.get(name) or weights.tensors.get(name.removeprefix(prefix))
        if stored is not None and stored.shape != tuple(parameter.shape):
            raise EditingError(
                f"{stored.name} in {folder / stored.file} has the shape {list(stored.shape)}, and "
                f"config.json asks for {list(parameter.shape)}. They are of different models; "
                "fetch both from one place."
            )


def _dtypes(tensors: list[StoredTensor]) -> str:
    return ", ".join(sorted({tensor.dtype for tensor in tensors}))


def _size_notes(weights: StoredWeights) -> tuple[str, ...]:
    """An index that counts otherwise is common: of tied weights, or of another precision."""
    if weights.promised in (None, weights.held):
        return ()
    return (
        f"Its index speaks of {weights.promised:,} bytes of weights, and the files hold "
        f"{weights.held:,}; the files, which are whole, count.",
    )


def _notes(config: dict[str, Any], tensors: list[StoredTensor]) -> tuple[str, ...]:
    said = config.get("dtype") or config.get("torch_dtype")
    stored = _dtypes(tensors)
    if said is None or str(said) == stored:
        return ()
    return (f"config.json says {said} and the files hold {stored}; the files count.",)
