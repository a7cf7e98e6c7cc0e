"""A language model as the engine holds it: module, tokenizer, layout and identity."""

import hashlib
from dataclasses import dataclass

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from editing.errors import UnsupportedModelError
from editing.models.backpack import BackpackGPT2LMHeadModel
from editing.models.layouts import Layout


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A loaded model. Its module is in evaluation mode and asks for no gradients."""

    module: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    layout: Layout
    fingerprint: str
    """SHA-256 of names, shapes and values of all weights, and of the tokenizer."""
    source: str
    """What it was loaded from: "starter", a folder, or a hub id."""
    context: int
    """Longest sequence, in tokens."""
    vocab_size: int
    """Real tokens; rows of the output beyond them are cropped before a softmax."""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.module.device

    @property
    def dtype(self) -> torch.dtype:
        """What the weights are computed in."""
        return self.module.dtype

    @property
    def is_backpack(self) -> bool:
        """Whether words of this model have senses."""
        return isinstance(self.module, BackpackGPT2LMHeadModel)


def backpack_of(model: LanguageModel) -> BackpackGPT2LMHeadModel:
    """Return the module as a Backpack.

    Raises:
        UnsupportedModelError: The model has no senses.
    """
    if isinstance(model.module, BackpackGPT2LMHeadModel):
        return model.module
    raise UnsupportedModelError(
        f"{model.source} is a {model.layout.family} and has no sense vectors. Choose a Backpack, "
        "such as the starter."
    )


def fingerprint_of(module: nn.Module, tokenizer: PreTrainedTokenizerBase) -> str:
    """Hash every weight, buffer and tokenizer entry; the order of names does not matter."""
    digest = hashlib.sha256()
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy())
    for token, index in sorted(tokenizer.get_vocab().items()):
        digest.update(f"{token}\t{index}\n".encode())
    return digest.hexdigest()
