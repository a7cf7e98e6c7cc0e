"""How much memory a model takes, told from its shapes alone: of an outline as of a loaded one.

A forward of shapes, without numbers, shows which tensors autograd would hold for the backward. Two
short ones give what grows with the tokens and what with their square, for any family of models.
"""

import copy
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from transformers import DynamicCache, PreTrainedModel

from editing.models.backpack import BackpackGPT2LMHeadModel
from editing.models.backpack.modeling_backpack import mix_senses
from editing.models.language_model import LanguageModel

SHORT, LONG = 16, 32
"""Tokens of the two forwards."""
DISTINCT = 0.6
"""Of a window's tokens, about so many are different words."""
USUAL_WIDTHS = 30
"""Hidden states that a block holds at a token, where they cannot be counted: as in a GPT-2."""
_FUSED = ("cpu", "cuda")
"""Devices whose attention keeps nothing that grows with the square of the tokens."""


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes held for the backward, by the number of tokens."""

    a_token: float
    a_pair: float

    def at(self, tokens: int) -> int:
        """Bytes at a number of tokens."""
        return round(self.a_token * tokens + self.a_pair * tokens * tokens)


@dataclass(frozen=True, slots=True)
class Activations:
    """What the backward of one sequence needs, in and outside of the blocks."""

    outside: Held
    blocks: tuple[Held, ...]
    a_block_input: int
    """Bytes of a block's input at a token, all that a recomputed block keeps."""

    def at(self, tokens: int, *, recomputed: bool = False) -> int:
        """Bytes at the peak; with `recomputed` blocks one of them is whole at a time."""
        inside = [held.at(tokens) for held in self.blocks]
        outside = self.outside.at(tokens)
        if not recomputed:
            return outside + sum(inside)
        kept = sum(min(whole, self.a_block_input * tokens) for whole in inside)
        return outside + kept + max(inside, default=0)


def bytes_of(dtype: torch.dtype) -> int:
    """Bytes of one number."""
    return torch.finfo(dtype).bits // 8


def parameter_count(model: LanguageModel) -> int:
    """Numbers of the weights, tied ones once."""
    return sum(parameter.numel() for parameter in model.module.parameters())


def output_rows(model: LanguageModel) -> int:
    """How many logits a token has, padding rows included."""
    return int(cast(Any, model.module.config).vocab_size)


def activations_of(
    model: LanguageModel, trained: Collection[str], *, dtype: torch.dtype, device: str
) -> Activations:
    """Find out what a training of some parameters holds for its backward.

    Args:
        model: It may be an outline.
        trained: Names of the parameters that are trained.
        dtype: What is computed in.
        device: What is computed on, such as "cpu".
    """
    module = _outline(model.module, trained, dtype)
    width = int(module.config.hidden_size) * bytes_of(dtype)
    blocks = model.layout.blocks
    try:
        short, long = (_held(module, blocks, tokens) for tokens in (SHORT, LONG))
    except (NotImplementedError, RuntimeError):  # something looks into numbers
        usual = Held(USUAL_WIDTHS * width, 0.0)
        return Activations(Held(width, 0.0), (usual,) * len(module.get_submodule(blocks)), width)
    is_fused = module.config._attn_implementation != "eager" and device in _FUSED  # pyright: ignore[reportPrivateUsage]
    fitted = [
        _fitted(few, many, is_fused=is_fused and part > 0)
        for part, (few, many) in enumerate(zip(short, long, strict=True))
    ]
    return Activations(fitted[0], tuple(fitted[1:]), width)


def _fitted(few: int, many: int, *, is_fused: bool) -> Held:
    """Split two measurements into what grows with the tokens and with their square."""
    square = max(0.0, (many - few * LONG / SHORT) / (LONG * LONG - SHORT * LONG))
    linear = (few - square * SHORT * SHORT) / SHORT
    return Held(linear, 0.0 if is_fused else square)


def _outline(module: PreTrainedModel, trained: Collection[str], dtype: torch.dtype) -> Any:  # noqa: ANN401 - a model of any family
    """Copy a module without its numbers; the parameters to be trained ask for gradients."""
    memo: dict[int, Any] = {}
    for name, parameter in module.named_parameters():
        empty = torch.empty(parameter.shape, dtype=dtype, device="meta")
        memo[id(parameter)] = nn.Parameter(empty, requires_grad=name in trained)
    for buffer in module.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    outline: Any = copy.deepcopy(module, memo).eval()
    if isinstance(outline, BackpackGPT2LMHeadModel):
        outline.backpack.sense_edits = None  # which look into ids; they take next to nothing
    for part in outline.modules():
        if isinstance(part, PreTrainedModel):  # else padding is looked for among the tokens
            cast(Any, part.config).pad_token_id = None
    return outline


@dataclass(slots=True)
class _Counter:
    """Adds up what is held, once for each storage, by the part of the model it was made in."""

    parts: list[int]
    known: set[int]
    part: int = 0
    alive: list[Tensor] = field(default_factory=list[Tensor])
    """No storage may be given up meanwhile: another could take its place."""

    def pack(self, tensor: Tensor) -> Tensor:
        """Count a tensor."""
        storage = tensor.untyped_storage()
        if storage._cdata not in self.known:  # pyright: ignore[reportPrivateUsage]
            self.known.add(storage._cdata)  # pyright: ignore[reportPrivateUsage]
            self.alive.append(tensor)
            self.parts[self.part] += storage.nbytes()
        return tensor

    def entering(self, part: int) -> Callable[..., None]:
        """Return a hook that notes where the forward is."""

        def hook(*_: object) -> None:
            self.part = part

        return hook


def _held(module: Any, blocks: str, tokens: int) -> list[int]:  # noqa: ANN401
    """Bytes held outside of the blocks, then in each."""
    layers = list(cast("nn.ModuleList", module.get_submodule(blocks)))
    own = {p.untyped_storage()._cdata for p in module.parameters()}
    counter = _Counter([0] * (len(layers) + 1), own)
    hooks = [
        handle
        for number, layer in enumerate(layers, start=1)
        for handle in (
            layer.register_forward_pre_hook(counter.entering(number)),
            layer.register_forward_hook(counter.entering(0)),
        )
    ]
    ids = torch.zeros(1, tokens, dtype=torch.long, device="meta")
    with torch.enable_grad(), saved_tensors_hooks(counter.pack, lambda tensor: tensor):
        _forward(module, ids)
    for handle in hooks:
        handle.remove()
    return counter.parts


def _forward(module: Any, ids: Tensor) -> None:  # noqa: ANN401
    """Run shapes through a model; with a cache, since otherwise masks are looked into."""
    cache = DynamicCache(config=module.config)
    if not isinstance(module, BackpackGPT2LMHeadModel):
        module(input_ids=ids, past_key_values=cache, use_cache=True)
        return
    words = torch.zeros(max(1, round(DISTINCT * ids.shape[1])), dtype=torch.long, device="meta")
    alpha, _, _ = module.backpack.contextualize(ids, cache=cache)
    senses = module.backpack.sense_vectors(words)
    module.lm_head(mix_senses(alpha.to(senses.dtype), senses, ids))
