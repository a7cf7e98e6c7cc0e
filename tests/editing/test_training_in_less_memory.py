"""Training in less memory: blocks run again for the backward, moments in 8 bits."""

import sys
from types import SimpleNamespace

import pytest
import torch

from editing.editors.finetuning import ADAM_8BIT, FinetuningPlan, Training, has_8bit
from editing.editors.full_finetuning import FullFinetuningSettings
from editing.editors.lora import LoraSettings
from editing.editors.private_copy import private_copy
from editing.errors import EditingError
from editing.models.footprint import activations_of
from editing.models.loading import load_model
from editing.models.recomputing import recompute_blocks
from tests.editing.models.test_devices import fitted
from tests.tiny import STOCK, tiny_backpack, tiny_transformer

WITHOUT_8BIT = pytest.mark.skipif(has_8bit(), reason="bitsandbytes is installed")


@pytest.fixture(scope="module", params=[*STOCK, "Backpack"])
def model(request, tmp_path_factory):
    place = tmp_path_factory.mktemp("tiny")
    is_backpack = request.param == "Backpack"
    return load_model(
        tiny_backpack(place) if is_backpack else tiny_transformer(place, request.param)
    )


def gradients_of(model, *, recomputed):
    """Gradients of every weight, and how many bytes were remembered for them."""
    copy = private_copy(model, on=None)
    if recomputed:
        recompute_blocks(copy)
    remembered = []

    def pack(tensor):
        remembered.append(tensor.untyped_storage())
        return tensor

    copy.module.requires_grad_(True)
    ids = 2 + torch.arange(48)[None] % 29  # about as many different words as a text has
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        scores = copy.module(ids, use_cache=False).logits.log_softmax(-1)
    scores[0, torch.arange(47), ids[0, 1:]].sum().backward()
    weights = {p.untyped_storage().data_ptr() for p in copy.module.parameters()}
    pointed = {storage.data_ptr(): storage.nbytes() for storage in remembered}
    held = {place: size for place, size in pointed.items() if place not in weights}
    return {n: p.grad for n, p in copy.module.named_parameters()}, sum(held.values())


def test_recomputed_blocks_give_the_same_gradients_from_less_memory(model):
    (usual, much), (same, little) = (gradients_of(model, recomputed=r) for r in (False, True))
    assert usual.keys() == same.keys()
    assert all(torch.equal(usual[name], same[name]) for name in usual)
    assert little < 0.8 * much


@pytest.mark.parametrize("method", ["lora", "full-finetuning"])
def test_a_fit_with_recomputed_blocks_is_the_same_edit(model, method):
    settings = {"learning_rate": 1e-3, "epochs": 2, **({"rank": 4} if method == "lora" else {})}
    usual, same = (
        fitted(method, model, settings | {"gradient_checkpointing": again}).state().tensors
        for again in (False, True)
    )
    assert usual.keys() == same.keys()
    assert any(bool(tensor.any()) for tensor in usual.values())
    assert all(torch.equal(usual[name], same[name]) for name in usual)


@WITHOUT_8BIT
@pytest.mark.parametrize("settings", [LoraSettings, FullFinetuningSettings])
def test_moments_in_8_bits_need_what_keeps_them(settings):
    with pytest.raises(EditingError, match="bitsandbytes, which is not installed"):
        settings(optimiser=ADAM_8BIT)


def test_moments_in_8_bits_are_kept_by_the_package_that_can(monkeypatch):
    made = []

    class Adam8bit(torch.optim.Adam):
        def __init__(self, parameters, *, lr, betas):
            made.append((lr, betas))
            super().__init__(parameters, lr=lr, betas=betas)

    package = SimpleNamespace(optim=SimpleNamespace(Adam8bit=Adam8bit), __spec__=object())
    monkeypatch.setitem(sys.modules, "bitsandbytes", package)
    assert LoraSettings.__dataclass_fields__["optimiser"].default == "adam"
    trainee = SimpleNamespace(parameters=[torch.zeros(2, requires_grad=True)])
    plan = FinetuningPlan(0.5, 1, 1, 0, "true", 0, ADAM_8BIT)
    assert isinstance(Training.begin(trainee, plan).optimiser, Adam8bit)
    assert made == [(0.5, (0.9, 0.995))]


def test_the_estimate_follows_what_is_remembered(model):
    tokens = 48
    names = [name for name, _ in model.module.named_parameters()]
    held = activations_of(model, names, dtype=torch.float32, device="cpu")
    for recomputed in (False, True):
        _, remembered = gradients_of(model, recomputed=recomputed)
        scores = 4 * tokens * int(model.module.config.vocab_size)
        thought = held.at(tokens, recomputed=recomputed) + scores
        # While one block is run again only its input is remembered, and the others' are.
        whole = max(block.at(tokens) for block in held.blocks) if recomputed else 0
        assert thought - whole == pytest.approx(remembered, rel=0.25)
