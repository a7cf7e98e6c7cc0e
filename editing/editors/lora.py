"""LoRA: low-rank differences of the MLP projections of the middle layers.

Source: Hu et al. 2021, LoRA (arXiv 2106.09685); layers and settings as in Hewitt et al. 2024, Model
Editing with Canonical Examples (arXiv 2402.06155), appendix C.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast, final

import torch
from peft import LoraConfig
from peft.mapping import inject_adapter_in_model
from torch import Tensor, nn
from typing_extensions import override

from editing.editors.base import Edit, Editor, EditState, FitContext
from editing.editors.finetuning import ADAM_8BIT
from editing.editors.memory import Loop, Workload, moments, training, weights
from editing.editors.module_trainee import Kept
from editing.editors.private_copy import private_copy
from editing.editors.training_settings import (
    accumulation_setting,
    check_optimiser,
    epochs_setting,
    kl_direction_setting,
    kl_weight_setting,
    learning_rate_setting,
    optimiser_setting,
    recomputation_setting,
)
from editing.editors.weight_delta import Factors, WeightDelta, load_weight_delta
from editing.editors.weight_training import WorkingCopy, train_weights
from editing.general_text import GeneralText
from editing.models.language_model import LanguageModel
from editing.models.projections import (
    Projection,
    centred_layers,
    down_projection,
    layer_count,
    up_projection,
)
from editing.objectives import EncodedExamples
from editing.settings import Scale, check_ranges, setting

ADAPTER = "default"
DOWN, UP = "A.", "B."


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """Hyperparameters of LoRA."""

    learning_rate: float = learning_rate_setting(5e-4, sweep=(10**-6.5, 10**-2))
    epochs: int = epochs_setting()
    kl_weight: float = kl_weight_setting(0.4)
    rank: int = setting(
        128,
        label="Rank",
        help="Rank of each difference; larger ones can say more and weigh more.",
        low=1,
        high=4096,
        sweep=(1, 256),
    )
    alpha: float = setting(
        8.0,
        label="Alpha",
        help="The difference is multiplied by alpha / rank.",
        low=1e-3,
        high=1e4,
        scale=Scale.LOG,
        advanced=True,
    )
    layer_share: float = setting(
        0.5,
        label="Share of layers",
        help="How much of the model's depth is trained, around its middle.",
        low=0.0,
        high=1.0,
        sweep=(0.1, 0.9),
    )
    kl_direction: str = kl_direction_setting()
    accumulation: str = accumulation_setting()
    gradient_checkpointing: bool = recomputation_setting()
    optimiser: str = optimiser_setting()

    def __post_init__(self) -> None:
        """Refuse values out of range."""
        check_optimiser(self.optimiser)
        check_ranges(self)


@final
class Lora(Editor[LoraSettings]):
    """Trains low-rank differences of the MLP projections."""

    name: ClassVar[str] = "lora"
    label: ClassVar[str] = "LoRA"
    help: ClassVar[str] = "Trains low-rank changes of the middle layers; for any model, exportable."
    Settings = LoraSettings
    goes_on_edits: ClassVar[bool] = True
    makes_adapters: ClassVar[bool] = True

    @override
    def memory(self, model: LanguageModel, work: Workload, settings: LoraSettings) -> int:
        chosen = _projections(model, settings.layer_share)
        own = sum(settings.rank * (p.inputs + p.outputs) for p in chosen) * work.number()
        eight_bit = settings.optimiser == ADAM_8BIT
        loop = Loop(
            trained={projection.weight_name for projection in chosen},
            held=2 * own + moments(own, work, eight_bit=eight_bit),  # with its gradients
            kept=own,
            snapshot=own,
            epochs=settings.epochs,
            recomputed=settings.gradient_checkpointing,
            beside=settings.rank * len(chosen) * work.number(),
        )
        return weights(model, work) + training(model, work, loop)

    @override
    def fit(
        self,
        model: LanguageModel,
        examples: EncodedExamples,
        regularisation: GeneralText,
        settings: LoraSettings,
        context: FitContext,
    ) -> Edit:
        chosen = _projections(model, settings.layer_share)
        trained = private_copy(model, on=context.on)
        working = _working_copy(trained, chosen, settings, context.seed)
        kept = train_weights(model, working, examples, regularisation, settings, context)
        changes = _factors(chosen, kept, settings) if kept else {}
        return WeightDelta(changes, {"rank": settings.rank, "alpha": settings.alpha})

    @override
    def load(self, state: EditState) -> Edit:
        return load_weight_delta(state)


def _projections(model: LanguageModel, share: float) -> list[Projection]:
    layers = centred_layers(layer_count(model), share)
    return [get(model, layer) for layer in layers for get in (up_projection, down_projection)]


def _working_copy(
    working: LanguageModel, chosen: Sequence[Projection], settings: LoraSettings, seed: int
) -> WorkingCopy:
    """Inject adapters into a copy of the module."""
    config = LoraConfig(
        r=settings.rank,
        lora_alpha=cast(int, settings.alpha),
        lora_dropout=0.0,
        target_modules=[projection.name for projection in chosen],
        fan_in_fan_out=any(projection.is_transposed for projection in chosen),
    )
    with torch.random.fork_rng(devices=[]):  # peft draws first values that are drawn anew below
        inject_adapter_in_model(config, cast(nn.Module, working.module), adapter_name=ADAPTER)
    adapters = {p.name: _adapter(working.module, p.name) for p in chosen}
    _draw(adapters, seed)
    working.module.eval()
    parameters = [parameter for pair in adapters.values() for parameter in pair]

    def copied() -> Kept:
        copies: Kept = {}
        for name, (down, up) in adapters.items():
            copies[DOWN + name] = down.detach().clone()
            copies[UP + name] = up.detach().clone()
        return copies

    return WorkingCopy(working, parameters, copied)


def _adapter(module: nn.Module, name: str) -> tuple[nn.Parameter, nn.Parameter]:
    """The factors A (rank, in) and B (out, rank) of one projection, as parameters."""
    layer: Any = module.get_submodule(name)
    return layer.lora_A[ADAPTER].weight, layer.lora_B[ADAPTER].weight


def _draw(adapters: Mapping[str, tuple[nn.Parameter, nn.Parameter]], seed: int) -> None:
    """Draw A from U(-1, 1) / sqrt(in), as peft does, from a generator of its own; B is zero."""
    generator = torch.Generator().manual_seed(seed)
    for down, up in adapters.values():
        drawn = torch.rand(down.shape, generator=generator) * 2 - 1
        down.data.copy_(drawn / math.sqrt(down.shape[1]))
        up.data.zero_()


def _factors(
    chosen: Sequence[Projection], kept: Kept, settings: LoraSettings
) -> dict[str, Tensor | Factors]:
    """Turn A and B into factors of each weight, the scale in the second one trained."""
    scale = settings.alpha / settings.rank
    changes: dict[str, Tensor | Factors] = {}
    for projection in chosen:
        down = kept[DOWN + projection.name].float().cpu()
        up = scale * kept[UP + projection.name].float().cpu()
        factors = Factors(down.T.contiguous(), up.T.contiguous())
        is_transposed = projection.is_transposed
        changes[projection.weight_name] = factors if is_transposed else Factors(up, down)
    return changes
