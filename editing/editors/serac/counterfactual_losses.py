"""What training a model to heed rows lowers: losses of each kind of row, and of rows astray."""

from collections.abc import Sequence

import torch
from torch import Tensor

from editing.batches import TokenSequence
from editing.editors.serac.counterfactual_texts import Misfire, ReadExample
from editing.examples import Kind
from editing.models.language_model import LanguageModel

AFTER = 24
"""Tokens of a general text from which on predictions count."""


def misfire_loss(
    model: LanguageModel,
    working: LanguageModel,
    misfires: Sequence[Misfire],
    counted: int | None = None,
) -> Tensor:
    """KL(untouched || reading) a token, nats: of texts alone, and of texts after rows not for them.

    Args:
        model: Untouched.
        working: The model that reads.
        counted: Tokens of each text whose predictions count; None for as many as all have.
    """
    counted = _counted(misfires) if counted is None else counted
    texts = [TokenSequence(each.text, len(each.text) - counted) for each in misfires]
    after = [
        TokenSequence((*each.row, *each.text), len(each.row) + len(each.text) - counted)
        for each in misfires
    ]
    with torch.no_grad():
        wanted = _last_log_probs(model, texts, counted)
    return sum(
        (
            (wanted.exp() * (wanted - _last_log_probs(working, read, counted))).sum(-1).mean()
            for read in (texts, after)
        ),
        torch.zeros((), device=wanted.device),
    )


@torch.no_grad()
def misfire_divergence(
    model: LanguageModel, working: LanguageModel, misfires: Sequence[Misfire], at_once: int
) -> float:
    """`misfire_loss` of many, some at a time, for the logits of all would be large."""
    counted = _counted(misfires)
    total = 0.0
    for begin in range(0, len(misfires), at_once):
        part = misfires[begin : begin + at_once]
        total += len(part) * float(misfire_loss(model, working, part, counted))
    return total / len(misfires)


def _counted(misfires: Sequence[Misfire]) -> int:
    return max(1, min(len(each.text) for each in misfires) - AFTER)


def reading_losses(
    model: LanguageModel, working: LanguageModel, examples: Sequence[ReadExample]
) -> tuple[Tensor, Tensor]:
    """What training lowers: the losses of examples after their rows, and what is said without.

    Args:
        model: Untouched.
        working: The model that reads.

    Returns:
        Losses, (examples,), nats; and KL(untouched || reading) a token of the continuations after
        their texts alone, nats: a row is to make the difference, not the training.
    """
    sequences = [sequence for example in examples for sequence in example.sequences]
    texts = [text for example in examples for text in example.texts]
    with torch.no_grad():
        wanted, before = _continuations(model, texts)
    said, _ = _continuations(working, texts)
    _, after = _continuations(working, sequences)
    drift = torch.cat(
        [(w.exp() * (w - own)).sum(-1) for w, own in zip(wanted, said, strict=True)]
    ).mean()
    found: list[Tensor] = []
    place = 0
    for example in examples:
        own = slice(place, place + len(example.sequences))
        place = own.stop
        found.append(reading_loss(example.kind, after[own], before[own]))
    return torch.stack(found), drift


def reading_loss(kind: Kind, losses: Sequence[Tensor], before: Sequence[Tensor]) -> Tensor:
    """The loss of one example, bounded where it is to be said less.

    What is to be said less is to be less likely than it was. Unlikelihood, -log(1 - p), which is
    bounded too, hardly tells a thousandth from a millionth.

    Args:
        losses: NLL of each token of the continuation, and of the second where there is one.
        before: The same of the untouched model without a row.
    """
    if kind is Kind.DECREASE:
        return torch.nn.functional.softplus(before[0].sum() - losses[0].sum())
    if not kind.needs_pair:
        return losses[0].mean()
    difference = losses[0].mean() - losses[1].mean()
    return difference.abs() if kind is Kind.BALANCE else torch.nn.functional.softplus(difference)


def _continuations(
    model: LanguageModel, sequences: Sequence[TokenSequence]
) -> tuple[list[Tensor], list[Tensor]]:
    """Log probabilities at each sequence's scored tokens, (scored, vocabulary), and their NLL."""
    scored = max(sequence.scored for sequence in sequences)
    log_probs = _last_log_probs(model, sequences, scored)
    own = [log_probs[row, scored - each.scored :] for row, each in enumerate(sequences)]
    losses: list[Tensor] = []
    for said, each in zip(own, sequences, strict=True):
        targets = torch.tensor(each.ids[each.first_scored :], device=said.device)
        losses.append(-said.gather(-1, targets[:, None])[:, 0])
    return own, losses


def _last_log_probs(model: LanguageModel, sequences: Sequence[TokenSequence], count: int) -> Tensor:
    """Log probabilities (sequences, count, vocabulary) of each one's last tokens.

    Texts end together, so that few logits are computed. Their places are given one by one: of a
    slice, a processor without numbers of 16 bits copies the output embedding for each text.
    """
    longest = max(len(sequence.ids) for sequence in sequences)
    ids = torch.zeros(len(sequences), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, longest - len(sequence.ids) :] = torch.tensor(sequence.ids)
        mask[row, longest - len(sequence.ids) :] = 1
    ids, mask = ids.to(model.device), mask.to(model.device)
    logits: Tensor = model.module(
        input_ids=ids,
        attention_mask=mask,
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
        use_cache=False,
        logits_to_keep=torch.arange(longest - count - 1, longest, device=ids.device),
    ).logits
    wide = logits[:, :-1, : model.vocab_size].to(torch.promote_types(logits.dtype, torch.float32))
    return wide.log_softmax(-1)
