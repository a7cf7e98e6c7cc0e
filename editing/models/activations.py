"""What goes into and comes out of named modules of a model while it reads a batch."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from editing.models.language_model import LanguageModel


class _SeenAll(Exception):
    """All that was asked for has been seen: the rest of the model need not run."""


@dataclass(slots=True)
class Activations:
    """Tensors (batch, seq, width) by the name of their module."""

    inputs: dict[str, Tensor] = field(default_factory=dict[str, Tensor])
    outputs: dict[str, Tensor] = field(default_factory=dict[str, Tensor])

    @property
    def seen(self) -> int:
        """How many tensors there are."""
        return len(self.inputs) + len(self.outputs)


@torch.no_grad()
def activations(
    model: LanguageModel,
    ids: Tensor,
    mask: Tensor,
    *,
    inputs: Sequence[str] = (),
    outputs: Sequence[str] = (),
) -> Activations:
    """Run a model over a batch just as far as the named modules need.

    Args:
        ids: (batch, seq).
        mask: (batch, seq), 1 on real tokens.
        inputs: Modules whose first argument is wanted.
        outputs: Modules whose result is wanted; of a tuple, the first part.
    """
    found, wanted = Activations(), len(inputs) + len(outputs)

    def keep(kept: dict[str, Tensor], name: str, value: Tensor) -> None:
        kept[name] = value
        if found.seen == wanted:
            raise _SeenAll

    def before(name: str) -> RemovableHandle:
        def hook(module: nn.Module, arguments: tuple[Any, ...]) -> None:
            del module
            keep(found.inputs, name, arguments[0])

        return model.module.get_submodule(name).register_forward_pre_hook(hook)

    def after(name: str) -> RemovableHandle:
        def hook(module: nn.Module, arguments: object, result: Tensor | tuple[Any, ...]) -> None:
            del module, arguments
            keep(found.outputs, name, first_of(result))

        return model.module.get_submodule(name).register_forward_hook(hook)

    hooks = [before(name) for name in inputs] + [after(name) for name in outputs]
    with _taken_off(hooks), suppress(_SeenAll):
        model.module(input_ids=ids, attention_mask=mask, use_cache=False)
    return found


@contextmanager
def added_to_output(
    model: LanguageModel, name: str, where: tuple[Tensor, Tensor], change: Tensor
) -> Generator[None]:
    """Add `change` to a module's result at some places while the context lasts.

    Args:
        name: The module's; of a tuple it returns, the first part is changed.
        where: Rows and positions (places,) of the batch that it will read.
        change: (width,) the same at every place; gradients flow into it.
    """

    def hook(module: nn.Module, arguments: object, result: Tensor | tuple[Any, ...]) -> object:
        del module, arguments
        first = first_of(result)
        moved = first.index_put(where, change.to(first.dtype), accumulate=True)
        return (moved, *result[1:]) if isinstance(result, tuple) else moved

    handle = model.module.get_submodule(name).register_forward_hook(hook)
    with _taken_off([handle]):
        yield


def first_of(result: Tensor | tuple[Any, ...]) -> Tensor:
    """The hidden states in what a block returns."""
    return cast(Tensor, result[0]) if isinstance(result, tuple) else result


@contextmanager
def _taken_off(hooks: Sequence[RemovableHandle]) -> Generator[None]:
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
