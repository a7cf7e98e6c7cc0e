"""Full finetuning and LoRA against a plain loop: example by example, with a second model."""

import copy
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from editing.batches import TokenSequence
from editing.editors.base import Edit, FitContext
from editing.editors.full_finetuning import FullFinetuning, FullFinetuningSettings
from editing.editors.lora import Lora, LoraSettings
from editing.editors.weight_delta import Factors, WeightDelta
from editing.evaluation import BallJudge, EvaluationTexts, Yardstick
from editing.examples import Example, Kind
from editing.general_text import GeneralText, text_from_rows
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from editing.objectives import EncodedExamples, encode_examples
from editing.progress import unheard
from tests.in_memory import InMemoryPasses
from tests.tiny import SENTENCES, tiny_backpack, tiny_transformer

EXAMPLES = (
    Example("The capital of France is", " Paris", kind=Kind.INCREASE),
    Example("The nurse said", " she", " he", kind=Kind.BALANCE),
    Example("The pilots", " screen it", " screens it too", kind=Kind.PREFER),
    Example("The river runs", " through", kind=Kind.DECREASE),
    Example("The author that likes the assistants", " screens", " screen", kind=Kind.PREFER),
    Example("The capital of Spain is", " Madrid", kind=Kind.INCREASE),
    Example("The janitor said", " he", " she", kind=Kind.BALANCE),
)
"""Seven, so that the last group of an epoch is a shorter one."""
VARIANTS = (
    {},
    {"kl_direction": "edited-to-base"},
    {"accumulation": "reference"},
    {"kl_weight": 0.0},
)


@pytest.fixture(scope="module", params=["Backpack", "GPT-NeoX"])
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> LanguageModel:
    folder: Path = tmp_path_factory.mktemp("tiny")
    if request.param == "Backpack":
        return load_model(tiny_backpack(folder), dtype=torch.float64)
    return load_model(tiny_transformer(folder, request.param), dtype=torch.float64)


def encoded_of(model: LanguageModel) -> EncodedExamples:
    return encode_examples(model.tokenizer, EXAMPLES, model.context)


def text_of(model: LanguageModel) -> GeneralText:
    return text_from_rows(model, SENTENCES[2:], "R")


def fitted(editor, settings, model: LanguageModel) -> tuple[Edit, BallJudge]:
    texts = EvaluationTexts(general=text_from_rows(model, SENTENCES[:2], "G"))
    passes = InMemoryPasses()
    yardstick = Yardstick.over(model, texts, passes.base_pass, unheard)
    judge = BallJudge(yardstick, 1e9, lambda epoch: None)
    context = FitContext(passes, judge, unheard, 3)
    return editor.fit(model, encoded_of(model), text_of(model), settings, context), judge


def nll(module: nn.Module, sequence: TokenSequence, vocab: int) -> Tensor:
    ids = torch.tensor([sequence.ids])
    scores = module(input_ids=ids).logits[0, :, :vocab].log_softmax(-1)
    targets = ids[0, sequence.first_scored :]
    return -scores[sequence.first_scored - 1 : -1].gather(-1, targets[:, None]).mean()


def kl(module: nn.Module, base: nn.Module, sequence: TokenSequence, direction: str) -> Tensor:
    ids = torch.tensor([sequence.ids])
    edited = module(input_ids=ids).logits[0, :-1].log_softmax(-1)
    with torch.no_grad():
        untouched = base(input_ids=ids).logits[0, :-1].log_softmax(-1)
    if direction == "base-to-edited":
        return (untouched.exp() * (untouched - edited)).sum()
    return (edited.exp() * (edited - untouched)).sum()


def example_loss(module: nn.Module, encoded: EncodedExamples, number: int, vocab: int) -> Tensor:
    losses = [nll(module, encoded.sequences[n], vocab) for n in encoded.sequences_of(number)]
    match encoded.kinds[number]:
        case Kind.INCREASE:
            return losses[0]
        case Kind.DECREASE:
            return -losses[0]
        case Kind.BALANCE:
            return (losses[0] - losses[1]).abs()
        case Kind.PREFER:
            return losses[0] - losses[1]


