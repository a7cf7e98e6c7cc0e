"""Sense finetuning the plain way: the whole model at every step. The oracle of the fast one."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from editing.batches import TokenSequence, pad
from editing.editors.sense_finetuning import SenseFinetuningSettings
from editing.examples import Kind
from editing.models.backpack import SenseEdits
from editing.models.backpack.modeling_backpack import contextualization_weights
from editing.models.language_model import LanguageModel, backpack_of
from editing.objectives import EncodedExamples


@dataclass
class PlainResult:
    """What the plain procedure learnt."""

    token_ids: Tensor
    senses: Tensor
    epochs: list[Tensor]
    losses: list[float]


def token_nll(model: LanguageModel, sequence: TokenSequence) -> Tensor:
    """NLL of each scored token from a forward of the whole module."""
    return token_nlls(model, [sequence])[0]


def token_nlls(model: LanguageModel, sequences: Sequence[TokenSequence]) -> list[Tensor]:
    """NLLs of several sequences in one padded batch."""
    ids, mask = pad(sequences, device=model.device)
    logits = model.module(input_ids=ids, attention_mask=mask, use_cache=False).logits
    log_probs = logits[..., : model.vocab_size].log_softmax(-1)
    losses = -log_probs[:, :-1].gather(-1, ids[:, 1:, None])[..., 0]
    return [losses[i, s.first_scored - 1 : len(s.ids) - 1] for i, s in enumerate(sequences)]


def select(
    model: LanguageModel,
    examples: EncodedExamples,
    windows: Sequence[TokenSequence],
    k: int,
    weight: float,
) -> list[tuple[int, int]]:
    """The union of each example's k best senses, from whole contextualization maps."""
    usual: dict[tuple[int, int], float] = {}
    for window in windows:
        for key, value in _scores(model, window).items():
            usual[key] = usual.get(key, 0.0) + value / len(windows)
    chosen: set[tuple[int, int]] = set()
    for example in range(len(examples)):
        raw: dict[tuple[int, int], float] = {}
        for number in examples.sequences_of(example):
            for key, value in _scores(model, examples.sequences[number]).items():
                raw[key] = raw.get(key, 0.0) + value
        ranked = sorted(raw, key=lambda s: (-(raw[s] - weight * usual.get(s, 0.0)), s))
        chosen |= set(ranked[:k])
    return sorted(chosen)


def _scores(model: LanguageModel, sequence: TokenSequence) -> dict[tuple[int, int], float]:
    module = backpack_of(model)
    ids = torch.tensor([sequence.ids])
    alpha = contextualization_weights(*module.backpack.queries_and_keys(ids))[0]
    summed = alpha[:, sequence.first_scored - 1 : -1].sum(dim=1)
    scores: dict[tuple[int, int], float] = {}
    for sense in range(summed.shape[0]):
        for position, word in enumerate(sequence.ids):
            if summed[sense, position] > 0:
                key = (word, sense)
                scores[key] = scores.get(key, 0.0) + float(summed[sense, position])
    return scores


def finetune(
    model: LanguageModel,
    examples: EncodedExamples,
    windows: Sequence[TokenSequence],
    settings: SenseFinetuningSettings,
    seed: int,
    after_epoch: Callable[[], None] = lambda: None,
) -> PlainResult:
    """Select and train with autograd through the whole module; the model is left as it came."""
    module = backpack_of(model)
    chosen = select(
        model, examples, windows, settings.senses_per_example, settings.selection_weight
    )
    token_ids = torch.tensor([word for word, _ in chosen])
    senses = torch.tensor([sense for _, sense in chosen])
    deltas = torch.zeros(len(chosen), module.config.n_embd, dtype=module.dtype, requires_grad=True)
    edits = SenseEdits(token_ids, senses, torch.empty(0))
    edits.deltas = deltas
    adam = torch.optim.Adam([deltas], lr=settings.learning_rate, betas=(0.9, 0.995))
    order = torch.Generator().manual_seed(2 * seed)
    draws = torch.Generator().manual_seed(2 * seed + 1)
    result = PlainResult(token_ids, senses, [deltas.detach().clone()], [])
    for epoch in range(settings.epochs):
        cosine = 0.5 * (1 + math.cos(math.pi * epoch / settings.epochs))
        adam.param_groups[0]["lr"] = settings.learning_rate * cosine
        permutation = torch.randperm(len(examples), generator=order).tolist()
        total = 0.0
        for begin in range(0, len(examples), 5):
            group = permutation[begin : begin + 5]
            drawn = torch.randint(len(windows), (len(group),), generator=draws).tolist()
            adam.zero_grad(set_to_none=False)
            for example, window in zip(group, drawn, strict=True):
                if settings.accumulation == "reference" and deltas.grad is not None:
                    deltas.grad.zero_()
                loss = _loss(model, edits, examples, example)
                loss = loss + settings.kl_weight * _kl(model, edits, windows[window], settings)
                (loss / len(group)).backward()
                total += loss.item()
            adam.step()
        result.epochs.append(deltas.detach().clone())
        result.losses.append(total / len(examples))
        after_epoch()
    module.backpack.sense_edits = None
    return result


def _loss(
    model: LanguageModel, edits: SenseEdits, examples: EncodedExamples, example: int
) -> Tensor:
    backpack_of(model).backpack.sense_edits = edits
    sequences = [examples.sequences[number] for number in examples.sequences_of(example)]
    means = [losses.mean() for losses in token_nlls(model, sequences)]
    match examples.kinds[example]:
        case Kind.INCREASE:
            return means[0]
        case Kind.DECREASE:
            return -means[0]
        case Kind.BALANCE:
            return (means[0] - means[1]).abs()
        case Kind.PREFER:
            return means[0] - means[1]


def _kl(
    model: LanguageModel,
    edits: SenseEdits,
    window: TokenSequence,
    settings: SenseFinetuningSettings,
) -> Tensor:
    ids = torch.tensor([window.ids])
    module = backpack_of(model)
    module.backpack.sense_edits = None
    with torch.no_grad():
        base = module(input_ids=ids, use_cache=False).logits[0, :-1, : model.vocab_size]
    module.backpack.sense_edits = edits
    edited = module(input_ids=ids, use_cache=False).logits[0, :-1, : model.vocab_size]
    p, q = base.log_softmax(-1), edited.log_softmax(-1)
    if settings.kl_direction == "edited-to-base":
        p, q = q, p
    return (p.exp() * (p - q)).sum()
