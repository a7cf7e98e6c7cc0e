"""Gradients of the KL term where differences have grown out of all bounds."""

from pathlib import Path

import pytest
import torch

from editing.base_passes import SenseIndex, compute_sense_pass
from editing.batches import text_windows
from editing.editors.sense_edit import output_rows
from editing.editors.sense_trainee import SenseTrainee
from editing.editors.training_settings import BASE_TO_EDITED, EDITED_TO_BASE
from editing.models.backpack import SenseEdits
from editing.models.language_model import LanguageModel, backpack_of
from editing.models.loading import load_model
from editing.objectives import EncodedExamples
from editing.progress import unheard
from tests.tiny import SENTENCES, tiny_backpack


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LanguageModel:
    folder: Path = tiny_backpack(tmp_path_factory.mktemp("tiny"))
    return load_model(folder)


@pytest.mark.parametrize("direction", [BASE_TO_EDITED, EDITED_TO_BASE])
@pytest.mark.parametrize("size", [1.0, 200.0])
def test_the_divergence_is_that_of_the_whole_module(
    model: LanguageModel, size: float, direction: str
) -> None:
    (window,) = text_windows(model.tokenizer, SENTENCES[0], model.context)
    words = torch.tensor(sorted(set(window.ids))[:5])
    deltas = size * torch.randn(5, 32, generator=torch.Generator().manual_seed(2))
    passed = compute_sense_pass(model, [window], report=unheard)
    trainee = SenseTrainee(
        deltas=deltas.clone(),
        trained=5,
        index=SenseIndex.of(words, words % 4, 4),
        output=output_rows(model),
        examples=EncodedExamples((), (), (), ()),
        example_pass=passed,
        background=passed,
        kl_weight=1.0,
        kl_direction=direction,
    )
    found = trainee.accumulate([], [0], 1.0)
    expected, gradient = whole_module(model, window.ids, (words, deltas), direction)
    assert found == pytest.approx(expected, rel=1e-3)
    assert trainee.deltas.grad is not None
    assert torch.isfinite(trainee.deltas.grad).all()
    assert torch.allclose(
        trainee.deltas.grad, gradient, rtol=1e-2, atol=1e-3 * gradient.abs().max()
    )


def whole_module(
    model: LanguageModel,
    ids: tuple[int, ...],
    edit: tuple[torch.Tensor, torch.Tensor],
    direction: str,
) -> tuple[float, torch.Tensor]:
    """KL over the window and its gradient, by autograd."""
    module, words = backpack_of(model), edit[0]
    deltas = edit[1].clone().requires_grad_()
    inputs = torch.tensor([ids])
    with torch.no_grad():
        base = module(inputs).logits[0, :-1].log_softmax(-1)
    edits = SenseEdits(words, words % 4, torch.empty(0))
    edits.deltas = deltas
    module.backpack.sense_edits = edits
    try:
        edited = module(inputs).logits[0, :-1].log_softmax(-1)
    finally:
        module.backpack.sense_edits = None
    one, other = (base, edited) if direction == BASE_TO_EDITED else (edited, base)
    loss = (one.exp() * (one - other)).sum()
    (gradient,) = torch.autograd.grad(loss, deltas)
    return float(loss.detach()), gradient
