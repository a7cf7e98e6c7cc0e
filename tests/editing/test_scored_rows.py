"""Log-probabilities at the scored rows alone are those of the whole forward pass."""

from pathlib import Path

import pytest
import torch

from editing.base_passes import scored_log_probs
from editing.batches import TokenSequence, pad
from editing.models.language_model import LanguageModel
from editing.models.loading import load_model
from tests.tiny import STOCK, tiny_backpack, tiny_transformer

SEQUENCES = (
    TokenSequence((5, 9, 3, 11, 2, 40, 41), 5),
    TokenSequence((7, 8, 6), 1),
    TokenSequence((9, 3, 11, 50, 12), 4),
)
TOLERANCE = 1e-12


@pytest.fixture(params=["backpack", *STOCK])
def model(request: pytest.FixtureRequest, tmp_path: Path) -> LanguageModel:
    family = str(request.param)
    folder = tiny_backpack(tmp_path) if family == "backpack" else tiny_transformer(tmp_path, family)
    return load_model(folder, dtype=torch.float64)


@torch.no_grad()
def test_rows_are_those_of_the_whole_pass(model: LanguageModel) -> None:
    ids, mask = pad(SEQUENCES, device=model.device)
    whole = model.module(input_ids=ids, attention_mask=mask).logits[..., : model.vocab_size]
    whole = whole.log_softmax(-1)
    for row, (sequence, scored) in enumerate(
        zip(SEQUENCES, scored_log_probs(model, SEQUENCES), strict=True)
    ):
        expected = whole[row, sequence.first_scored - 1 : len(sequence.ids) - 1]
        assert scored.shape == expected.shape
        assert (scored - expected).abs().max() < TOLERANCE
    places = [2, 0, 3]
    for row, (place, (scored,)) in enumerate(
        zip(places, scored_log_probs(model, SEQUENCES, places), strict=True)
    ):
        assert (scored - whole[row, place]).abs().max() < TOLERANCE


def test_gradients_flow_through_the_rows(model: LanguageModel) -> None:
    with torch.enable_grad():
        weight = model.module.get_input_embeddings().weight
        weight.requires_grad_(True)
        sum(rows.sum() for rows in scored_log_probs(model, SEQUENCES)).backward()
    assert weight.grad is not None
    assert weight.grad.abs().sum() > 0
