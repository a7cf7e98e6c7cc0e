"""What a scope reads of texts: features of their tokens, and the keys of a memory's rows."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from editing.batches import TokenSequence, batched, pad
from editing.models.activations import activations
from editing.models.backpack import Scope, last_embedding, token_features
from editing.models.language_model import LanguageModel

TOKENS_AT_ONCE = 4096


@torch.no_grad()
def read_features(
    model: LanguageModel, block: str, sequences: Sequence[TokenSequence]
) -> Iterator[tuple[int, Tensor]]:
    """Yield each sequence's number and features, (tokens, features), the shortest first."""
    order = sorted(range(len(sequences)), key=lambda number: len(sequences[number].ids))
    done = 0
    for batch in batched([sequences[number] for number in order], TOKENS_AT_ONCE):
        ids, mask = pad(batch, device=model.device)
        hidden = activations(model, ids, mask, outputs=[block]).outputs[block]
        features = token_features(model.module.get_input_embeddings()(ids), hidden)
        for row, sequence in enumerate(batch):
            yield order[done + row], features[row, : len(sequence.ids)]
        done += len(batch)


def up_to(sequence: TokenSequence, place: int) -> TokenSequence:
    """The sequence up to and with the token at a place."""
    return TokenSequence(sequence.ids[: place + 1], 1)


@torch.no_grad()
def keys_of(
    model: LanguageModel, scope: Scope, block: str, sequences: Sequence[TokenSequence]
) -> Tensor:
    """Embed each prompt up to its last token before what is scored: (sequences, width)."""
    prompts = [up_to(sequence, sequence.first_scored - 1) for sequence in sequences]
    keys = torch.zeros(len(prompts), sum(scope.shape[:2]))
    for number, features in read_features(model, block, prompts):
        own = features.cpu()[None]
        keys[number] = last_embedding(scope, own, torch.ones(own.shape[:2]))[0]
    return keys