def plain(
    model: LanguageModel, module: nn.Module, parameters: list[nn.Parameter], settings
) -> list[float]:
    """Train `parameters` of `module` in place; return each epoch's mean loss."""
    encoded, windows = encoded_of(model), text_of(model).sequences
    adam = torch.optim.Adam(parameters, lr=settings.learning_rate, betas=(0.9, 0.995))
    order, draws = torch.Generator().manual_seed(6), torch.Generator().manual_seed(7)
    epochs = []
    for epoch in range(settings.epochs):
        cosine = 0.5 * (1 + math.cos(math.pi * epoch / settings.epochs))
        adam.param_groups[0]["lr"] = settings.learning_rate * cosine
        permutation = torch.randperm(len(encoded), generator=order).tolist()
        losses = []
        for begin in range(0, len(encoded), 5):
            group = permutation[begin : begin + 5]
            drawn = torch.randint(len(windows), (len(group),), generator=draws).tolist()
            adam.zero_grad(set_to_none=False)
            for example, window in zip(group, drawn, strict=True):
                if settings.accumulation == "reference":
                    adam.zero_grad(set_to_none=False)
                loss = example_loss(module, encoded, example, model.vocab_size)
                divergence = kl(module, model.module, windows[window], settings.kl_direction)
                loss = loss + settings.kl_weight * divergence
                (loss / len(group)).backward()
                losses.append(float(loss.detach()))
            adam.step()
        epochs.append(sum(losses) / len(losses))
    return epochs


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_full_finetuning_equals_the_plain_loop(model: LanguageModel, variant: dict) -> None:
    settings = FullFinetuningSettings(learning_rate=1e-3, epochs=3, **variant)
    edit, judge = fitted(FullFinetuning(), settings, model)
    module = copy.deepcopy(model.module)
    parameters = dict(module.named_parameters())
    for parameter in parameters.values():
        parameter.requires_grad_(True)
    losses = plain(model, module, list(parameters.values()), settings)
    assert [e.train_loss for e in judge.epochs[1:]] == pytest.approx(losses, rel=1e-8)
    assert isinstance(edit, WeightDelta)
    assert edit.changes.keys() == parameters.keys()
    for name, untouched in model.module.named_parameters():
        expected = parameters[name].detach() - untouched
        assert torch.allclose(edit.changes[name].double(), expected, atol=1e-9), name


@pytest.mark.parametrize("variant", VARIANTS[:1], ids=str)
def test_lora_equals_factors_trained_by_hand(model: LanguageModel, variant: dict) -> None:
    settings = LoraSettings(learning_rate=1e-2, epochs=2, rank=3, layer_share=0.9, **variant)
    edit, judge = fitted(Lora(), settings, model)
    module = copy.deepcopy(model.module)
    factors = drawn_factors(module, edit, settings.rank, 3)
    with hooked(module, factors, settings.alpha / settings.rank):
        parameters = [p for pair in factors.values() for p in pair]
        losses = plain(model, module, parameters, settings)
    assert [e.train_loss for e in judge.epochs[1:]] == pytest.approx(losses, rel=1e-6)
    for name, (down, up) in factors.items():
        expected = settings.alpha / settings.rank * (up @ down).detach()
        found = edit.changes[f"{name}.weight"]
        assert isinstance(found, Factors)
        product = found.product().double()
        if product.shape != expected.shape or not torch.allclose(product, expected, atol=1e-6):
            product = product.T
        assert torch.allclose(product, expected, atol=1e-6), name


def drawn_factors(
    module: nn.Module, edit: WeightDelta, rank: int, seed: int
) -> dict[str, tuple[nn.Parameter, nn.Parameter]]:
    """A (rank, in) and B (out, rank) at their start, in the edit's order."""
    generator = torch.Generator().manual_seed(seed)
    factors = {}
    for weight in edit.changes:
        name = weight.removesuffix(".weight")
        layer = module.get_submodule(name)
        rows, cols = layer.weight.shape
        width, out = (cols, rows) if isinstance(layer, nn.Linear) else (rows, cols)
        down = (torch.rand(rank, width, generator=generator) * 2 - 1) / math.sqrt(width)
        factors[name] = (
            nn.Parameter(down.double()),
            nn.Parameter(torch.zeros(out, rank, dtype=torch.float64)),
        )
    return factors


class hooked:  # noqa: N801 - reads as the context it is
    """Adds scale * B A x to the outputs of the named layers."""

    def __init__(self, module: nn.Module, factors: dict, scale: float) -> None:
        self.handles = []
        for name, (down, up) in factors.items():

            def add(layer, inputs, output, down=down, up=up):
                return output + scale * inputs[0] @ down.T @ up.T

            self.handles.append(module.get_submodule(name).register_forward_hook(add))

    def __enter__(self) -> None:
        """Nothing to do: the hooks are on."""

    def __exit__(self, *error: object) -> None:
        """Take the hooks off."""
        for handle in self.handles:
            handle.remove()
