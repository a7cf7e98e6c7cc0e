"""The Backpack module: parity with its formulas, senses, edits, gradients, precision."""

import pytest
import torch
from torch import Tensor

from editing.models.backpack import BackpackGPT2LMHeadModel, SenseEdits
from editing.models.backpack.modeling_backpack import contextualization_weights
from tests import independent_backpack as independent
from tests.tiny import CONTEXT

SHAPE = independent.Shape(layers=2, heads=4, senses=4)
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-9}


def some_ids(module: BackpackGPT2LMHeadModel, *shape: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(module.config.vocab_size, shape, generator=generator)


@torch.no_grad()
def logits_of(module: BackpackGPT2LMHeadModel, ids: Tensor) -> Tensor:
    return module(input_ids=ids).logits


def some_edits(module: BackpackGPT2LMHeadModel, words: list[int], senses: list[int]) -> SenseEdits:
    generator = torch.Generator().manual_seed(2)
    deltas = torch.randn(len(words), module.config.n_embd, generator=generator)
    return SenseEdits(torch.tensor(words), torch.tensor(senses), deltas.to(module.dtype))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_logits_equal_the_independent_implementation(
    module: BackpackGPT2LMHeadModel, dtype: torch.dtype
) -> None:
    module.to(dtype)
    ids = some_ids(module, 3, CONTEXT)
    expected = [independent.logits(module.state_dict(), SHAPE, row) for row in ids]
    difference = (logits_of(module, ids) - torch.stack(expected)).abs().max()
    assert float(torch.stack(expected).std()) > 0.1
    assert float(difference) <= TOLERANCE[dtype]


def test_sense_vectors_equal_the_independent_implementation(
    module: BackpackGPT2LMHeadModel,
) -> None:
    words = torch.arange(0, module.config.vocab_size, 7)
    with torch.no_grad():
        own = module.backpack.sense_vectors(words)
    expected = independent.sense_vectors(module.state_dict(), SHAPE, words)
    assert torch.allclose(own, expected, atol=1e-5)


def test_contextualization_weights_are_causal_and_sum_to_one(
    module: BackpackGPT2LMHeadModel,
) -> None:
    ids = some_ids(module, 1, 20)
    with torch.no_grad():
        alpha = contextualization_weights(*module.backpack.queries_and_keys(ids))[0]
    assert torch.equal(alpha, alpha.tril())
    assert torch.allclose(alpha.sum(-1), torch.ones(4, 20), atol=1e-6)
    assert torch.allclose(alpha, independent.weights(module.state_dict(), SHAPE, ids[0]), atol=1e-6)


def test_the_published_shape_builds_with_its_parameter_names() -> None:
    with torch.device("meta"):
        published = BackpackGPT2LMHeadModel(BackpackGPT2LMHeadModel.config_class())
    names = set(published.state_dict())
    outside_trunk = {n for n in names if not n.startswith("backpack.gpt2_model.")}
    parts = ["ln", "block.ln_1", "block.ln_2", "block.mlp.c_fc", "block.mlp.c_proj"]
    parts += ["final_mlp.c_fc", "final_mlp.c_proj"]
    named = {f"backpack.sense_network.{part}.{kind}" for part in parts for kind in _KINDS}
    named |= {f"backpack.sense_weight_net.c_attn.{kind}" for kind in _KINDS}
    assert outside_trunk == named | {"lm_head.weight"}
    assert published.get_parameter("lm_head.weight").shape == (50264, 768)
    assert published.num_parameters() == pytest.approx(170e6, rel=0.02)


_KINDS = ("weight", "bias")


def test_the_labels_loss_is_the_mean_nll_of_the_next_tokens(
    module: BackpackGPT2LMHeadModel,
) -> None:
    ids = some_ids(module, 2, 9)
    labels = ids.clone()
    labels[0, :4] = -100
    with torch.no_grad():
        out = module(input_ids=ids, labels=labels)
    nll = -out.logits.log_softmax(-1)[:, :-1].gather(-1, ids[:, 1:, None])[..., 0]
    scored = [float(nll[row, t]) for row in range(2) for t in range(8) if labels[row, t + 1] >= 0]
    assert float(out.loss) == pytest.approx(sum(scored) / len(scored), rel=1e-5)


def test_only_the_last_logits_can_be_asked_for(module: BackpackGPT2LMHeadModel) -> None:
    ids = some_ids(module, 2, 9)
    with torch.no_grad():
        last = module(input_ids=ids, logits_to_keep=2).logits
        picked = module(input_ids=ids, logits_to_keep=torch.tensor([0, 8])).logits
    assert torch.allclose(last, logits_of(module, ids)[:, -2:], atol=1e-6)
    assert torch.allclose(picked, logits_of(module, ids)[:, [0, 8]], atol=1e-6)


def test_gradients_reach_every_parameter(module: BackpackGPT2LMHeadModel) -> None:
    module.train()
    ids = some_ids(module, 2, CONTEXT)
    module(input_ids=ids, labels=ids).loss.backward()
    without = [name for name, p in module.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_the_gradient_of_an_edit_equals_its_finite_difference(
    module: BackpackGPT2LMHeadModel,
) -> None:
    module.double()
    ids = some_ids(module, 1, 12)
    edits = some_edits(module, [int(ids[0, 3]), int(ids[0, 5])], [1, 2])
    edits.deltas.requires_grad_()
    module.backpack.sense_edits = edits

    def loss() -> Tensor:
        log_probs = module(input_ids=ids).logits[0].log_softmax(-1)
        return -log_probs[:-1].gather(-1, ids[0, 1:, None]).mean()

    loss().backward()
    slope = edits.deltas.grad
    assert slope is not None
    with torch.no_grad():
        edits.deltas[1, 7] += 1e-5
        above = loss()
        edits.deltas[1, 7] -= 2e-5
        below = loss()
    assert float(slope[1, 7]) == pytest.approx(float(above - below) / 2e-5, rel=1e-6)


def test_an_edit_adds_its_share_of_the_difference_and_nothing_else(
    module: BackpackGPT2LMHeadModel,
) -> None:
    module.double()
    ids = some_ids(module, 1, 30)
    word = int(ids[0, 4])
    ids[0, 11] = word
    before = logits_of(module, ids)[0]
    edits = some_edits(module, [word, word], [2, 0])
    module.backpack.sense_edits = edits
    after = logits_of(module, ids)[0]
    alpha = independent.weights(module.state_dict(), SHAPE, ids[0])
    places = (ids[0] == word).nonzero()[:, 0]
    shift = sum(
        alpha[sense][:, places].sum(1)[:, None] * delta
        for sense, delta in zip([2, 0], edits.deltas, strict=True)
    )
    expected = before + shift @ module.lm_head.weight.T
    assert torch.allclose(after, expected, atol=1e-12)
    assert torch.equal(after[:4], before[:4])
    assert not torch.allclose(after[4], before[4], atol=1e-3)


def test_texts_without_the_edited_word_keep_their_logits_bit_for_bit(
    module: BackpackGPT2LMHeadModel,
) -> None:
    ids = some_ids(module, 2, 30).clamp(max=200)
    before = logits_of(module, ids)
    module.backpack.sense_edits = some_edits(module, [201, 300], [0, 3])
    assert torch.equal(logits_of(module, ids), before)


def test_two_differences_of_one_sense_add_up(module: BackpackGPT2LMHeadModel) -> None:
    ids = some_ids(module, 1, 10)
    word = int(ids[0, 0])
    edits = some_edits(module, [word, word], [1, 1])
    module.backpack.sense_edits = edits
    doubled = logits_of(module, ids)
    summed = edits.deltas.sum(0, keepdim=True)
    module.backpack.sense_edits = SenseEdits(torch.tensor([word]), torch.tensor([1]), summed)
    assert torch.allclose(logits_of(module, ids), doubled, atol=1e-5)


def test_bf16_stays_close_to_float32(module: BackpackGPT2LMHeadModel) -> None:
    ids = some_ids(module, 2, CONTEXT)
    expected = logits_of(module, ids).log_softmax(-1)
    module.bfloat16()
    own = logits_of(module, ids)
    assert own.dtype == torch.bfloat16
    difference = own.float().log_softmax(-1) - expected
    assert 1e-4 < float(difference.abs().mean()) < 0.05


def test_gradient_checkpointing_changes_no_gradient(module: BackpackGPT2LMHeadModel) -> None:
    module.train()
    ids = some_ids(module, 1, 16)
    module(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    plain = {name: p.grad.clone() for name, p in module.named_parameters() if p.grad is not None}
    module.zero_grad()
    module.activation_checkpointing_enable()
    module(input_ids=ids, labels=ids, use_cache=False).loss.backward()
    for name, p in module.named_parameters():
        assert p.grad is not None
        assert torch.allclose(p.grad, plain[name], atol=1e-6), name
